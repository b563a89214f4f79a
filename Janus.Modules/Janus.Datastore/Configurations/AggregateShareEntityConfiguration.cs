using Janus.Datastore.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Janus.Datastore.Configurations;

/// <summary>Maps <c>aggregate_shares</c>.</summary>
internal sealed class AggregateShareEntityConfiguration : IEntityTypeConfiguration<AggregateShareEntity>
{
    public void Configure(EntityTypeBuilder<AggregateShareEntity> builder)
    {
        builder.ToTable("aggregate_shares");
        builder.HasKey(share => new { share.TaskKey, share.AggregateShareId });
        builder.HasIndex(share => new { share.TaskKey, share.RequestHash }).IsUnique();

        // Acquisition.
        builder.HasIndex(share => new { share.TaskKey, share.LeaseExpiry })
            .HasDatabaseName("ix_aggregate_shares_in_progress")
            .HasFilter(LeaseTable.AggregateShares.Unfinished);

        // Garbage: what is old, and what has no answer.
        builder.HasIndex(share => new { share.TaskKey, share.CreatedAt }).HasDatabaseName("ix_aggregate_shares_age");
        builder.HasIndex(share => share.CreatedAt)
            .HasDatabaseName("ix_aggregate_shares_unanswered")
            .HasFilter($"response IS NULL AND state IN ({AggregateShareState.Failed:d}, {AggregateShareState.Deleted:d})");
    }
}
