using Janus.Datastore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

/// <summary>Looks every few seconds at what waits in the database, for <see cref="BacklogMetrics"/>.</summary>
internal sealed partial class BacklogSampler : BackgroundService
{
    private readonly BacklogInterval _interval;
    private readonly BacklogStore _store;
    private readonly TaskDirectory _tasks;
    private readonly BacklogMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<BacklogSampler> _logger;

    public BacklogSampler(
        BacklogInterval interval, BacklogStore store, TaskDirectory tasks, BacklogMetrics metrics, TimeProvider time, ILogger<BacklogSampler> logger)
    {
        _interval = interval;
        _store = store;
        _tasks = tasks;
        _metrics = metrics;
        _time = time;
        _logger = logger;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(_interval.Value, _time);
        do
        {
            try
            {
                await SampleAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Rather nothing than what was true once.
                _metrics.Publish(null, null, default);
                LogLevel level = DatabaseFailure.LevelOf(exception, LogLevel.Warning);
                LogFailed(level, exception);
            }
        }
        while (await NextAsync(timer, stoppingToken));
    }

    /// <summary>Looks once.</summary>
    public async Task SampleAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = _time.GetUtcNow();
        Backlog backlog = await _store.ReadAsync(now, cancellationToken);
        DateTimeOffset? oldest = null;
        foreach ((int taskKey, DateTimeOffset received) in backlog.OldestReports)
        {
            if ((oldest is null || received < oldest) && await AggregatesEagerlyAsync(taskKey, cancellationToken))
            {
                oldest = received;
            }
        }

        _metrics.Publish(backlog, oldest, now);
    }

    // Reports of other tasks wait for a Collector.
    private async Task<bool> AggregatesEagerlyAsync(int taskKey, CancellationToken cancellationToken)
    {
        try
        {
            return !(await _tasks.GetAsync(taskKey, cancellationToken)).Vdaf.HasAggParam;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // What cannot be worked on waits for an operator.
            return true;
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(Message = "cannot tell how much work waits; the janus.backlog metrics are missing until the next attempt")]
    private partial void LogFailed(LogLevel level, Exception exception);
}
