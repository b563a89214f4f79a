using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>The role <c>aggregation-job-driver</c>: verifies the reports of a Leader's aggregation jobs together with the Helper.</summary>
/// <remarks>
/// A step (1) reads the job's reports, (2) initializes their verification, (3) sends them to the Helper,
/// (4) finishes with its answers and adds up the out shares, and (5) commits in one transaction that checks the
/// lease. A step that dies anywhere before (5) is repeated whole: its request is the same, byte for byte, so the
/// Helper answers as before and nothing counts twice.
/// </remarks>
internal sealed partial class AggregationJobDriver : JobDriver<LeaderAggregationJob>
{
    private readonly int _maximumAttempts;
    private readonly LeaderAggregationJobStore _store;
    private readonly LeaderAggregation _aggregation;
    private readonly TaskDirectory _tasks;
    private readonly HelperConnection _helper;
    private readonly AggregatorMetrics _metrics;
    private readonly ILogger<AggregationJobDriver> _logger;

    public AggregationJobDriver(
        IOptions<AggregatorOptions> options,
        LeaderAggregationJobStore store,
        LeaderAggregation aggregation,
        TaskDirectory tasks,
        HelperConnection helper,
        AggregatorMetrics metrics,
        WorkSignal signal,
        TimeProvider time,
        ILogger<AggregationJobDriver> logger)
        : base(options.Value.AggregationJobDriver, signal, WorkKind.AggregationJobs, time, logger)
    {
        _maximumAttempts = options.Value.AggregationJobs.MaximumAttempts;
        _store = store;
        _aggregation = aggregation;
        _tasks = tasks;
        _helper = helper;
        _metrics = metrics;
        _logger = logger;
    }

    /// <inheritdoc/>
    protected override Task<IReadOnlyList<Lease<LeaderAggregationJob>>> AcquireAsync(int maximum, TimeSpan duration, DateTimeOffset now, CancellationToken cancellationToken) =>
        _store.AcquireAsync(maximum, duration, now, cancellationToken);

    /// <inheritdoc/>
    protected override Task ReleaseAsync(Lease<LeaderAggregationJob> lease, DateTimeOffset notBefore, CancellationToken cancellationToken) =>
        _store.ReleaseAsync(lease, notBefore, cancellationToken);

    /// <inheritdoc/>
    protected override JobName NameOf(LeaderAggregationJob job) => new("aggregation job", job.Id);

    /// <inheritdoc/>
    protected override async Task StepAsync(Lease<LeaderAggregationJob> lease, CancellationToken cancellationToken)
    {
        LeaderAggregationJob job = lease.Job;
        AggregatorTask task = await _tasks.GetAsync(job.TaskKey, cancellationToken);
        // (1)
        IReadOnlyList<UnaggregatedReport> reports = await _store.ReadReportsAsync(job, cancellationToken);
        // (2)
        using LeaderVerification verification = _aggregation.Init(task, reports, cancellationToken);
        foreach (ReportError error in verification.Rejected)
        {
            _metrics.ReportRejected(Role.Leader, error);
        }

        BatchBucketSums sums;
        try
        {
            // (3) An aggregation job without reports is not a request (PROTOCOL reading 3).
            IReadOnlyList<VerifyResp> responses = verification.Inits.Count == 0
                ? []
                : await _helper.CreateAggregationJobAsync(task, job.BatchId, verification.Inits, cancellationToken);
            // (4)
            sums = _aggregation.Finish(
                task, job.BatchId, verification, responses, error => _metrics.ReportRejected(Role.Leader, error), cancellationToken);
        }
        catch (Exception exception) when (exception is PeerMisbehavedException || (exception is PeerRefusedException && lease.Attempts >= _maximumAttempts))
        {
            LogAbandoned(job.Id, task.Id, exception.Message);
            await _store.AbandonAsync(lease, Clock.GetUtcNow(), cancellationToken);
            return;
        }

        // (5)
        IReadOnlyList<BatchBucketShard> shards = sums.ToShards(job.Id);
        bool finished = await _store.FinishAsync(lease, shards, Clock.GetUtcNow(), cancellationToken);
        sums.Clear();
        if (!finished)
        {
            LogLeaseLost(job.Id);
            return;
        }

        long committed = shards.Sum(shard => shard.ReportCount);
        _metrics.JobReports.Record(reports.Count);
        _metrics.ReportsAggregated.Add(committed, new KeyValuePair<string, object?>("role", nameof(Role.Leader)));
        LogFinished(job.Id, task.Id, committed, reports.Count);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "aggregation job {JobId} of task {TaskId} is abandoned: {Reason}")]
    private partial void LogAbandoned(AggregationJobId jobId, TaskId taskId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the lease of aggregation job {JobId} was lost; another driver has the job")]
    private partial void LogLeaseLost(AggregationJobId jobId);

    [LoggerMessage(Level = LogLevel.Debug, Message = "aggregation job {JobId} of task {TaskId} is finished: {Committed} of {Reports} reports committed")]
    private partial void LogFinished(AggregationJobId jobId, TaskId taskId, long committed, int reports);
}
