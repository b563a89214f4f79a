namespace Janus.Datastore;

/// <summary>How far one batch bucket of a task is.</summary>
/// <param name="Range">The bucket.</param>
/// <param name="Aggregated">Its aggregated reports.</param>
/// <param name="Waiting">Its reports that are still to be aggregated.</param>
/// <param name="IsCollected">Whether it has been collected, or closed to be collected.</param>
public sealed record TaskBucket(BatchRange Range, long Aggregated, long Waiting, bool IsCollected);
