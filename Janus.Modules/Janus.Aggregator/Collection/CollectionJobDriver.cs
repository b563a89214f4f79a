using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>The role <c>collection-job-driver</c>: waits for a batch, fences it, and asks the Helper for its aggregate share: DAP §4.6.1 (collect-init).</summary>
/// <remarks>
/// A waiting job is (1) given its batch, (2) held until every report of it has been aggregated and there are
/// enough, an interval being closed to uploads as soon as there are, so that a stream of them cannot hold it up for ever,
/// and (3) fenced in the transaction that stores the Leader's aggregate share with its noise. A fenced job (4) asks the
/// Helper with a request that depends on stored values alone, or for the answer that the Helper has deferred, and (5) is
/// finished, or failed with the batch released. What the Helper refuses without one of DAP's errors, an operator can mend:
/// it is retried.
/// </remarks>
internal sealed partial class CollectionJobDriver : JobDriver<CollectionJob>
{
    private static readonly TimeSpan NotReadyDelay = TimeSpan.FromSeconds(5);

    private readonly CollectionJobStore _store;
    private readonly BatchStore _batches;
    private readonly BatchNoises _noises;
    private readonly HelperConnection _helper;
    private readonly TimeSpan _gracePeriod;
    private readonly CollectionMetrics _metrics;
    private readonly ILogger<CollectionJobDriver> _logger;

    public CollectionJobDriver(
        IOptions<AggregatorOptions> options,
        CollectionJobStore store,
        BatchStore batches,
        BatchNoises noises,
        TaskDirectory tasks,
        HelperConnection helper,
        AggregatorMetrics metrics,
        WorkSignal signal,
        TimeProvider time,
        ILogger<CollectionJobDriver> logger)
        : base(store, options.Value.CollectionJobDriver, tasks, signal, metrics.Jobs, time, logger)
    {
        _store = store;
        _batches = batches;
        _noises = noises;
        _helper = helper;
        _gracePeriod = options.Value.GarbageCollection.GracePeriod;
        _metrics = metrics.Collections;
        _logger = logger;
    }

    /// <inheritdoc/>
    protected override async Task StepAsync(AggregatorTask task, Lease<CollectionJob> lease, CancellationToken cancellationToken)
    {
        CollectionJob job = lease.Job;
        if (job.State == CollectionJobState.Fenced)
        {
            using SecretBuffer stored = SecretBuffer.Own(await _store.ReadLeaderAggregateShareAsync(job, cancellationToken));
            await ObtainAggregateShareAsync(task, lease, job, stored, cancellationToken);
        }
        else if (await TryFenceAsync(task, lease, cancellationToken) is var (fenced, share))
        {
            using SecretBuffer owned = share;
            await ObtainAggregateShareAsync(task, lease, fenced, share, cancellationToken);
        }
    }

