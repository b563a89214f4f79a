using System.Buffers.Binary;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Benchmarks.Queries;

/// <summary>
/// A task of a filled database, and where each of its reports stands: the oldest are aggregated and mostly collected, then
/// come those in aggregation jobs, and the newest wait. Everything follows from the task and a number.
/// </summary>
internal sealed record FilledTask(DapTask Stored, TaskKind Kind, int Reports)
{
    /// <summary>Reports in one aggregation job: few, so that there are many jobs.</summary>
    public const int JobSize = 50;

    /// <summary>Reports in one batch of the leader-selected mode.</summary>
    public const int BatchSize = 200;

    /// <summary>The hours that a task's reports are spread over.</summary>
    public const int Hours = 60 * 24;

    /// <summary>The hours of a collected interval.</summary>
    public const int IntervalHours = 6;

    /// <summary>A time window of a leader-selected batch, in hours.</summary>
    public const int WindowHours = 24;

    private const double Collected = 0.45;
    private const double Aggregated = 0.55;
    private const double Assigned = 0.70;

    public int Key => Stored.Key;

    public bool IsLeader => Stored.Role == Role.Leader;

    public bool IsTimeInterval => Stored.Configuration.BatchMode == BatchMode.TimeInterval;

    public byte[] AggParam => Kind == TaskKind.LeaderParameter ? [1, 2, 3] : [];

    /// <summary>The reports in jobs; those behind wait.</summary>
    public int AssignedReports => IsLeader ? (int)(Reports * Assigned) : Reports;

    /// <summary>All jobs; only the last may be smaller than the others.</summary>
    public int JobCount => (AssignedReports + JobSize - 1) / JobSize;

    public int BatchCount => IsTimeInterval ? 0 : (AssignedReports + BatchSize - 1) / BatchSize;

    /// <summary>The intervals that are collected; 0 when a task's batches are the Leader's choice.</summary>
    public int CollectedIntervals => IsTimeInterval && Reports >= JobSize ? (int)(Hours * Collected) / IntervalHours : 0;

    /// <summary>When the data end, in hours.</summary>
    public static long NowHour => DatabaseFill.Now.ToUnixTimeSeconds() / 3600;

    public static long FirstHour => NowHour - Hours;

    public static int JobOf(int report) => report / JobSize;

    public static int BatchOf(int job) => job * JobSize / BatchSize;

    public long HourOf(int report) => FirstHour + ((long)report * Hours / Reports);

    public static int WeekOf(long hour) => ReportWeek.Of((ulong)hour, new TimePrecision(3600));

    public DateTimeOffset InstantOf(int report) => DateTimeOffset.FromUnixTimeSeconds(HourOf(report) * 3600);

    public static int FirstReport(int job) => job * JobSize;

    public int EndReport(int job) => Math.Min(AssignedReports, (job + 1) * JobSize);

    /// <summary>Whether the reports of a job are aggregated.</summary>
    public bool IsFinished(int job) => EndReport(job) <= Reports * Aggregated;

    public bool IsCollectedBatch(int batch) => Math.Min(AssignedReports, (batch + 1) * BatchSize) <= Reports * Collected;

    public Guid ReportId(int report) => Mix(1, report);

    public Guid JobId(int job) => Mix(2, job);

    /// <summary>The collection job, or on a Helper the aggregate share, of a batch.</summary>
    public Guid CollectionId(int batch) => Mix(3, batch);

    public byte[] BatchId(int batch) => [.. Mix(4, batch).ToByteArray(), .. Mix(5, batch).ToByteArray()];

    public static BatchRange Interval(int index) => new(
        BatchRange.BucketOf((ulong)(FirstHour + (index * IntervalHours))),
        BatchRange.BucketOf((ulong)(FirstHour + ((index + 1) * IntervalHours) - 1)));

    public BatchRange Batch(int index) => new(BatchId(index), BatchId(index));

    /// <summary>Random bytes that are the same for the same arguments.</summary>
    public byte[] Bytes(int salt, int index, int length)
    {
        byte[] bytes = new byte[length];
        new Random(HashCode(salt, index)).NextBytes(bytes);
        return bytes;
    }

    private Guid Mix(int salt, int index)
    {
        Span<byte> bytes = stackalloc byte[16];
        ulong seed = ((ulong)(uint)Key << 32) | (uint)index;
        BinaryPrimitives.WriteUInt64BigEndian(bytes, Scramble(seed ^ ((ulong)salt << 56)));
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Scramble(~seed + (ulong)salt));
        return new Guid(bytes, bigEndian: true);
    }

    private int HashCode(int salt, int index) => unchecked((Key * 31) + (salt * 1_000_003) + (index * 7919));

    // SplitMix64's mixing: neighbours are spread over the whole index, as random identifiers are.
    private static ulong Scramble(ulong value)
    {
        unchecked
        {
            value += 0x9E3779B97F4A7C15;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}
