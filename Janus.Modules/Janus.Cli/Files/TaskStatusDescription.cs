using Janus.Cli.Values;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Cli.Files;

/// <summary>Where a task stands, as people and programs read it.</summary>
internal sealed record TaskStatusDescription
{
    /// <summary>The task ID.</summary>
    public required string TaskId { get; init; }

    /// <summary>leader or helper.</summary>
    public required string Role { get; init; }

    /// <summary>What became of its reports.</summary>
    public required TaskCountsDescription Reports { get; init; }

    /// <summary>The reports that wait for aggregation, in an aggregation job or not.</summary>
    public required long Waiting { get; init; }

    /// <summary>Those of them that are in aggregation jobs.</summary>
    public required long InAggregationJobs { get; init; }

    /// <summary>The other Aggregator.</summary>
    public required PeerDescription Peer { get; init; }

    /// <summary>The latest batch buckets, the newest first.</summary>
    public required IReadOnlyList<BucketDescription> BatchBuckets { get; init; }

    /// <summary>The latest collection jobs, the newest first; a Leader's.</summary>
    public IReadOnlyList<CollectionJobDescription>? CollectionJobs { get; init; }

    /// <summary>Describes a status.</summary>
    public static TaskStatusDescription Of(TaskOverview status)
    {
        DapTask task = status.Task;
        TaskProgress progress = status.Progress;
        Role peer = task.Role == Messages.Role.Leader ? Messages.Role.Helper : Messages.Role.Leader;
        return new TaskStatusDescription
        {
            TaskId = task.Id.ToString(),
            Role = TaskFile.NameOf(task.Role),
            Reports = TaskCountsDescription.Of(progress.Counts, task.Role),
            Waiting = progress.Waiting,
            InAggregationJobs = progress.InJobs,
            Peer = new PeerDescription(
                TaskFile.NameOf(peer),
                (peer == Messages.Role.Leader ? task.Configuration.LeaderAggregatorEndpoint : task.Configuration.HelperAggregatorEndpoint).ToString(),
                progress.Peer.ContactAt is { } contact ? InstantText.Format(contact) : null,
                progress.Peer.ErrorAt is { } failed ? InstantText.Format(failed) : null,
                progress.Peer.Error,
                progress.Peer.IsFailing),
            BatchBuckets = [.. progress.Buckets.Select(bucket => new BucketDescription(
                CollectionJobDescription.BatchText(task, bucket.Range), bucket.Aggregated, bucket.Waiting, bucket.IsCollected))],
            CollectionJobs = task.Role == Messages.Role.Leader ? [.. status.Collections.Select(job => CollectionJobDescription.Of(task, job))] : null,
        };
    }
}
