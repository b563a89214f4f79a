using System.Security.Cryptography;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Aggregator;

/// <summary>
/// The Helper's aggregation jobs as resources: DAP §4.5.3.2 (aggregation-helper-init), §4.5.4.2
/// (aggregation-helper-continuation) and §4.5.5 (aggregation-job-abandonment-and-deletion).
/// </summary>
/// <remarks>
/// A job's ID follows from its request, so that the same request finds the same job. In a task whose Helper is
/// asynchronous, a request that stands up to all checks is stored for a driver; in the others its step is done at once.
/// </remarks>
internal sealed class HelperAggregationJobs
{
    private readonly HelperAggregationJobStore _store;
    private readonly HelperAggregationSteps _steps;
    private readonly RequestMetrics _metrics;
    private readonly TimeProvider _time;

    public HelperAggregationJobs(HelperAggregationJobStore store, HelperAggregationSteps steps, AggregatorMetrics metrics, TimeProvider time)
    {
        _metrics = metrics.Requests;
        _store = store;
        _steps = steps;
        _time = time;
    }

    /// <summary>Creates a job, or returns the one that the same request made before, as it stands now.</summary>
    /// <exception cref="DapProblemException">The request is refused; nothing changed.</exception>
    public async Task<HelperAggregationJob> CreateAsync(
        AggregatorTask task, AggregationJobInitReq request, byte[] requestHash, CancellationToken cancellationToken)
    {
        BatchId? batchId = HelperAggregationRequests.Check(task, request);
        AggregationJobId id = AggregationJobId.FromBytes(requestHash.AsSpan(0, AggregationJobId.Length));
        HelperAggregationJob? existing = await _store.FindAsync(task.Key, id, cancellationToken);
        if (existing is not null && !MayBeMadeAgain(existing))
        {
            _metrics.Repeated();
            return RequireAvailable(task, existing);
        }

        DateTimeOffset now = _time.GetUtcNow();
        ulong today = Time.FromDateTimeOffset(now, task.Configuration.TimePrecision).Value;
        HelperAggregationJob job = new()
        {
            TaskKey = task.Key,
            Id = id,
            State = AggregationJobState.InProgress,
            RequestHash = requestHash,
            AggParam = request.Header.AggParam.ToArray(),
            BatchId = batchId,
            ReportCount = request.VerifyInits.Count,
            MinTime = today,
            MaxTime = today,
            Response = null,
        };
        if (task.Stored.Asynchronous)
        {
            return await _store.DeferAsync(job, WireMessage.Encode(request), now, cancellationToken)
                ? job
                : await FindAsync(task, id, cancellationToken);
        }

        return await _steps.InitAsync(task, job, null, request.VerifyInits, cancellationToken) switch
        {
            HelperCommitOutcome.Committed committed => committed.Job,
            HelperCommitOutcome.Overtaken overtaken => RequireAvailable(task, overtaken.Job),
            HelperCommitOutcome outcome => throw new InvalidOperationException($"a step ended in {outcome.GetType().Name}"),
        };
    }

    /// <summary>Takes a job to its next step, or returns it as it stands if the same request has done so before.</summary>
    /// <param name="task">The task.</param>
    /// <param name="job">The job, as it was found.</param>
    /// <param name="request">The Leader's request.</param>
    /// <param name="requestHash">The SHA-256 of the request.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="DapProblemException">The request is refused; nothing changed.</exception>
    public async Task<HelperAggregationJob> ContinueAsync(
        AggregatorTask task, HelperAggregationJob job, AggregationJobContinueReq request, byte[] requestHash, CancellationToken cancellationToken)
    {
        if (IsRepeated(job, request.Step, requestHash))
        {
            _metrics.Repeated();
            return job;
        }

        if (request.Step != job.Step + 1 || job.State != AggregationJobState.AwaitingContinuation)
        {
            throw StepMismatch(task, job, request.Step);
        }

        HelperAggregationJob next = job with { Step = request.Step, StepRequestHash = requestHash, Response = null, State = AggregationJobState.InProgress };
        if (await _store.ReadWorkAsync(job, cancellationToken) is not { } work)
        {
            return await RequireRepeatedAsync(task, next, cancellationToken);
        }

        IReadOnlyList<ReportVerification> reports = HelperAggregationRequests.Select(task, work.Verification, request.VerifyContinues);
        if (task.Stored.Asynchronous)
        {
            return await _store.DeferStepAsync(next, WireMessage.Encode(request), _time.GetUtcNow(), cancellationToken)
                ? next
                : await RequireRepeatedAsync(task, next, cancellationToken);
        }

        return await _steps.ContinueAsync(task, next, null, reports, request.VerifyContinues, cancellationToken) is HelperCommitOutcome.Committed committed
            ? committed.Job
            : await RequireRepeatedAsync(task, next, cancellationToken);
    }

