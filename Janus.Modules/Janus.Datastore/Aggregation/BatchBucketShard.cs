using Janus.Messages;

namespace Janus.Datastore;

/// <summary>What one aggregation job adds to one batch bucket: DAP §4.5.4.3 (batch-buckets).</summary>
public sealed record BatchBucketShard
{
    /// <summary>The bucket: see <see cref="BatchRange"/>.</summary>
    public required byte[] Bucket { get; init; }

    /// <summary>The job the shard comes from.</summary>
    public required AggregationJobId JobId { get; init; }

    /// <summary>The encoded aggregate share over the job's reports of this bucket; encrypted at rest.</summary>
    public required byte[] AggregateShare { get; init; }

    /// <summary>The number of those reports, at least 1.</summary>
    public required long ReportCount { get; init; }

    /// <summary>The XOR of the SHA-256 of their report IDs, 32 bytes.</summary>
    public required byte[] Checksum { get; init; }

    /// <summary>Their earliest time, in time-precision units.</summary>
    public required ulong MinTime { get; init; }

    /// <summary>Their latest time, in time-precision units.</summary>
    public required ulong MaxTime { get; init; }

    /// <summary>The job and the number of reports, never the share.</summary>
    public override string ToString() => $"{nameof(BatchBucketShard)} of {JobId} ({ReportCount} reports)";
}
