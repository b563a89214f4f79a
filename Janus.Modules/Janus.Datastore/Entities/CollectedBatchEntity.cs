namespace Janus.Datastore.Entities;

/// <summary>A row of <c>collected_batches</c>, the fence.</summary>
internal sealed class CollectedBatchEntity
{
    public int TaskKey { get; set; }
    public required byte[] FirstBucket { get; set; }
    public required byte[] LastBucket { get; set; }
    public DateTimeOffset CollectedAt { get; set; }
}
