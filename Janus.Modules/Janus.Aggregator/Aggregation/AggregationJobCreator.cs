using System.Diagnostics;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>The role <c>aggregation-job-creator</c>: puts a Leader's waiting reports into aggregation jobs, oldest first.</summary>
/// <remarks>
/// Eager where the VDAF has no aggregation parameter: DAP §4.5.2 (eager-aggregation). Otherwise reports wait until a
/// collection job needs them.
/// </remarks>
internal sealed partial class AggregationJobCreator : BackgroundService
{
    private readonly AggregationJobOptions _options;
    private readonly LeaderAggregationJobStore _store;
    private readonly TaskDirectory _tasks;
    private readonly JobMetrics _metrics;
    private readonly WorkSignal _signal;
    private readonly TimeProvider _time;
    private readonly ILogger<AggregationJobCreator> _logger;

    public AggregationJobCreator(
        IOptions<AggregatorOptions> options,
        LeaderAggregationJobStore store,
        TaskDirectory tasks,
        AggregatorMetrics metrics,
        WorkSignal signal,
        TimeProvider time,
        ILogger<AggregationJobCreator> logger)
    {
        _options = options.Value.AggregationJobs;
        _store = store;
        _tasks = tasks;
        _metrics = metrics.Jobs;
        _signal = signal;
        _time = time;
        _logger = logger;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        WorkWaiter waiter = _signal.CreateWaiter(WorkKind.Reports);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Reports that are too few for a job yet become one when the oldest has waited long enough.
                bool reportsWait = await CreateJobsAsync(stoppingToken);
                bool soon = reportsWait && _options.MaximumDelay < _options.PollInterval;
                await waiter.WaitAsync(soon ? _options.MaximumDelay : _options.PollInterval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogLevel level = DatabaseFailure.LevelOf(exception, LogLevel.Warning);
                LogCreationFailed(level, exception);
                await Task.Delay(_options.PollInterval, _time, stoppingToken).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
    }

    // Tells whether reports are left that become a job without anything else happening.
    private async Task<bool> CreateJobsAsync(CancellationToken cancellationToken)
    {
        bool left = false;
        foreach (int key in await _store.TasksWithUnassignedReportsAsync(_time.GetUtcNow(), cancellationToken))
        {
            using Activity? activity = AggregatorActivities.StartRoot("aggregation job creation");
            try
            {
                AggregatorTask task = await _tasks.GetAsync(key, cancellationToken);
                AggregatorActivities.DescribeTask(task.Id);
                await CreateJobsAsync(task, cancellationToken);
                left |= !task.Vdaf.HasAggParam;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                activity.End("failed", exception);
                // A task that cannot be worked on does not hold up the others.
                LogLevel level = DatabaseFailure.LevelOf(exception, LogLevel.Warning);
                string taskName = _tasks.NameOf(key);
                LogCreationFailedInTask(level, taskName, exception);
            }
        }

        return left;
    }

    private async Task CreateJobsAsync(AggregatorTask task, CancellationToken cancellationToken)
    {
        DateTimeOffset now = _time.GetUtcNow();
        int created = task.Vdaf.HasAggParam
            ? await _store.CreateForCollectionAsync(task.Stored, aggParam => LimitsOf(task, aggParam), now, cancellationToken)
            : await _store.CreateAsync(task.Stored, LimitsOf(task, []), now, cancellationToken);
        Activity.Current?.SetTag("janus.jobs", created);
        if (created > 0)
        {
            _metrics.Created(created);
            LogCreated(created, task.Id);
        }
    }

    private AggregationJobLimits LimitsOf(AggregatorTask task, byte[] aggParam)
    {
        int maximum = (int)Math.Clamp(_options.MaximumInputShareBytes / task.LeaderBytesPerReport(aggParam), 1, _options.MaximumReports);
        return new(Math.Min(_options.MinimumReports, maximum), maximum, _options.MaximumDelay);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "aggregation jobs created in task {TaskId}: {Jobs}")]
    private partial void LogCreated(int jobs, TaskId taskId);

    [LoggerMessage(Message = "aggregation jobs of task {TaskId} could not be created; trying again")]
    private partial void LogCreationFailedInTask(LogLevel level, string taskId, Exception exception);

    [LoggerMessage(Message = "aggregation jobs could not be created; trying again")]
    private partial void LogCreationFailed(LogLevel level, Exception exception);
}
