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
    }
}
