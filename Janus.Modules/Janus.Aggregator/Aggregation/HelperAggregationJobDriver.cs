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
internal sealed class HelperAggregationJobDriver : JobDriver<HelperAggregationJob>
{
    private readonly HelperAggregationJobStore _store;
    private readonly HelperAggregationSteps _steps;

    public HelperAggregationJobDriver(
        IOptions<AggregatorOptions> options,
        HelperAggregationJobStore store,
        HelperAggregationSteps steps,
        TaskDirectory tasks,
        AggregatorMetrics metrics,
        WorkSignal signal,
        TimeProvider time,
        ILogger<HelperAggregationJobDriver> logger)
        : base(store, options.Value.AggregationJobDriver, tasks, signal, metrics.Jobs, time, logger)
    {
        _store = store;
        _steps = steps;
    }

    /// <inheritdoc/>
    protected override async Task StepAsync(AggregatorTask task, Lease<HelperAggregationJob> lease, CancellationToken cancellationToken)
    {
        HelperAggregationJob job = lease.Job;
        if (await _store.ReadWorkAsync(job, cancellationToken) is not { Request: { } request } work)
        {
            throw new LeaseLostException();
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

        RequireHeld(outcome is not HelperCommitOutcome.Overtaken);
    }
}
