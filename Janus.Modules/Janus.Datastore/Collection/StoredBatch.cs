using System.Buffers;
using System.Security.Cryptography;
using Janus.Messages;

namespace Janus.Datastore;

/// <summary>What this Aggregator has aggregated of a batch, as it was at one moment.</summary>
public sealed class StoredBatch
{
    // The job IDs and checksums of the shards, in their order.
    private readonly ArrayBufferWriter<byte> _identities = new();

    /// <summary>Puts a batch together from its shards.</summary>
    /// <param name="range">The buckets of the batch.</param>
    /// <param name="shards">Its shards in the order of bucket and job ID.</param>
    /// <param name="pendingReports">The reports that are still to be aggregated.</param>
    /// <param name="isCollected">Whether a bucket of the batch has been collected.</param>
    public StoredBatch(BatchRange range, IEnumerable<BatchBucketShard> shards, long pendingReports, bool isCollected)
    {
        ArgumentNullException.ThrowIfNull(shards);
        Range = range;
        PendingReports = pendingReports;
        IsCollected = isCollected;
        foreach (BatchBucketShard shard in shards)
        {
            Add(shard);
        }
    }

    /// <summary>The buckets of the batch.</summary>
    public BatchRange Range { get; }

    /// <summary>The number of aggregated reports.</summary>
    public long ReportCount { get; private set; }

    /// <summary>The XOR over the shards' checksums, 32 bytes.</summary>
    public byte[] Checksum { get; private set; } = BatchChecksum.Empty.ToArray();

    /// <summary>The earliest time of an aggregated report, in time-precision units; null without any.</summary>
    public ulong? MinTime { get; private set; }

    /// <summary>The latest time of an aggregated report, in time-precision units; null without any.</summary>
    public ulong? MaxTime { get; private set; }

    /// <summary>
    /// The Leader's reports of this batch that are not aggregated yet; more than
    /// <see cref="BatchStore.PendingLimit"/> are not counted. Always 0 on a Helper.
    /// </summary>
    public long PendingReports { get; }

    /// <summary>Reports before it are not pending any more when the batch is fenced: <see cref="ReportExpiry"/>.</summary>
    public ulong FirstLiveTime { get; set; }

    /// <summary>Whether some bucket of the batch has been collected.</summary>
    public bool IsCollected { get; }

    /// <summary>The smallest interval that contains all reports' times; empty without any.</summary>
    public Interval ReportInterval => MinTime is { } min && MaxTime is { } max
        ? Interval.Between(new Time(min), new Time(max + 1))
        : Interval.Empty;

    /// <summary>What <see cref="BatchStatements.AddFingerprint"/> finds when the batch is still the one that was read.</summary>
    internal byte[] Fingerprint() => SHA256.HashData(_identities.WrittenSpan);

    /// <summary>Adds the next shard; of its aggregate share nothing is kept.</summary>
    internal void Add(BatchBucketShard shard)
    {
        _identities.Write(Uuid.Of(shard.JobId).ToByteArray(bigEndian: true));
        _identities.Write(shard.Checksum);
        ReportCount += shard.ReportCount;
        Checksum = BatchChecksum.FromBytes(Checksum).Combine(BatchChecksum.FromBytes(shard.Checksum)).ToArray();
        MinTime = MinTime is { } min ? Math.Min(min, shard.MinTime) : shard.MinTime;
        MaxTime = MaxTime is { } max ? Math.Max(max, shard.MaxTime) : shard.MaxTime;
    }
}
