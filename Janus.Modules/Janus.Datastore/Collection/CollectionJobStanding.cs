namespace Janus.Datastore;

/// <summary>A collection job with what an operator is told besides.</summary>
/// <param name="Job">The job.</param>
/// <param name="NextAttemptAt">When a driver looks at it next, while it waits.</param>
/// <param name="Attempts">How often a driver has tried its present step in vain.</param>
/// <param name="IsLeased">Whether a driver works on it right now.</param>
/// <param name="MarkedAt">When its batch was marked collected; <see langword="null"/> when it is not.</param>
public sealed record CollectionJobStanding(CollectionJob Job, DateTimeOffset NextAttemptAt, int Attempts, bool IsLeased, DateTimeOffset? MarkedAt);
