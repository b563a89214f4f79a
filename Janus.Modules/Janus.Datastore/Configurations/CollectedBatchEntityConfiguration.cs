using Janus.Datastore.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Janus.Datastore.Configurations;

/// <summary>Maps <c>collected_batches</c>.</summary>
internal sealed class CollectedBatchEntityConfiguration : IEntityTypeConfiguration<CollectedBatchEntity>
{
    public void Configure(EntityTypeBuilder<CollectedBatchEntity> builder)
    {
        builder.ToTable("collected_batches");
        builder.HasKey(batch => new { batch.TaskKey, batch.FirstBucket });

        // Garbage of the leader-selected mode.
        builder.HasIndex(batch => new { batch.TaskKey, batch.CollectedAt }).HasDatabaseName("ix_collected_batches_age");
    }
}
