using Janus.Datastore;

namespace Janus.Testing;

/// <summary>The stores as they are where reports never expire.</summary>
public static class StoreExtensions
{
    public static Task<BatchSummary> SummarizeAsync(this BatchStore store, int taskKey, BatchRange range, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.SummarizeAsync(taskKey, range, firstLiveTime: 0, cancellationToken);
    }

    public static Task<BatchRange?> SelectBatchAsync(
        this CollectionJobStore store, Lease<CollectionJob> lease, ulong minBatchSize, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.SelectBatchAsync(lease, minBatchSize, firstLiveTime: 0, cancellationToken);
    }
}
