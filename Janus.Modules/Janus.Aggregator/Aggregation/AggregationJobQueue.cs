using Janus.Datastore;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>
/// Bounds what a Helper's process takes at once, fairly between Leaders, and tells a Leader how long what it has deferred may take.
/// </summary>
internal sealed class AggregationJobQueue
{
    // A request's objects, and the buffers of its connection.
    private const int RequestOverhead = 64 << 10;

    private const string MemoryLimit = "aggregation jobs hold all the memory that is meant for them";

    private readonly HelperAggregationJobStore _store;
    private readonly AggregatorMetrics _metrics;
    private readonly HelperOptions _options;
    private readonly TimeProvider _time;
    private readonly FairQuota<string> _places;
    private readonly Arrivals<string> _arrivals;

    public AggregationJobQueue(HelperAggregationJobStore store, AggregatorMetrics metrics, IOptions<AggregatorOptions> options, TimeProvider time)
    {
        _store = store;
        _metrics = metrics;
        _options = options.Value.Helper;
        _time = time;
        _places = new FairQuota<string>(_options.MaximumConcurrentJobs, _options.MaximumShare);
        _arrivals = new Arrivals<string>(_options.MaximumMemory, _options.MaximumShare, RequestOverhead, time, answer => Shed(answer, MemoryLimit));
        metrics.Requests.ObserveJobRequests(() => _places.Total, _options.MaximumConcurrentJobs, () => Held, _options.MaximumMemory);
    }

    /// <summary>The bytes that requests hold now.</summary>
    public long Held => _arrivals.Held;

    /// <summary>Lets a request in before its body is read, until the result is disposed of.</summary>
    /// <param name="task">The task, whose Leader asks.</param>
    /// <param name="context">The request.</param>
    /// <param name="limit">The longest body that is read; a longer one is refused when it is.</param>
    /// <exception cref="HttpProblemException">
    /// 429: this Leader's requests hold their share of places or memory; 503: all are taken. Both with Retry-After.
    /// </exception>
    public Arrival Receive(AggregatorTask task, HttpContext context, long limit)
    {
        RequirePlace(_places.Offers(LeaderOf(task), 1));
        return ReceiveMemory(task, context, limit);
    }

    /// <summary>Lets in a request that needs memory for its body, but no place.</summary>
    /// <exception cref="HttpProblemException">As for <see cref="Receive"/>.</exception>
    public Arrival ReceiveMemory(AggregatorTask task, HttpContext context, long limit) =>
        _arrivals.Enter(LeaderOf(task), context, Math.Clamp(context.Request.ContentLength ?? 0, 0, limit));

    /// <summary>
    /// Takes a place for a request whose body is there, until the result is disposed of: none is held while a body arrives.
    /// </summary>
    /// <exception cref="HttpProblemException">As for <see cref="Receive"/>; or 408: the memory was given to faster requests.</exception>
    public IDisposable BeginWork(AggregatorTask task, Arrival arrival)
    {
        arrival.BeginWork();
        RequirePlace(_places.TryTake(LeaderOf(task), 1, out IDisposable? place));
        return place!;
    }

    /// <summary>How long the Leader is asked to wait for a deferred job: as long as others have waited for a driver.</summary>
    public async Task<TimeSpan> RetryAfterAsync(CancellationToken cancellationToken) =>
        _options.RetryAfterFor(_time.GetUtcNow() - await _store.FirstDueAsync(cancellationToken));

    private static string LeaderOf(AggregatorTask task) => task.Configuration.LeaderAggregatorEndpoint.ToString();

    private void RequirePlace(QuotaAnswer answer)
    {
        if (answer != QuotaAnswer.Taken)
        {
            throw Shed(answer, $"{_options.MaximumConcurrentJobs} aggregation jobs at once are the limit");
        }
    }

    private HttpProblemException Shed(QuotaAnswer answer, string limit)
    {
        _metrics.Requests.JobShed(answer);
        return answer switch
        {
            QuotaAnswer.OverShare => HttpProblemException.TooMany($"{limit}, and this Leader has its share of it; try again later", _options.RetryAfter),
            QuotaAnswer.TooSlow => HttpProblemException.TooSlow(_options.RetryAfter),
            _ => HttpProblemException.Unavailable($"{limit}; try again later", _options.RetryAfter),
        };
    }
}
