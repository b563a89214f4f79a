using Janus.Datastore.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Janus.Datastore.Configurations;

/// <summary>Maps <c>batch_bucket_shards</c>.</summary>
internal sealed class BatchBucketShardEntityConfiguration : IEntityTypeConfiguration<BatchBucketShardEntity>
{
    public void Configure(EntityTypeBuilder<BatchBucketShardEntity> builder)
    {
        builder.ToTable("batch_bucket_shards");
        builder.HasKey(shard => new { shard.TaskKey, shard.Bucket, shard.AggregationJobId });

        // Garbage of the leader-selected mode; in the other one the bucket tells the time.
        builder.HasIndex(shard => new { shard.TaskKey, shard.MaxTime })
            .HasDatabaseName("ix_batch_bucket_shards_age")
            .HasFilter("octet_length(bucket) = 32");
    }
}
