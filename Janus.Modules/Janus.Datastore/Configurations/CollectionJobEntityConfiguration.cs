using Janus.Datastore.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Janus.Datastore.Configurations;

/// <summary>Maps <c>collection_jobs</c>.</summary>
internal sealed class CollectionJobEntityConfiguration : IEntityTypeConfiguration<CollectionJobEntity>
{
    public void Configure(EntityTypeBuilder<CollectionJobEntity> builder)
    {
        builder.ToTable("collection_jobs");
        builder.HasKey(job => new { job.TaskKey, job.CollectionJobId });

        // Identical requests find one job, until it has failed or is deleted.
        builder.HasIndex(job => new { job.TaskKey, job.RequestHash })
            .HasDatabaseName("ix_collection_jobs_request")
            .IsUnique()
            .HasFilter($"state IN ({CollectionJobState.Waiting:d}, {CollectionJobState.Fenced:d}, {CollectionJobState.Finished:d})");

        // Acquisition.
        builder.HasIndex(job => new { job.TaskKey, job.NextAttemptAt })
            .HasDatabaseName("ix_collection_jobs_due")
            .HasFilter(LeaseTable.CollectionJobs.Unfinished);

        // What a task's aggregation jobs wake.
        builder.HasIndex(job => new { job.TaskKey, job.CollectionJobId })
            .HasDatabaseName("ix_collection_jobs_waiting")
            .HasFilter($"state = {CollectionJobState.Waiting:d}");

        // Garbage.
        builder.HasIndex(job => new { job.TaskKey, job.CreatedAt }).HasDatabaseName("ix_collection_jobs_age");
    }
}
