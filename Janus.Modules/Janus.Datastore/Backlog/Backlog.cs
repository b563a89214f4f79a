namespace Janus.Datastore;

/// <summary>What waits in a database at one moment.</summary>
/// <param name="UnassignedReports">
/// Uploaded reports without an aggregation job: exact up to <see cref="BacklogStore.MaximumReports"/>, above that
/// PostgreSQL's estimate, which includes those in jobs.
/// </param>
/// <param name="OldestReports">For each task that has such reports, when the first was uploaded, or until when it is postponed.</param>
/// <param name="Jobs">The jobs that have not ended, those of one kind and state together.</param>
public sealed record Backlog(
    long UnassignedReports, IReadOnlyList<KeyValuePair<int, DateTimeOffset>> OldestReports, IReadOnlyList<WaitingJobs> Jobs);
