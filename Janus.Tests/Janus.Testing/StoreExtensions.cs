using Janus.Datastore;

namespace Janus.Testing;

/// <summary>The stores as they are where reports never expire, and where it does not matter whose task a job is.</summary>
public static class StoreExtensions
{
    /// <summary>Leases due jobs of any task, the tasks that have waited longest first.</summary>
    public static async Task<IReadOnlyList<Lease<TJob>>> AcquireAsync<TJob>(
        this ILeaseStore<TJob> store, int maximum, TimeSpan duration, DateTimeOffset now, CancellationToken cancellationToken)
        where TJob : ILeasedJob
    {
        ArgumentNullException.ThrowIfNull(store);
        List<Lease<TJob>> leases = [];
        foreach (int taskKey in await store.DueTasksAsync(now, cancellationToken))
        {
            if (leases.Count < maximum)
            {
                leases.AddRange(await store.AcquireAsync(taskKey, maximum - leases.Count, duration, now, cancellationToken));
            }
        }

        return leases;
    }

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
