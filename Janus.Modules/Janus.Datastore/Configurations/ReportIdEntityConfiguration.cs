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
        // Not partitioned by time: a unique constraint that includes the time would let one ID in under two times.
        builder.HasKey(report => new { report.TaskKey, report.ReportId });
    }
}
