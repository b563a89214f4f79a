using Janus.Datastore.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Janus.Datastore.Configurations;

/// <summary>Maps <c>batch_noise</c>.</summary>
internal sealed class BatchNoiseEntityConfiguration : IEntityTypeConfiguration<BatchNoiseEntity>
{
    public void Configure(EntityTypeBuilder<BatchNoiseEntity> builder)
    {
        builder.ToTable("batch_noise");

        // Noise is drawn once for a batch and an aggregation parameter.
        builder.HasKey(noise => new { noise.TaskKey, noise.FirstBucket, noise.LastBucket, noise.AggParamHash });

        // Garbage of the leader-selected mode.
        builder.HasIndex(noise => new { noise.TaskKey, noise.DrawnAt }).HasDatabaseName("ix_batch_noise_age");
    }
}
