namespace Janus.Datastore.Entities;

/// <summary>A row of <c>leader_selected_batches</c>.</summary>
internal sealed class LeaderSelectedBatchEntity
{
    public int TaskKey { get; set; }
    public required byte[] BatchId { get; set; }
    public required byte[] AggParam { get; set; }
    public long? TimeWindow { get; set; }
    public long AssignedCount { get; set; }
    public int FailedCollections { get; set; }
    public Guid? CollectionJobId { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}