    // Returns the fenced job and the Leader's aggregate share, or null when it has to wait or is over.
    private async Task<(CollectionJob Job, SecretBuffer Share)?> TryFenceAsync(AggregatorTask task, Lease<CollectionJob> lease, CancellationToken cancellationToken)
    {
        // (1)
        ulong minBatchSize = task.Configuration.MinBatchSize;
        BatchRange? range = lease.Job.Range
            ?? await _store.SelectBatchAsync(lease, minBatchSize, task.Stored.FirstLiveTime(Clock.GetUtcNow()), cancellationToken);
        if (range is null)
        {
            RequireHeld(await _store.DeferAsync(lease, Clock.GetUtcNow() + NotReadyDelay, cancellationToken));
            return null;
        }

        // Also on the Helper, the grace period is over.
        if (task.Stored.HasExpired(range, Clock.GetUtcNow() - _gracePeriod))
        {
            await FailAsync(lease, DapProblemType.BatchInvalid.Urn, CollectionRequests.ExpiredDetail(task), cancellationToken);
            return null;
        }

        BatchNoise? drawn = null;
        while (true)
        {
            // (2)
            if (task.Vdaf.HasAggParam && await _batches.HasOtherAggParamAsync(task.Key, range, lease.Job.AggParam, cancellationToken))
            {
                await FailAsync(lease, FenceOutcome.OtherAggParam, cancellationToken);
                return null;
            }

            ulong firstLiveTime = task.Stored.FirstLiveTime(Clock.GetUtcNow());
            BatchSummary summary = await _batches.SummarizeAsync(task.Key, range, firstLiveTime, cancellationToken);
            bool isClosed = lease.Job.ClosedAt is not null;
            if (summary.IsCollected && !isClosed)
            {
                await FailAsync(lease, FenceOutcome.Overlap, cancellationToken);
                return null;
            }

            bool hasEnough = (ulong)summary.ReportCount >= minBatchSize;
            if (hasEnough && summary.PendingReports > 0 && range.IsTimeInterval && !isClosed)
            {
                if (await TryCloseAsync(lease, range, cancellationToken) is not { } closed)
                {
                    return null;
                }

                lease = closed;
                continue;
            }

            if (!hasEnough || summary.PendingReports > 0)
            {
                LogNotReady(lease.Job.Id, task.Id, summary.ReportCount, minBatchSize, summary.PendingReports);
                RequireHeld(await _store.DeferAsync(lease, Clock.GetUtcNow() + NotReadyDelay, cancellationToken));
                return null;
            }

            // (3) What changes from here on, the fence finds.
            (StoredBatch batch, SecretBuffer share) = await _batches.MergeAsync(task, range, lease.Job.AggParam, cancellationToken);
            FenceOutcome outcome = FenceOutcome.LeaseLost;
            try
            {
                batch.FirstLiveTime = firstLiveTime;
                drawn = await _noises.AddAsync(task, range, lease.Job.AggParam, share, drawn, cancellationToken);
                outcome = await _store.FenceAsync(lease, batch, share.Span, batch.ReportInterval, Clock.GetUtcNow(), cancellationToken, drawn);
            }
            finally
            {
                if (outcome != FenceOutcome.Fenced)
                {
                    share.Dispose();
                }
            }

            RequireHeld(outcome != FenceOutcome.LeaseLost);
            switch (outcome)
            {
                case FenceOutcome.Fenced:
                    return (FencedFrom(lease.Job, batch), share);
                case FenceOutcome.Changed:
                    continue;
                default:
                    await FailAsync(lease, outcome, cancellationToken);
                    return null;
            }
        }
    }

    private static CollectionJob FencedFrom(CollectionJob job, StoredBatch batch) => job with
    {
        State = CollectionJobState.Fenced,
        Range = batch.Range,
        ReportCount = batch.ReportCount,
        Checksum = batch.Checksum,
        Interval = batch.ReportInterval,
    };

    // Returns the lease with the job as it is then, or null when the job is over.
    private async Task<Lease<CollectionJob>?> TryCloseAsync(Lease<CollectionJob> lease, BatchRange range, CancellationToken cancellationToken)
    {
        DateTimeOffset now = Clock.GetUtcNow();
        FenceOutcome outcome = await _store.CloseAsync(lease, range, now, cancellationToken);
        RequireHeld(outcome != FenceOutcome.LeaseLost);
        if (outcome == FenceOutcome.Overlap)
        {
            await FailAsync(lease, outcome, cancellationToken);
        }

        return outcome == FenceOutcome.Closed ? lease with { Job = lease.Job with { ClosedAt = now } } : null;
    }

