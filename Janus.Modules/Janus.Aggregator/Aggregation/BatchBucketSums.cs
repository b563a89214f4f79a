using System.Security.Cryptography;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Aggregator;

/// <summary>
/// Adds up the out shares of one aggregation job by batch bucket: DAP §4.5.4.3 (batch-buckets).
/// </summary>
/// <remarks>Not thread-safe: each thread adds to its own, and they are merged at the end.</remarks>
internal sealed class BatchBucketSums
{
    private readonly IVdaf _vdaf;
    private readonly ReadOnlyMemory<byte> _aggParam;
    private readonly Func<Time, byte[]> _bucketOf;
    private readonly Dictionary<string, Sum> _sums = [];

    /// <summary>Starts without any report.</summary>
    /// <param name="vdaf">The VDAF.</param>
    /// <param name="aggParam">The aggregation parameter of the job.</param>
    /// <param name="bucketOf">The bucket of a report's time.</param>
    public BatchBucketSums(IVdaf vdaf, ReadOnlyMemory<byte> aggParam, Func<Time, byte[]> bucketOf)
    {
        _vdaf = vdaf;
        _aggParam = aggParam;
        _bucketOf = bucketOf;
    }

    /// <summary>Commits the out shares of finished reports to the buckets of the reports, bucket by bucket.</summary>
    /// <param name="count">The number of reports.</param>
    /// <param name="report">A report's ID and time.</param>
    /// <param name="outShares">Per report, the out share.</param>
    /// <param name="outcomes">An out share is committed if its report is <see cref="VerifyOutcome.Finished"/>.</param>
    public void Add(int count, Func<int, (ReportId Id, Time Time)> report, ReadOnlySpan<byte> outShares, ReadOnlySpan<VerifyOutcome> outcomes)
    {
        Sum?[] sums = new Sum?[count];
        for (int i = 0; i < count; i++)
        {
            if (outcomes[i] == VerifyOutcome.Finished)
            {
                (ReportId id, Time time) = report(i);
                Sum sum = sums[i] = SumOf(_bucketOf(time));
                sum.Count(1, time.Value, time.Value);
                sum.Checksum = sum.Checksum.Combine(ReportIdChecksum.Of(id));
            }
        }

        VerifyOutcome[] chosen = new VerifyOutcome[count];
        foreach (Sum sum in sums.OfType<Sum>().Distinct())
        {
            for (int i = 0; i < count; i++)
            {
                chosen[i] = sums[i] == sum ? VerifyOutcome.Finished : VerifyOutcome.None;
            }

            _vdaf.Aggregate(_aggParam.Span, sum.AggregateShare, outShares, chosen);
        }
    }

    /// <summary>Adds everything that <paramref name="other"/> holds.</summary>
    public void Merge(BatchBucketSums other)
    {
        foreach (Sum theirs in other._sums.Values)
        {
            Sum sum = SumOf(theirs.Bucket);
            _vdaf.Merge(_aggParam.Span, sum.AggregateShare, theirs.AggregateShare);
            sum.Count(theirs.ReportCount, theirs.MinTime, theirs.MaxTime);
            sum.Checksum = sum.Checksum.Combine(theirs.Checksum);
        }
    }

    /// <summary>The sums as rows for the datastore. The aggregate shares are handed over, not copied.</summary>
    public IReadOnlyList<BatchBucketShard> ToShards(AggregationJobId jobId) =>
    [
        .. _sums.Values.Select(sum => new BatchBucketShard
        {
            Bucket = sum.Bucket,
            JobId = jobId,
            AggregateShare = sum.AggregateShare,
            ReportCount = sum.ReportCount,
            Checksum = sum.Checksum.ToArray(),
            MinTime = sum.MinTime,
            MaxTime = sum.MaxTime,
        }),
    ];

    /// <summary>Overwrites the aggregate shares.</summary>
    public void Clear()
    {
        foreach (Sum sum in _sums.Values)
        {
            CryptographicOperations.ZeroMemory(sum.AggregateShare);
        }

        _sums.Clear();
    }

    private Sum SumOf(byte[] bucket)
    {
        string key = Convert.ToHexString(bucket);
        if (!_sums.TryGetValue(key, out Sum? sum))
        {
            sum = new Sum(bucket, NewAggregateShare());
            _sums.Add(key, sum);
        }

        return sum;
    }

    private byte[] NewAggregateShare()
    {
        byte[] share = new byte[_vdaf.AggShareLength(_aggParam.Span)];
        _vdaf.AggInit(_aggParam.Span, share);
        return share;
    }

    private sealed class Sum(byte[] bucket, byte[] aggregateShare)
    {
        public byte[] Bucket { get; } = bucket;

        public byte[] AggregateShare { get; } = aggregateShare;

        public BatchChecksum Checksum { get; set; } = BatchChecksum.Empty;

        public long ReportCount { get; private set; }

        public ulong MinTime { get; private set; } = ulong.MaxValue;

        public ulong MaxTime { get; private set; }

        public void Count(long reports, ulong minTime, ulong maxTime)
        {
            ReportCount += reports;
            MinTime = Math.Min(MinTime, minTime);
            MaxTime = Math.Max(MaxTime, maxTime);
        }
    }
}
