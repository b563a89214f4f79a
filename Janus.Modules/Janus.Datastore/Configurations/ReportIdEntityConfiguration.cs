using Janus.Datastore.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Janus.Datastore.Configurations;

/// <summary>Maps <c>report_ids</c>.</summary>
internal sealed class ReportIdEntityConfiguration : IEntityTypeConfiguration<ReportIdEntity>
{
    public void Configure(EntityTypeBuilder<ReportIdEntity> builder)
    {
        builder.ToTable("report_ids");
        // Partitioned by the week, as the migration writes by hand: docs/adr/0005-garbage-collection.md.
        builder.HasKey(report => new { report.TaskKey, report.ReportId, report.ReportWeek });
    }
}
