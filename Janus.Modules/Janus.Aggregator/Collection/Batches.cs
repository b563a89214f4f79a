using Janus.Datastore;

namespace Janus.Aggregator;

/// <summary>Combines the batch buckets of a batch: DAP §4.6.4 (collect-aggregate).</summary>
internal static class Batches
{
    /// <summary>Reads a batch and merges the aggregate shares of its shards. The share is a secret of the caller's.</summary>
    public static async Task<(StoredBatch Batch, byte[] AggregateShare)> MergeAsync(
        this BatchStore store, AggregatorTask task, BatchRange range, ReadOnlyMemory<byte> aggParam, CancellationToken cancellationToken)
    {
        byte[] merged = new byte[task.Vdaf.AggShareLength(aggParam.Span)];
        task.Vdaf.AggInit(aggParam.Span, merged);
        StoredBatch batch = await store.ReadAsync(
            task.Key, range, share => task.Vdaf.Merge(aggParam.Span, merged, share.Span), cancellationToken);
        return (batch, merged);
    }
}
