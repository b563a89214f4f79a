using System.Diagnostics;
using Janus.Client;
using Janus.Collector;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Janus.Vdaf;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace Janus.Cli.Demo;

/// <summary>Takes measurements through a deployment: uploads, watches the aggregation, and collects.</summary>
internal sealed class DemoRun
{
    private const ulong AllTimes = ulong.MaxValue;
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(100);

    private readonly DemoDeployment _deployment;
    private readonly DemoTask _task;
    private readonly IReadOnlyList<Measurement> _measurements;

    public DemoRun(DemoDeployment deployment, DemoTask task, IReadOnlyList<Measurement> measurements)
    {
        _deployment = deployment;
        _task = task;
        _measurements = measurements;
    }

    /// <summary>Runs, and shows how far each of the three steps is.</summary>
    /// <exception cref="CliException">A report was refused, or an aggregator ended.</exception>
    public Task<DemoResult> RunAsync(IAnsiConsole console, CancellationToken cancellationToken) =>
        DemoProgress.ShowAsync(console, progress => RunAsync(progress, cancellationToken));

    private async Task<DemoResult> RunAsync(DemoProgress progress, CancellationToken cancellationToken)
    {
        int reports = _measurements.Count;
        Action<long> uploaded = progress.Add("uploaded", reports);
        Action<long> aggregated = progress.Add("aggregated", reports);
        Action<long> collected = progress.Add("collected", 1);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using HttpClient http = new(DapHttpHandler.Create());
        Stopwatch clock = Stopwatch.StartNew();
        DateTimeOffset start = TimeProvider.System.GetUtcNow();
        Task<TimeSpan> watching = WatchAggregationAsync(aggregated, clock, stop.Token);
        Task ended = Task.WhenAny(_deployment.Leader.Ended, _deployment.Helper.Ended);
        Task<DemoResult> working = WorkAsync();
        try
        {
            if (await Task.WhenAny(working, ended) == ended && !working.IsCompleted)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new CliException("an aggregator ended while it was needed");
            }

            return await working;
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(working, watching).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        async Task<DemoResult> WorkAsync()
        {
            TimeSpan uploadTime = await UploadAsync(http, uploaded, clock, stop.Token);
            CollectionResult collection = await CollectAsync(http, start, stop.Token);
            TimeSpan collectionTime = clock.Elapsed;
            TimeSpan aggregationTime = await watching;
            collected(1);
            return new DemoResult(collection, uploadTime, aggregationTime, collectionTime);
        }
    }

    private async Task<TimeSpan> UploadAsync(HttpClient http, Action<long> uploaded, Stopwatch clock, CancellationToken cancellationToken)
    {
        DapClient client = new(_task.Id, _task.Configuration, http);
        InlineProgress<UploadProgress> progress = new(now => uploaded(now.Accepted));
        UploadSummary summary = await client.UploadAsync(_measurements, progress, cancellationToken);
        if (!summary.IsComplete)
        {
            throw new CliException($"the Leader refused {summary.Refused} of {Plural.Of(_measurements.Count, "report")}");
        }

        return clock.Elapsed;
    }

    private Task<CollectionResult> CollectAsync(HttpClient http, DateTimeOffset start, CancellationToken cancellationToken)
    {
        TimePrecision precision = _task.Configuration.TimePrecision;
        Time first = Time.FromDateTimeOffset(start, precision);
        Time last = Time.FromDateTimeOffset(TimeProvider.System.GetUtcNow(), precision);
        Query query = _task.Configuration.BatchMode == BatchMode.TimeInterval
            ? Query.TimeInterval(Interval.Between(first, last + new Duration(1)))
            : Query.LeaderSelected;
        DapCollector collector = new(
            _task.Id, _task.Configuration, _task.CollectorHpkeConfig, _task.CollectorKeyPair, _task.CollectorToken, http);
        return collector.CollectAsync(query, cancellationToken: cancellationToken);
    }

    // Reads from the Leader's database how far it is; returns when all reports were aggregated.
    private async Task<TimeSpan> WatchAggregationAsync(Action<long> aggregated, Stopwatch clock, CancellationToken cancellationToken)
    {
        DapTask stored = (await _deployment.LeaderStores.GetRequiredService<TaskStore>().FindAsync(_task.Id, cancellationToken))!;
        BatchStore batches = _deployment.LeaderStores.GetRequiredService<BatchStore>();
        BatchRange everything = _task.Configuration.BatchMode == BatchMode.TimeInterval
            ? new BatchRange(BatchRange.BucketOf(0), BatchRange.BucketOf(AllTimes >> 1))
            : new BatchRange(new byte[BatchId.Length], [.. Enumerable.Repeat(byte.MaxValue, BatchId.Length)]);
        while (true)
        {
            BatchSummary summary = await batches.SummarizeAsync(stored.Key, everything, firstLiveTime: 0, cancellationToken);
            aggregated(summary.ReportCount);
            if (summary.ReportCount >= _measurements.Count)
            {
                return clock.Elapsed;
            }

            await Task.Delay(WatchInterval, cancellationToken);
        }
    }

    private sealed class InlineProgress<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
