using Janus.Datastore.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Janus.Datastore.Configurations;

/// <summary>Maps <c>unaggregated_reports</c>.</summary>
internal sealed class UnaggregatedReportEntityConfiguration : IEntityTypeConfiguration<UnaggregatedReportEntity>
{
    public void Configure(EntityTypeBuilder<UnaggregatedReportEntity> builder)
    {
        builder.ToTable("unaggregated_reports");
        builder.HasKey(report => new { report.TaskKey, report.ReportId });

        // The creator's queue, in order of arrival.
        builder.HasIndex(report => new { report.TaskKey, report.ReceivedAt, report.ReportId })
            .HasDatabaseName("ix_unaggregated_reports_unassigned")
            .HasFilter("aggregation_job_id IS NULL");

        // A job's reports in their order.
        builder.HasIndex(report => new { report.TaskKey, report.AggregationJobId, report.Ord })
            .HasDatabaseName("ix_unaggregated_reports_assigned")
            .HasFilter("aggregation_job_id IS NOT NULL");

        // Whether an interval still has reports to aggregate. Two halves, because an index over all of them would tempt
        // the planner to search the creator's queue with it.
        builder.HasIndex(report => new { report.TaskKey, report.ReportTime, report.ReportId })
            .HasDatabaseName("ix_unaggregated_reports_unassigned_time")
            .HasFilter("aggregation_job_id IS NULL");
        builder.HasIndex(report => new { report.TaskKey, report.ReportTime })
            .HasDatabaseName("ix_unaggregated_reports_assigned_time")
            .HasFilter("aggregation_job_id IS NOT NULL");
    }
}
