using System.ComponentModel.DataAnnotations;

namespace Janus.Aggregator;

/// <summary>How a Helper takes the Leader's requests: section <c>Aggregator:Helper</c>.</summary>
public sealed class HelperOptions
{
    /// <summary>
    /// How long a Leader is asked to wait for a deferred answer at least: <c>Retry-After</c>. When drivers are behind, it is
    /// as long as the first request in their queue has waited.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait that a Leader is asked for, however far drivers are behind.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaximumRetryAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How many requests for aggregation jobs a process takes at once; each is held in memory. More are answered with 503
    /// and <c>Retry-After</c>.
    /// </summary>
    [Range(1, 10_000)]
    public int MaximumConcurrentJobs { get; set; } = 16;

    /// <summary>
    /// How many bytes requests for aggregation jobs may hold in memory together. More are answered with 503 and
    /// <c>Retry-After</c>.
    /// </summary>
    [Range(1L << 20, 1L << 40)]
    public long MaximumMemory { get; set; } = 1L << 30;

    /// <summary>
    /// What the requests of one Leader may hold of places and memory when they are alone, in percent; with more Leaders it
    /// is less for each. A Leader that holds as much is answered with 429 and <c>Retry-After</c>.
    /// </summary>
    [Range(1, 100)]
    public int MaximumShare { get; set; } = 75;

    /// <summary>What to ask for when the deferred request that has waited longest for a driver has waited for so long.</summary>
    /// <remarks>
    /// In a queue that is served in its order, a new request waits about as long as the first has waited; and one that waits
    /// in a sudden crowd is asked for again at doubling distances.
    /// </remarks>
    internal TimeSpan RetryAfterFor(TimeSpan? waited)
    {
        TimeSpan most = MaximumRetryAfter > RetryAfter ? MaximumRetryAfter : RetryAfter;
        return waited > most ? most : waited > RetryAfter ? waited.Value : RetryAfter;
    }
}
