using System.ComponentModel.DataAnnotations;

namespace Janus.Aggregator;

/// <summary>How a Helper takes the Leader's requests: section <c>Aggregator:Helper</c>.</summary>
public sealed class HelperOptions
{
    // So many deferred requests one slot of a driver is expected to do in RetryAfter.
    private const int JobsPerRound = 25;

    /// <summary>
    /// How long a Leader is asked to wait for a deferred answer when nobody else waits: <c>Retry-After</c>. It grows with the
    /// queue before it.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait that a Leader is asked for, however long the queue.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaximumRetryAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How many requests for aggregation jobs a process takes at once; each is held in memory. More are answered with 503
    /// and <c>Retry-After</c>.
    /// </summary>
    [Range(1, 10_000)]
    public int MaximumConcurrentJobs { get; set; } = 16;

    /// <summary>What to ask for with so many deferred requests in the queue, of which each driver process takes some at once.</summary>
    internal TimeSpan RetryAfterFor(long queued, int concurrency)
    {
        double rounds = 1 + Math.Floor((double)queued / (concurrency * JobsPerRound));
        return TimeSpan.FromTicks((long)Math.Min(RetryAfter.Ticks * rounds, Math.Max(RetryAfter.Ticks, MaximumRetryAfter.Ticks)));
    }
}