    private async Task ObtainAggregateShareAsync(
        AggregatorTask task, Lease<CollectionJob> lease, CollectionJob job, SecretBuffer share, CancellationToken cancellationToken)
    {
        CollectionJobReq request = WireMessage.Decode<CollectionJobReq>(job.Request);
        Uri? location = job.HelperLocation is { } known ? new Uri(known) : null;
        HelperAnswer<AggregateShare> answer;
        try
        {
            // (4)
            answer = await AskAsync(task, job, request, location, cancellationToken);
        }
        catch (PeerRefusedException exception)
        {
            LogRefused(job.Id, task.Id, exception.Message);
            await FailAsync(lease, exception.Urn, exception.Detail, cancellationToken);
            return;
        }

        if (answer.Message is null)
        {
            await DeferAsync(lease, answer, _helper.LocationOf(task, answer, location), cancellationToken);
            return;
        }

        location = answer.Location ?? location;

        // (5)
        HpkeCiphertext leaderShare = task.AggregateShares.Seal(request, share.Span);
        CollectionJobResp response = new((ulong)job.ReportCount!, job.Interval!.Value, leaderShare, answer.Message.EncryptedAggregateShare);
        bool isFinished = await _store.FinishAsync(lease, WireMessage.Encode(response), location?.AbsoluteUri, Clock.GetUtcNow(), cancellationToken);
        if (!isFinished && location is not null && await _store.FindAsync(task.Key, job.Id, cancellationToken) is { State: CollectionJobState.Deleted })
        {
            await _helper.TryDeleteAggregateShareAsync(task, location, cancellationToken);
        }

        RequireHeld(isFinished);
        _metrics.Finished(job.ReportCount!.Value, Clock.GetUtcNow() - job.CreatedAt);
        LogFinished(job.Id, task.Id, job.ReportCount.Value);
    }

    private async Task<HelperAnswer<AggregateShare>> AskAsync(
        AggregatorTask task, CollectionJob job, CollectionJobReq request, Uri? location, CancellationToken cancellationToken)
    {
        HelperAnswer<AggregateShare>? answer = location is null
            ? null
            : await _helper.PollAggregateShareAsync(task, job.AggParam, location, cancellationToken);
        return answer ?? await _helper.CreateAggregateShareAsync(
            task,
            new AggregateShareReq(
                request, task.BatchMode.SelectorOf(job.Range!), (ulong)job.ReportCount!, BatchChecksum.FromBytes(job.Checksum)),
            cancellationToken);
    }

    private async Task DeferAsync(
        Lease<CollectionJob> lease, HelperAnswer<AggregateShare> answer, Uri location, CancellationToken cancellationToken)
    {
        DateTimeOffset due = Clock.GetUtcNow() + _helper.PollDelay(answer.RetryAfter);
        RequireHeld(await _store.RecordHelperLocationAsync(lease, location.AbsoluteUri, cancellationToken));
        RequireHeld(await _store.DeferAsync(lease, due, cancellationToken));
        LookAgainAt(due);
    }

    private Task FailAsync(Lease<CollectionJob> lease, FenceOutcome outcome, CancellationToken cancellationToken)
    {
        (DapProblemType type, string detail) = outcome == FenceOutcome.OtherAggParam
            ? (DapProblemType.InvalidMessage, "reports of the batch have been aggregated with another aggregation parameter")
            : (DapProblemType.BatchOverlap, "the batch overlaps one that has been collected");
        return FailAsync(lease, type.Urn, detail, cancellationToken);
    }

    private async Task FailAsync(Lease<CollectionJob> lease, string urn, string detail, CancellationToken cancellationToken)
    {
        DateTimeOffset now = Clock.GetUtcNow();
        RequireHeld(await _store.FailAsync(lease, urn, detail, now, cancellationToken));
        _metrics.Failed(urn, now - lease.Job.CreatedAt);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "collection job {JobId} of task {TaskId} waits; reports aggregated: {Aggregated} of at least {Minimum}, pending: {Pending}")]
    private partial void LogNotReady(CollectionJobId jobId, TaskId taskId, long aggregated, ulong minimum, long pending);

    [LoggerMessage(Level = LogLevel.Warning, Message = "collection job {JobId} of task {TaskId} failed: {Reason}")]
    private partial void LogRefused(CollectionJobId jobId, TaskId taskId, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "collection job {JobId} of task {TaskId} is finished; reports: {Reports}")]
    private partial void LogFinished(CollectionJobId jobId, TaskId taskId, long reports);
}
