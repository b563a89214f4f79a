namespace Janus.Datastore;

/// <summary>Where a task stands, with its collection jobs.</summary>
/// <param name="Task">The task.</param>
/// <param name="Progress">Its reports, buckets and peer.</param>
/// <param name="Collections">Its latest collection jobs, the newest first; none on a Helper.</param>
public sealed record TaskOverview(DapTask Task, TaskProgress Progress, IReadOnlyList<CollectionStatus> Collections);
