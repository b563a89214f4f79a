using Janus.Datastore;

namespace Janus.IntegrationTests.Datastore;

/// <summary>Reading a batch for what it counts alone.</summary>
internal static class BatchStoreExtensions
{
    public static Task<StoredBatch> ReadAsync(this BatchStore store, int taskKey, BatchRange range, CancellationToken cancellationToken) =>
        store.ReadAsync(taskKey, range, _ => { }, cancellationToken);
}
