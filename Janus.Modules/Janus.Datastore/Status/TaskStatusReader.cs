using Janus.Messages;

namespace Janus.Datastore;

/// <summary>Answers where a task stands and why its collection jobs wait: for a command, or for anything else that shows it.</summary>
public sealed class TaskStatusReader
{
    /// <summary>The most collection jobs that are shown.</summary>
    public const int MaximumJobs = 100;

    private readonly TaskStatusStore _status;
    private readonly CollectionJobStore _jobs;
    private readonly BatchStore _batches;
    private readonly TimeProvider _time;

    internal TaskStatusReader(TaskStatusStore status, CollectionJobStore jobs, BatchStore batches, TimeProvider time)
    {
        _status = status;
        _jobs = jobs;
        _batches = batches;
        _time = time;
    }

    /// <summary>Reads where a task stands; what it shows may be some seconds old.</summary>
    /// <param name="task">The task.</param>
    /// <param name="buckets">The most batch buckets, the newest.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public async Task<TaskOverview> ReadAsync(DapTask task, int buckets, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        TaskProgress progress = await _status.ReadAsync(task, buckets, cancellationToken);
        return new TaskOverview(task, progress, task.Role == Role.Leader ? await ReadJobsAsync(task, progress.Peer, cancellationToken) : []);
    }

    /// <summary>A Leader's collection jobs, with why they wait.</summary>
    public async Task<IReadOnlyList<CollectionStatus>> ReadJobsAsync(DapTask task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        TaskProgress progress = await _status.ReadAsync(task, buckets: 0, cancellationToken);
        return await ReadJobsAsync(task, progress.Peer, cancellationToken);
    }

    private async Task<IReadOnlyList<CollectionStatus>> ReadJobsAsync(DapTask task, PeerContact helper, CancellationToken cancellationToken)
    {
        DateTimeOffset now = _time.GetUtcNow();
        List<CollectionStatus> jobs = [];
        foreach (CollectionJobStanding standing in await _jobs.ListAsync(task.Key, MaximumJobs, now, cancellationToken))
        {
            BatchSummary? batch = standing.Job is { State: CollectionJobState.Waiting, Range: { } range }
                ? await _batches.SummarizeAsync(task.Key, range, task.FirstLiveTime(now), cancellationToken)
                : null;
            jobs.Add(new CollectionStatus(standing, batch, CollectionWait.Explain(task, standing, batch, helper, now)));
        }

        return jobs;
    }
}
