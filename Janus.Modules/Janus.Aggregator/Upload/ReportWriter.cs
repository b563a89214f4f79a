using System.Threading.Channels;
using Janus.Datastore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>
/// The bounded queue between upload requests and the database: many requests are written in one transaction,
/// and each is answered only after its transaction committed.
/// </summary>
internal sealed partial class ReportWriter : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Channel<Entry> _queue = Channel.CreateUnbounded<Entry>();
    private readonly UploadOptions _options;
    private readonly ReportStore _store;
    private readonly AggregatorMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<ReportWriter> _logger;
    private long _waitingReports;
    private long _waitingBytes;

    public ReportWriter(IOptions<AggregatorOptions> options, ReportStore store, AggregatorMetrics metrics, TimeProvider time, ILogger<ReportWriter> logger)
    {
        _options = options.Value.Upload;
        _store = store;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        metrics.ObserveUploadQueue(() => Volatile.Read(ref _waitingReports));
    }

    /// <summary>Writes reports and tells of each what became of it, in order.</summary>
    /// <exception cref="HttpProblemException">The queue is full: 503 with Retry-After.</exception>
    public async Task<UploadOutcome[]> WriteAsync(IReadOnlyList<UploadedReport> reports, CancellationToken cancellationToken)
    {
        Entry entry = new(reports);
        Reserve(entry);
        if (!_queue.Writer.TryWrite(entry))
        {
            Release(entry);
            throw HttpProblemException.Unavailable("the aggregator is stopping; upload the reports again", RetryAfter);
        }

        return await entry.Completion.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // The web server has drained by now; what it accepted is still written.
        _queue.Writer.TryComplete();
        if (ExecuteTask is { } running)
        {
            await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, _options.Writers).Select(_ => Task.Run(WriteQueueAsync, CancellationToken.None)));

    private async Task WriteQueueAsync()
    {
        List<Entry> entries = [];
        while (await _queue.Reader.WaitToReadAsync())
        {
            int reports = 0;
            while (reports < _options.MaximumReportsPerTransaction && _queue.Reader.TryRead(out Entry? entry))
            {
                entries.Add(entry);
                reports += entry.Reports.Count;
            }

            await WriteAsync(entries, reports);
            entries.Clear();
        }
    }

    private async Task WriteAsync(List<Entry> entries, int reports)
    {
        if (reports == 0)
        {
            return;
        }

        try
        {
            List<UploadedReport> all = new(reports);
            entries.ForEach(entry => all.AddRange(entry.Reports));
            UploadOutcome[] outcomes = await _store.PutAsync(all, _time.GetUtcNow(), CancellationToken.None);
            int start = 0;
            foreach (Entry entry in entries)
            {
                entry.Completion.SetResult(outcomes[start..(start + entry.Reports.Count)]);
                start += entry.Reports.Count;
            }

            _metrics.ReportsWritten(outcomes);
        }
        catch (Exception exception)
        {
            LogWriteFailed(reports, exception);
            entries.ForEach(entry => entry.Completion.TrySetException(
                HttpProblemException.Unavailable("the reports could not be stored; upload them again", RetryAfter)));
        }
        finally
        {
            entries.ForEach(Release);
        }
    }

    private void Reserve(Entry entry)
    {
        long reports = Interlocked.Add(ref _waitingReports, entry.Reports.Count);
        long bytes = Interlocked.Add(ref _waitingBytes, entry.Bytes);
        // One entry alone is always let in, however large, or it never could be.
        bool alone = reports == entry.Reports.Count;
        if (!alone && (reports > _options.QueueCapacity || bytes > _options.QueueCapacityBytes))
        {
            Release(entry);
            _metrics.UploadsShed.Add(1);
            throw HttpProblemException.Unavailable("too many reports are waiting to be stored; upload them again later", RetryAfter);
        }
    }

    private void Release(Entry entry)
    {
        Interlocked.Add(ref _waitingReports, -entry.Reports.Count);
        Interlocked.Add(ref _waitingBytes, -entry.Bytes);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Reports} uploaded reports could not be written")]
    private partial void LogWriteFailed(int reports, Exception exception);

    private sealed class Entry(IReadOnlyList<UploadedReport> reports)
    {
        public IReadOnlyList<UploadedReport> Reports { get; } = reports;

        public long Bytes { get; } = reports.Sum(report =>
            (long)report.PublicShare.Length + report.LeaderInputShare.Length + report.HelperEncryptedInputShare.Length);

        public TaskCompletionSource<UploadOutcome[]> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
