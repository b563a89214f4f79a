namespace Janus.Datastore;

/// <summary>An aggregation job that is about to be created.</summary>
/// <param name="Id">The new job's ID.</param>
/// <param name="Batch">The batch it fills; <see langword="null"/> in the time-interval mode.</param>
/// <param name="Reports">Its reports, in their order.</param>
internal sealed record PlannedJob(Guid Id, OpenBatch? Batch, IReadOnlyList<WaitingReport> Reports);
