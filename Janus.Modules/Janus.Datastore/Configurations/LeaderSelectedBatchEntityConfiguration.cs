using Janus.Datastore.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Janus.Datastore.Configurations;

/// <summary>Maps <c>leader_selected_batches</c>.</summary>
internal sealed class LeaderSelectedBatchEntityConfiguration : IEntityTypeConfiguration<LeaderSelectedBatchEntity>
{
    public void Configure(EntityTypeBuilder<LeaderSelectedBatchEntity> builder)
    {
        builder.ToTable("leader_selected_batches");
        builder.HasKey(batch => new { batch.TaskKey, batch.BatchId });
        builder.Property(batch => batch.FailedCollections).HasDefaultValue(0);

        // The fullest batch of a time window that has room.
        builder.HasIndex(batch => new { batch.TaskKey, batch.TimeWindow, batch.AssignedCount })
            .HasDatabaseName("ix_leader_selected_batches_window")
            .HasFilter("collection_job_id IS NULL");

        // The fullest batch for a collection job, of those that no collection has failed on.
        builder.HasIndex(batch => new { batch.TaskKey, batch.FailedCollections, batch.AssignedCount, batch.CreatedAt })
            .HasDatabaseName("ix_leader_selected_batches_open")
            .HasFilter("collection_job_id IS NULL")
            .IsDescending(false, false, true, false);

        // Garbage.
        builder.HasIndex(batch => new { batch.TaskKey, batch.CreatedAt }).HasDatabaseName("ix_leader_selected_batches_age");
    }
}
