namespace Janus.Datastore;

/// <summary>An aggregate share that is to be given to the Leader, with what the batch must still be then.</summary>
/// <param name="Share">The share as it will stand: finished, with its response. Its range is the one that is marked collected.</param>
/// <param name="Batch">The batch as it was read.</param>
/// <param name="AggParam">The VDAF aggregation parameter that the request names.</param>
public sealed record AggregateShareCommit(StoredAggregateShare Share, StoredBatch Batch, byte[] AggParam)
{
    /// <summary>The noise in the share, if it has just been drawn: it is stored with the share, unless the batch has noise already.</summary>
    public BatchNoise? DrawnNoise { get; init; }
}
