using System.ComponentModel.DataAnnotations;

namespace Janus.Aggregator;

/// <summary>The size of aggregation jobs and when they are made: section <c>Aggregator:AggregationJobs</c>.</summary>
public sealed class AggregationJobOptions
{
    /// <summary>The most reports that a Leader puts into one aggregation job. Tasks with large input shares get fewer.</summary>
    [Range(1, 100_000)]
    public int MaximumReports { get; set; } = 1_000;

    /// <summary>Bounds the input shares of one aggregation job, in bytes; a job always holds at least one report.</summary>
    [Range(1L << 10, 1L << 34)]
    public long MaximumInputShareBytes { get; set; } = 32L << 20;

    /// <summary>How many waiting reports make a job before the oldest has waited <see cref="MaximumDelay"/>.</summary>
    [Range(1, 100_000)]
    public int MinimumReports { get; set; } = 500;

    /// <summary>How long a report waits for others before a smaller job is made for it.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan MaximumDelay { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How often to look for reports when no notification came: the safety net under LISTEN/NOTIFY.</summary>
    [Range(typeof(TimeSpan), "00:00:00.0500000", "01:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How many attempts at one step the Helper may refuse before a Leader gives the job up; an outage does not count. Until
    /// then an operator can mend what is wrong; the default gives hours. An answer that arrives whole and cannot be decoded
    /// gets four attempts at most, earlier refusals of the same step included.
    /// </summary>
    [Range(1, 100_000)]
    public int MaximumAttempts { get; set; } = 100;

    /// <summary>
    /// How long a report waits before it is in another aggregation job, when the Helper had it too early or refused its
    /// first job.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.0100000", "1.00:00:00")]
    public TimeSpan PutBackDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest request for an aggregation job that a Helper takes, in bytes: it is held in memory.</summary>
    [Range(1L << 16, 1L << 34)]
    public long MaximumRequestBytes { get; set; } = 256L << 20;

    /// <summary>The most reports that a Helper takes in one aggregation job; the body is limited accordingly.</summary>
    [Range(1, 1_000_000)]
    public int MaximumReportsAccepted { get; set; } = 20_000;
}
