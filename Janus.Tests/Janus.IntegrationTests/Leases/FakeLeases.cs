using Janus.Datastore;

namespace Janus.IntegrationTests.Leases;

/// <summary>Leases of jobs that are numbers, in memory; the tasks are due in the order in which they are put in.</summary>
internal sealed class FakeLeases(WorkKind kind) : ILeaseStore<FakeLeases.Job>
{
    private readonly List<Job> _due = [];
    private readonly Lock _lock = new();

    public WorkKind Kind => kind;

    /// <summary>Throws when there is something wrong with asking.</summary>
    public Action OnAsked { get; set; } = () => { };

    /// <summary>Whether a job that is given back is still the giver's.</summary>
    public bool AreHeld { get; set; } = true;

    public void Put(int taskKey, int jobs)
    {
        lock (_lock)
        {
            _due.AddRange(Enumerable.Range(0, jobs).Select(number => new Job(taskKey, number)));
        }
    }

    public Task<IReadOnlyList<int>> DueTasksAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        OnAsked();
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<int>>([.. _due.Select(job => job.TaskKey).Distinct()]);
        }
    }

    public Task<IReadOnlyList<Lease<Job>>> AcquireAsync(
        int taskKey, int maximum, TimeSpan duration, DateTimeOffset now, CancellationToken cancellationToken)
    {
        OnAsked();
        lock (_lock)
        {
            Job[] acquired = [.. _due.Where(job => job.TaskKey == taskKey).Take(maximum)];
            _due.RemoveAll(acquired.Contains);
            return Task.FromResult<IReadOnlyList<Lease<Job>>>([.. acquired.Select(job => new Lease<Job>(job, Guid.NewGuid(), now + duration, 1))]);
        }
    }

    public Task<bool> ReleaseAsync(Lease<Job> lease, DateTimeOffset notBefore, CancellationToken cancellationToken) => Task.FromResult(AreHeld);

    internal sealed record Job(int TaskKey, int Number) : ILeasedJob
    {
        object ILeasedJob.Id => Number;

        DateTimeOffset ILeasedJob.CreatedAt => default;
    }
}
