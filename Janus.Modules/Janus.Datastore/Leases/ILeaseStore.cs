namespace Janus.Datastore;

/// <summary>Leases jobs of one kind, of one task at a time, and takes them back.</summary>
/// <typeparam name="TJob">The kind of job.</typeparam>
public interface ILeaseStore<TJob>
    where TJob : ILeasedJob
{
    /// <summary>What notifies of new jobs.</summary>
    WorkKind Kind { get; }

    /// <summary>
    /// The keys of the tasks that have jobs that are due, those that have waited longest first. It promises nothing: others
    /// may be faster, and a job may be due again that is still leased.
    /// </summary>
    Task<IReadOnlyList<int>> DueTasksAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Leases up to <paramref name="maximum"/> due jobs of a task that nobody works on, those that have waited longest.</summary>
    Task<IReadOnlyList<Lease<TJob>>> AcquireAsync(
        int taskKey, int maximum, TimeSpan duration, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Gives a job back after a failure, to be tried again from then on. False when the lease is lost.</summary>
    Task<bool> ReleaseAsync(Lease<TJob> lease, DateTimeOffset notBefore, CancellationToken cancellationToken);
}
