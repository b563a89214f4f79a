namespace Janus.Datastore.Entities;

/// <summary>A row of <c>batch_bucket_shards</c>.</summary>
internal sealed class BatchBucketShardEntity
{
    public int TaskKey { get; set; }
    public required byte[] Bucket { get; set; }
    public Guid AggregationJobId { get; set; }
    public required byte[] AggregateShare { get; set; }
    public long ReportCount { get; set; }
    public required byte[] Checksum { get; set; }
    public long MinTime { get; set; }
    public long MaxTime { get; set; }
}
