using Janus.Datastore;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>
/// Bounds what a Helper's process takes at once, fairly between Leaders, and tells a Leader how long what it has deferred may take.
/// </summary>
internal sealed class AggregationJobQueue
{
    // A request's objects, and the buffers of its connection.
    private const int RequestOverhead = 64 << 10;

    // Report shares are in memory as they came and as they are verified.
    private const int Copies = 2;

    private readonly HelperAggregationJobStore _store;
    private readonly AggregatorMetrics _metrics;
    private readonly HelperOptions _options;
    private readonly TimeProvider _time;
    private readonly FairQuota<string> _places;
    private readonly FairQuota<string> _memory;

    public AggregationJobQueue(HelperAggregationJobStore store, AggregatorMetrics metrics, IOptions<AggregatorOptions> options, TimeProvider time)
    {
        _store = store;
        _metrics = metrics;
        _options = options.Value.Helper;
        _time = time;
        _places = new FairQuota<string>(_options.MaximumConcurrentJobs, _options.MaximumShare);
        _memory = new FairQuota<string>(_options.MaximumMemory, _options.MaximumShare);
        metrics.Requests.ObserveJobRequests(() => _places.Total, _options.MaximumConcurrentJobs, () => _memory.Total, _options.MaximumMemory);
    }

    /// <summary>Takes a place and memory for one request before its body is read, until the result is disposed of.</summary>
    /// <param name="task">The task, whose Leader asks.</param>
    /// <param name="bodyLength">The length of the body; the most that it may be if the request does not tell it.</param>
    /// <exception cref="HttpProblemException">
    /// 429: this Leader's requests hold their share; 503: everything is taken. Both with Retry-After.
    /// </exception>
    public IDisposable Enter(AggregatorTask task, long bodyLength)
    {
        string leader = task.Configuration.LeaderAggregatorEndpoint.ToString();
        QuotaAnswer answer = _places.TryTake(leader, 1, out IDisposable? place);
        if (answer != QuotaAnswer.Taken)
        {
            throw Shed(answer, $"{_options.MaximumConcurrentJobs} aggregation jobs at once are the limit");
        }

        answer = _memory.TryTake(leader, RequestOverhead + (Copies * bodyLength), out IDisposable? memory);
        if (answer != QuotaAnswer.Taken)
        {
            place!.Dispose();
            throw Shed(answer, "aggregation jobs hold all the memory that is meant for them");
        }

        return new Entered(place!, memory!);
    }

    /// <summary>How long the Leader is asked to wait for a deferred job: as long as others have waited for a driver.</summary>
    public async Task<TimeSpan> RetryAfterAsync(CancellationToken cancellationToken) =>
        _options.RetryAfterFor(_time.GetUtcNow() - await _store.FirstDueAsync(cancellationToken));

    private HttpProblemException Shed(QuotaAnswer answer, string limit)
    {
        _metrics.Requests.JobShed(answer);
        return answer == QuotaAnswer.OverShare
            ? HttpProblemException.TooMany($"{limit}, and this Leader has its share of it; try again later", _options.RetryAfter)
            : HttpProblemException.Unavailable($"{limit}; try again later", _options.RetryAfter);
    }

    private sealed class Entered(IDisposable place, IDisposable memory) : IDisposable
    {
        public void Dispose()
        {
            memory.Dispose();
            place.Dispose();
        }
    }
}
