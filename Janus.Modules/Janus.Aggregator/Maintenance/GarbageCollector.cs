using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>The role <c>garbage-collector</c>: removes what has expired, round after round; any number may run.</summary>
internal sealed partial class GarbageCollector : BackgroundService
{
    private const double LeastOfInterval = 0.5;
    private readonly GarbageCollectionOptions _options;
    private readonly GarbageRemoval _removal;
    private readonly AggregatorMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<GarbageCollector> _logger;

    public GarbageCollector(
        IOptions<AggregatorOptions> options, GarbageRemoval removal, AggregatorMetrics metrics, TimeProvider time, ILogger<GarbageCollector> logger)
    {
        _options = options.Value.GarbageCollection;
        _removal = removal;
        _metrics = metrics;
        _time = time;
        _logger = logger;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Replicas that started together are not to stay together.
                double part = LeastOfInterval + (Random.Shared.NextDouble() * (1 - LeastOfInterval));
                await Task.Delay(_options.Interval * part, _time, stoppingToken);
                await RunOnceAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogLevel level = DatabaseFailure.LevelOf(exception, LogLevel.Warning);
                LogFailed(level, exception);
            }
        }
    }

    private async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        long start = _time.GetTimestamp();
        GarbageCollectionRound round = await _removal.RunAsync(_options.ToLimits(), cancellationToken);
        TimeSpan duration = _time.GetElapsedTime(start);
        _metrics.Maintenance.GarbageCollected(round, duration);
        foreach (TaskId task in round.RemovedTasks)
        {
            LogRemoved(task);
        }

        if (round.Rows > 0 || round.DroppedWeeks.Count > 0)
        {
            LogCollected(duration.TotalSeconds, round.Rows, round.DroppedWeeks.Count, round.Lag.TotalSeconds);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "garbage collected in {Seconds:0.0} s; expired rows: {Rows}, weeks of report IDs: {Partitions}; the oldest data left are {LagSeconds} s overdue")]
    private partial void LogCollected(double seconds, long rows, int partitions, double lagSeconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "nothing is left of task {TaskId}, which was deleted or has ended")]
    private partial void LogRemoved(TaskId taskId);

    [LoggerMessage(Message = "a round of garbage collection broke off; the next one goes on")]
    private partial void LogFailed(LogLevel level, Exception exception);
}
