using System.Diagnostics;
using System.Threading.Channels;
using Janus.Datastore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>
/// The queue between upload requests and the database: many requests are written in one transaction, those of different
/// tasks in turn, and each is answered only after its transaction committed. <see cref="UploadAdmission"/> bounds it.
/// </summary>
internal sealed partial class ReportWriter : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    // What a task is written in a round, and what a report costs beside its bytes.
    private const int Quantum = 64 << 10;
    private const int ReportCost = 512;

    // Of a transaction, to the requests whose reports it writes.
    private const int MaximumLinks = 32;

    private readonly Lock _lock = new();
    private readonly FairQueue<int, Entry> _queue = new(Quantum);

    // In the order of their arrival, until they are written.
    private readonly LinkedList<Entry> _unwritten = new();

    // One for each entry of the queue.
    private readonly Channel<bool> _arrivals = Channel.CreateUnbounded<bool>();
    private readonly UploadOptions _options;
    private readonly ReportStore _store;
    private readonly AggregatorMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<ReportWriter> _logger;
    private long _waitingReports;

    public ReportWriter(IOptions<AggregatorOptions> options, ReportStore store, AggregatorMetrics metrics, TimeProvider time, ILogger<ReportWriter> logger)
    {
        _options = options.Value.Upload;
        _store = store;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        metrics.Requests.ObserveUploadQueue(() => WaitingReports, OldestWait);
    }

    /// <summary>How many reports wait to be written, or are being written.</summary>
    public long WaitingReports => Volatile.Read(ref _waitingReports);

    /// <summary>
    /// Writes reports of one task and tells of each what became of it, in order. It cannot be broken off: a request that has
    /// been given up still holds its memory, and its part of <see cref="UploadAdmission"/>, until its reports are written.
    /// </summary>
    /// <exception cref="HttpProblemException">The process is stopping, or the database is away: 503 with Retry-After.</exception>
    public async Task<UploadOutcome[]> WriteAsync(IReadOnlyList<UploadedReport> reports)
    {
        Entry entry = new(reports, _time.GetTimestamp(), Activity.Current?.Context ?? default);
        lock (_lock)
        {
            if (!_arrivals.Writer.TryWrite(true))
            {
                throw HttpProblemException.Unavailable("the aggregator is stopping; upload the reports again", RetryAfter);
            }

            _queue.Enqueue(reports[0].TaskKey, entry, entry.Cost);
            _unwritten.AddLast(entry.Place);
        }

        Interlocked.Add(ref _waitingReports, reports.Count);
        return await entry.Completion.Task;
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // The web server has drained by now; what it accepted is still written.
        _arrivals.Writer.TryComplete();
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
        while (await _arrivals.Reader.WaitToReadAsync())
        {
            int reports = 0;
            while (reports < _options.MaximumReportsPerTransaction && TryDequeue() is { } entry)
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

        using Activity? activity = AggregatorActivities.StartRoot(
            "report write", entries.Where(entry => entry.Request != default).Take(MaximumLinks).Select(entry => new ActivityLink(entry.Request)));
        activity?.SetTag("janus.reports", reports);
        try
        {
            List<UploadedReport> all = new(reports);
            entries.ForEach(entry => all.AddRange(entry.Reports));
            UploadOutcome[] outcomes = await _store.PutAsync(all, _time.GetUtcNow(), CancellationToken.None);
            _metrics.ReportsWritten(outcomes);
            activity.End("done");
            int start = 0;
            foreach (Entry entry in entries)
            {
                _metrics.Requests.Written(_time.GetElapsedTime(entry.Entered));
                entry.Completion.SetResult(outcomes[start..(start + entry.Reports.Count)]);
                start += entry.Reports.Count;
            }

        }
        catch (Exception exception)
        {
            activity.End("failed", exception);
            LogLevel level = DatabaseFailure.LevelOf(exception, LogLevel.Error);
            LogWriteFailed(level, reports, exception);
            entries.ForEach(entry => entry.Completion.TrySetException(
                HttpProblemException.Unavailable("the reports could not be stored; upload them again", RetryAfter)));
        }
        finally
        {
            Interlocked.Add(ref _waitingReports, -reports);
            lock (_lock)
            {
                entries.ForEach(entry => _unwritten.Remove(entry.Place));
            }
        }
    }

    private TimeSpan OldestWait()
    {
        lock (_lock)
        {
            return _unwritten.First is { } oldest ? _time.GetElapsedTime(oldest.Value.Entered) : TimeSpan.Zero;
        }
    }

    private Entry? TryDequeue()
    {
        lock (_lock)
        {
            return _arrivals.Reader.TryRead(out _) && _queue.TryDequeue(out Entry? entry) ? entry : null;
        }
    }

    [LoggerMessage(Message = "uploaded reports could not be written: {Reports}")]
    private partial void LogWriteFailed(LogLevel level, int reports, Exception exception);

    private sealed class Entry
    {
        public Entry(IReadOnlyList<UploadedReport> reports, long entered, ActivityContext request)
        {
            Reports = reports;
            Entered = entered;
            Request = request;
            Cost = reports.Sum(report =>
                (long)report.PublicShare.Length + report.LeaderInputShare.Length + report.HelperEncryptedInputShare.Length + ReportCost);
            Place = new LinkedListNode<Entry>(this);
        }

        public IReadOnlyList<UploadedReport> Reports { get; }

        public long Entered { get; }

        public ActivityContext Request { get; }

        public long Cost { get; }

        public LinkedListNode<Entry> Place { get; }

        public TaskCompletionSource<UploadOutcome[]> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
