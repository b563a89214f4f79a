using Janus.Datastore.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Janus.Datastore.Configurations;

/// <summary>Maps <c>tasks</c>.</summary>
internal sealed class TaskEntityConfiguration : IEntityTypeConfiguration<TaskEntity>
{
    public void Configure(EntityTypeBuilder<TaskEntity> builder)
    {
        builder.ToTable("tasks");
        builder.HasKey(task => task.TaskKey);
        builder.Property(task => task.TaskKey).UseIdentityAlwaysColumn();
        builder.HasIndex(task => task.TaskId).IsUnique();

        // Whether a token is known: asked for every request that names an unknown task.
        builder.HasIndex(task => task.AggregatorTokenHash)
            .HasDatabaseName("ix_tasks_aggregator_token")
            .HasFilter("aggregator_token_hash IS NOT NULL");
        builder.HasIndex(task => task.CollectorTokenHash)
            .HasDatabaseName("ix_tasks_collector_token")
            .HasFilter("collector_token_hash IS NOT NULL");
    }
}
