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
    }
}
