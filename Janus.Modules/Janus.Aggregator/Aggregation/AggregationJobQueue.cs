using Janus.Datastore;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>Bounds what a Helper's process takes at once, and tells a Leader how long what it has deferred may take.</summary>
internal sealed class AggregationJobQueue : IDisposable
{
    private readonly HelperAggregationJobStore _store;
    private readonly HelperOptions _options;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _places;

    public AggregationJobQueue(HelperAggregationJobStore store, IOptions<AggregatorOptions> options, TimeProvider time)
    {
        _store = store;
        _options = options.Value.Helper;
        _time = time;
        _places = new SemaphoreSlim(_options.MaximumConcurrentJobs);
    }

    /// <summary>Takes a place for one request, until it is disposed of.</summary>
    /// <exception cref="HttpProblemException">503: all places are taken.</exception>
    public IDisposable Enter() => _places.Wait(0)
        ? new Place(_places)
        : throw HttpProblemException.Unavailable(
            $"{_options.MaximumConcurrentJobs} aggregation jobs are being taken already; try again later", _options.RetryAfter);

    /// <summary>How long the Leader is asked to wait for a deferred job: as long as others have waited for a driver.</summary>
    public async Task<TimeSpan> RetryAfterAsync(CancellationToken cancellationToken) =>
        _options.RetryAfterFor(_time.GetUtcNow() - await _store.FirstDueAsync(cancellationToken));

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        private SemaphoreSlim? _places = places;

        public void Dispose() => Interlocked.Exchange(ref _places, null)?.Release();
    }
}
