using Janus.Datastore;

namespace Janus.Aggregator;

/// <summary>Combines the batch buckets of a batch: DAP §4.6.4 (collect-aggregate).</summary>
internal static class Batches
{
    /// <summary>Reads a batch and merges the aggregate shares of its shards. The caller disposes of the share.</summary>
    public static async Task<(StoredBatch Batch, SecretBuffer AggregateShare)> MergeAsync(
        this BatchStore store, AggregatorTask task, BatchRange range, ReadOnlyMemory<byte> aggParam, CancellationToken cancellationToken)
    {
        SecretBuffer merged = SecretBuffer.Allocate(task.Vdaf.AggShareLength(aggParam.Span));
        try
        {
            task.Vdaf.AggInit(aggParam.Span, merged.Span);
            StoredBatch batch = await store.ReadAsync(
                task.Key, range, share => task.Vdaf.Merge(aggParam.Span, merged.Span, share.Span), cancellationToken);
            return (batch, merged);
        }
        catch
        {
            merged.Dispose();
            throw;
        }
    }
}