    /// <summary>The job with this ID.</summary>
    /// <exception cref="DapProblemException"><c>unrecognizedAggregationJob</c>: there is none, or it was deleted.</exception>
    public async Task<HelperAggregationJob> FindAsync(AggregatorTask task, AggregationJobId id, CancellationToken cancellationToken) =>
        await _store.FindAsync(task.Key, id, cancellationToken) is { } job
            ? RequireAvailable(task, job)
            : throw Unknown(task);

    /// <summary>The job with this ID, at the step that is polled for.</summary>
    /// <exception cref="DapProblemException">
    /// <c>unrecognizedAggregationJob</c>: there is none, or it was deleted; <c>stepMismatch</c>: it is at another step.
    /// </exception>
    public async Task<HelperAggregationJob> FindAsync(AggregatorTask task, AggregationJobId id, ushort? step, CancellationToken cancellationToken)
    {
        HelperAggregationJob job = await FindAsync(task, id, cancellationToken);
        return step is null || step == job.Step ? job : throw StepMismatch(task, job, step.Value);
    }

    /// <summary>
    /// Drops a job's request, answer and states; what replay and double-collection checks need stays. Whether its reports stay
    /// in their batch is told by the Leader's count and checksum when the batch is collected.
    /// </summary>
    /// <exception cref="DapProblemException"><c>unrecognizedAggregationJob</c>: there is none, or it was deleted.</exception>
    public async Task DeleteAsync(AggregatorTask task, AggregationJobId id, CancellationToken cancellationToken)
    {
        if (!await _store.DeleteAsync(task.Key, id, cancellationToken))
        {
            HelperAggregationJob? job = await _store.FindAsync(task.Key, id, cancellationToken);
            throw job is null ? Unknown(task) : Deleted(task);
        }
    }

    // Nothing of it has been committed, so nothing is rewound.
    private static bool MayBeMadeAgain(HelperAggregationJob job) => job.State == AggregationJobState.Deleted && job.FinishedAt is null;

    private static bool IsRepeated(HelperAggregationJob job, int step, byte[] requestHash) =>
        step == job.Step && job.StepRequestHash is { } hash && CryptographicOperations.FixedTimeEquals(hash, requestHash);

    // Somebody else was faster: well if it was the same request, otherwise too late.
    private async Task<HelperAggregationJob> RequireRepeatedAsync(AggregatorTask task, HelperAggregationJob next, CancellationToken cancellationToken)
    {
        HelperAggregationJob current = await FindAsync(task, next.Id, cancellationToken);
        return IsRepeated(current, next.Step, next.StepRequestHash!) ? current : throw StepMismatch(task, current, (ushort)next.Step);
    }

    private static HelperAggregationJob RequireAvailable(AggregatorTask task, HelperAggregationJob job) =>
        job.State == AggregationJobState.Deleted ? throw Deleted(task) : job;

    private static DapProblemException Unknown(AggregatorTask task) =>
        new(DapProblemType.UnrecognizedAggregationJob, "no aggregation job with this ID exists", task.Id);

    private static DapProblemException Deleted(AggregatorTask task) =>
        new(DapProblemType.UnrecognizedAggregationJob, "the aggregation job was deleted", task.Id);

    private static DapProblemException StepMismatch(AggregatorTask task, HelperAggregationJob job, ushort step)
    {
        string detail = job.State == AggregationJobState.Finished && step > job.Step
            ? $"the aggregation job was finished at step {job.Step}, step {step} was asked for"
            : step == job.Step
                ? $"step {step} of the aggregation job was requested before with other contents"
                : $"the aggregation job is at step {job.Step}, step {step} was asked for";
        return new DapProblemException(DapProblemType.StepMismatch, detail, task.Id);
    }
}
