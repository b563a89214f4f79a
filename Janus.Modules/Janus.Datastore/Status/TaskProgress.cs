namespace Janus.Datastore;

/// <summary>Where a task stands, for its operator.</summary>
public sealed record TaskProgress
{
    /// <summary>What has become of its reports.</summary>
    public required TaskCounts Counts { get; init; }

    /// <summary>A Leader's reports that no aggregation job has yet, at most <see cref="TaskStatusStore.MaximumReports"/>.</summary>
    public required long Unassigned { get; init; }

    /// <summary>The reports in aggregation jobs that are not over, at most <see cref="TaskStatusStore.MaximumReports"/>.</summary>
    public required long InJobs { get; init; }

    /// <summary>The latest batch buckets, the newest first.</summary>
    public required IReadOnlyList<TaskBucket> Buckets { get; init; }

    /// <summary>How the peer was met last.</summary>
    public required PeerContact Peer { get; init; }

    /// <summary>All reports that wait for aggregation.</summary>
    public long Waiting => Unassigned + InJobs;
}
