using Janus.Datastore.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Janus.Datastore.Configurations;

/// <summary>Maps <c>report_counts</c>.</summary>
internal sealed class ReportCountEntityConfiguration : IEntityTypeConfiguration<ReportCountEntity>
{
    public void Configure(EntityTypeBuilder<ReportCountEntity> builder)
    {
        // Rows that are updated often, in place: half of each page is left free for it.
        builder.ToTable("report_counts").HasStorageParameter("fillfactor", 50);

        // Several rows for each number, so that transactions of several processes seldom wait for each other's.
        builder.HasKey(count => new { count.TaskKey, count.Stage, count.Reason, count.Shard });
    }
}
