using Janus.Datastore.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Janus.Datastore.Configurations;

/// <summary>Maps <c>aggregation_jobs</c>.</summary>
internal sealed class AggregationJobEntityConfiguration : IEntityTypeConfiguration<AggregationJobEntity>
{
    public void Configure(EntityTypeBuilder<AggregationJobEntity> builder)
    {
        builder.ToTable("aggregation_jobs");
        builder.HasKey(job => new { job.TaskKey, job.AggregationJobId });

        // Acquisition, by role.
        builder.HasIndex(job => new { job.TaskKey, job.LeaseExpiry }, "leader")
            .HasDatabaseName("ix_aggregation_jobs_leader_in_progress")
            .HasFilter(LeaseTable.LeaderAggregationJobs.Unfinished);
        builder.HasIndex(job => new { job.TaskKey, job.LeaseExpiry }, "helper")
            .HasDatabaseName("ix_aggregation_jobs_helper_in_progress")
            .HasFilter(LeaseTable.HelperAggregationJobs.Unfinished);

        // Whether a batch of the Leader's choice still has reports to aggregate or to settle.
        builder.HasIndex(job => new { job.TaskKey, job.BatchId })
            .HasDatabaseName("ix_aggregation_jobs_batch_in_progress")
            .HasFilter($"state IN {UnfinishedAggregationJobs.States} AND batch_id IS NOT NULL");

        // Garbage.
        builder.HasIndex(job => new { job.TaskKey, job.MaxTime })
            .HasDatabaseName("ix_aggregation_jobs_age")
            .HasFilter($"state NOT IN {UnfinishedAggregationJobs.States}");
    }
}
