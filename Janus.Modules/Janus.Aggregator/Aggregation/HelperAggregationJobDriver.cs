using Janus.Codec;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>
/// The role <c>aggregation-job-driver</c> on a Helper: does the steps that were deferred: DAP §3.1
/// (asynchronous-request-handling).
/// </summary>
/// <remarks>The request was checked before it was stored, so what fails here is the database or we, and is tried again.</remarks>
internal sealed partial class HelperAggregationJobDriver : JobDriver<HelperAggregationJob>
{
    private readonly HelperAggregationJobStore _store;
    private readonly HelperAggregationSteps _steps;
    private readonly TaskDirectory _tasks;
    private readonly ILogger<HelperAggregationJobDriver> _logger;

    public HelperAggregationJobDriver(
        IOptions<AggregatorOptions> options,
        HelperAggregationJobStore store,
        HelperAggregationSteps steps,
        TaskDirectory tasks,
        AggregatorMetrics metrics,
        WorkSignal signal,
        TimeProvider time,
        ILogger<HelperAggregationJobDriver> logger)
        : base(options.Value.AggregationJobDriver, signal, WorkKind.HelperAggregationJobs, metrics.Jobs, time, logger)
    {
        _store = store;
        _steps = steps;
        _tasks = tasks;
        _logger = logger;
    }

    /// <inheritdoc/>
    protected override Task<IReadOnlyList<Lease<HelperAggregationJob>>> AcquireAsync(
        int maximum, TimeSpan duration, DateTimeOffset now, IReadOnlyCollection<int> exceptTasks, CancellationToken cancellationToken) =>
        _store.AcquireAsync(maximum, duration, now, exceptTasks, cancellationToken);

    /// <inheritdoc/>
    protected override Task ReleaseAsync(Lease<HelperAggregationJob> lease, DateTimeOffset notBefore, CancellationToken cancellationToken) =>
        _store.ReleaseAsync(lease, notBefore, cancellationToken);

    /// <inheritdoc/>
    protected override int TaskKeyOf(HelperAggregationJob job) => job.TaskKey;

    /// <inheritdoc/>
    protected override JobName NameOf(HelperAggregationJob job) => new("deferred aggregation job", job.Id, _tasks.NameOf(job.TaskKey));

    /// <inheritdoc/>
    protected override async Task StepAsync(Lease<HelperAggregationJob> lease, CancellationToken cancellationToken)
    {
        HelperAggregationJob job = lease.Job;
        AggregatorTask task = await _tasks.GetAsync(job.TaskKey, cancellationToken);
        AggregatorActivities.DescribeTask(task.Id);
        if (await _store.ReadWorkAsync(job, cancellationToken) is not { Request: { } request } work)
        {
            CountLostLease();
            LogOvertaken(job.Id, task.Id);
            return;
        }

        HelperCommitOutcome outcome;
        if (job.Step == 0)
        {
            IReadOnlyList<VerifyInit> inits = WireMessage.Decode<AggregationJobInitReq>(request).VerifyInits;
            outcome = await _steps.InitAsync(task, job, lease, inits, cancellationToken);
        }
        else
        {
            IReadOnlyList<VerifyContinue> continues = WireMessage.Decode<AggregationJobContinueReq>(request).VerifyContinues;
            IReadOnlyList<ReportVerification> reports = HelperAggregationRequests.Select(task, work.Verification, continues);
            outcome = await _steps.ContinueAsync(task, job, lease, reports, continues, cancellationToken);
        }

        if (outcome is HelperCommitOutcome.Overtaken)
        {
            CountLostLease();
            LogOvertaken(job.Id, task.Id);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "deferred aggregation job {JobId} of task {TaskId} was deleted, or another driver has it")]
    private partial void LogOvertaken(AggregationJobId jobId, TaskId taskId);
}
