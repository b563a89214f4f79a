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

        // How many tasks a peer has, and how many new ones: asked before another one is opted into.
        builder.HasIndex(task => new { task.TaskprovPeerKey, task.CreatedAt })
            .HasDatabaseName("ix_tasks_taskprov_peer")
            .HasFilter("taskprov_peer_key IS NOT NULL");
    }
}
