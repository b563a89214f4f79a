namespace Janus.Datastore;

/// <summary>A collection job, how far its batch is, and why it waits.</summary>
/// <param name="Standing">The job.</param>
/// <param name="Batch">How far its batch is, while it waits for it.</param>
/// <param name="Wait">Why it waits, or what became of it.</param>
public sealed record CollectionStatus(CollectionJobStanding Standing, BatchSummary? Batch, CollectionWait Wait);
