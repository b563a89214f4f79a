using System.Buffers.Binary;
using Janus.Messages;

namespace Janus.Datastore;

/// <summary>
/// The batch buckets of a batch, from the first to the last: 8-byte big-endian report times in the time-interval
/// mode, one 32-byte batch ID in the leader-selected mode, so that the order of bytes is the order of times.
/// </summary>
/// <param name="FirstBucket">The first bucket.</param>
/// <param name="LastBucket">The last bucket, which is part of the batch.</param>
public sealed record BatchRange(byte[] FirstBucket, byte[] LastBucket)
{
    private const int TimeLength = sizeof(ulong);

    /// <summary>Whether the buckets are report times.</summary>
    public bool IsTimeInterval => FirstBucket.Length == TimeLength;

    /// <summary>The buckets of an interval: one for each time precision.</summary>
    /// <exception cref="ArgumentException">The interval is empty or its end does not exist.</exception>
    public static BatchRange FromInterval(Interval interval)
    {
        if (interval.IsEmpty || !interval.TryGetEnd(out Time end))
        {
            throw new ArgumentException("expected an interval that is not empty and has an end", nameof(interval));
        }

        return new(BucketOf(interval.Start.Value), BucketOf(end.Value - 1));
    }

    /// <summary>The single bucket of a batch that the Leader chose.</summary>
    public static BatchRange FromBatchId(BatchId batchId)
    {
        byte[] bucket = batchId.ToArray();
        return new(bucket, bucket);
    }

    /// <summary>The bucket of a report time, in time-precision units.</summary>
    public static byte[] BucketOf(ulong time)
    {
        byte[] bucket = new byte[TimeLength];
        BinaryPrimitives.WriteUInt64BigEndian(bucket, time);
        return bucket;
    }

    /// <summary>The interval of report times that the range covers.</summary>
    /// <exception cref="InvalidOperationException">The range is a batch of the Leader's choice.</exception>
    public Interval ToInterval() => IsTimeInterval
        ? Interval.Between(new Time(FirstTime), new Time(LastTime + 1))
        : throw new InvalidOperationException("the range is named by a batch ID");

    /// <summary>The batch ID of a range that the Leader chose.</summary>
    /// <exception cref="InvalidOperationException">The range is an interval.</exception>
    public BatchId ToBatchId() => IsTimeInterval
        ? throw new InvalidOperationException("the range is an interval")
        : BatchId.FromBytes(FirstBucket);

    /// <summary>Whether <paramref name="bucket"/> is one of the range's.</summary>
    public bool Contains(ReadOnlySpan<byte> bucket) =>
        bucket.SequenceCompareTo(FirstBucket) >= 0 && bucket.SequenceCompareTo(LastBucket) <= 0;

    /// <summary>Whether a bucket is in both.</summary>
    public bool Overlaps(BatchRange other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return FirstBucket.AsSpan().SequenceCompareTo(other.LastBucket) <= 0 && other.FirstBucket.AsSpan().SequenceCompareTo(LastBucket) <= 0;
    }

    /// <summary>Whether both have the same bounds.</summary>
    public bool Equals(BatchRange? other) =>
        other is not null
        && FirstBucket.AsSpan().SequenceEqual(other.FirstBucket)
        && LastBucket.AsSpan().SequenceEqual(other.LastBucket);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(FirstBucket);
        hash.AddBytes(LastBucket);
        return hash.ToHashCode();
    }

    /// <summary>The interval or the batch ID.</summary>
    public override string ToString() => IsTimeInterval ? ToInterval().ToString() : ToBatchId().ToString();

    internal ulong FirstTime => BinaryPrimitives.ReadUInt64BigEndian(FirstBucket);

    internal ulong LastTime => BinaryPrimitives.ReadUInt64BigEndian(LastBucket);
}
