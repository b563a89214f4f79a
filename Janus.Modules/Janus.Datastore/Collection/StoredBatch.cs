using Janus.Messages;

namespace Janus.Datastore;

/// <summary>What this Aggregator has aggregated of a batch, as it was at one moment.</summary>
public sealed class StoredBatch
{
    /// <summary>Puts a batch together from its shards.</summary>
    /// <param name="range">The buckets of the batch.</param>
    /// <param name="shards">Its shards in the order of bucket and job ID, in the clear.</param>
    /// <param name="pendingReports">The reports that are still to be aggregated.</param>
    /// <param name="isCollected">Whether a bucket of the batch has been collected.</param>
    public StoredBatch(BatchRange range, IReadOnlyList<BatchBucketShard> shards, long pendingReports, bool isCollected)
    {
        Range = range;
        Shards = shards;
        PendingReports = pendingReports;
        IsCollected = isCollected;
        BatchChecksum checksum = BatchChecksum.Empty;
        foreach (BatchBucketShard shard in shards)
        {
            ReportCount += shard.ReportCount;
            checksum = checksum.Combine(BatchChecksum.FromBytes(shard.Checksum));
            MinTime = MinTime is { } min ? Math.Min(min, shard.MinTime) : shard.MinTime;
            MaxTime = MaxTime is { } max ? Math.Max(max, shard.MaxTime) : shard.MaxTime;
        }

        Checksum = checksum.ToArray();
    }

    /// <summary>The buckets of the batch.</summary>
    public BatchRange Range { get; }

    /// <summary>One shard for each aggregation job and bucket; their merge is the batch's aggregate share.</summary>
    public IReadOnlyList<BatchBucketShard> Shards { get; }

    /// <summary>The number of aggregated reports.</summary>
    public long ReportCount { get; }

    /// <summary>The XOR over the shards' checksums, 32 bytes.</summary>
    public byte[] Checksum { get; }

    /// <summary>The earliest time of an aggregated report, in time-precision units; null without any.</summary>
    public ulong? MinTime { get; }

    /// <summary>The latest time of an aggregated report, in time-precision units; null without any.</summary>
    public ulong? MaxTime { get; }

    /// <summary>
    /// The Leader's reports of this batch that are not aggregated yet; more than
    /// <see cref="BatchStore.PendingLimit"/> are not counted. Always 0 on a Helper.
    /// </summary>
    public long PendingReports { get; }

    /// <summary>Whether some bucket of the batch has been collected.</summary>
    public bool IsCollected { get; }

    /// <summary>The smallest interval that contains all reports' times; empty without any.</summary>
    public Interval ReportInterval => MinTime is { } min && MaxTime is { } max
        ? Interval.Between(new Time(min), new Time(max + 1))
        : Interval.Empty;
}
