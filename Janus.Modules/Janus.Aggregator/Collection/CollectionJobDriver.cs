using System.Security.Cryptography;
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
/// enough, and (3) fenced in the transaction that stores the Leader's aggregate share. A fenced job (4) asks the
/// Helper with a request that depends on stored values alone, and (5) is finished, or failed with the batch released.
/// </remarks>
internal sealed partial class CollectionJobDriver : JobDriver<CollectionJob>
{
    private static readonly TimeSpan NotReadyDelay = TimeSpan.FromSeconds(5);

    private readonly CollectionJobStore _store;
    private readonly BatchStore _batches;
    private readonly TaskDirectory _tasks;
    private readonly HelperConnection _helper;
    private readonly ILogger<CollectionJobDriver> _logger;

    public CollectionJobDriver(
        IOptions<AggregatorOptions> options,
        CollectionJobStore store,
        BatchStore batches,
        TaskDirectory tasks,
        HelperConnection helper,
        WorkSignal signal,
        TimeProvider time,
        ILogger<CollectionJobDriver> logger)
        : base(options.Value.CollectionJobDriver, signal, WorkKind.CollectionJobs, time, logger)
    {
        _store = store;
        _batches = batches;
        _tasks = tasks;
        _helper = helper;
        _logger = logger;
    }

    /// <inheritdoc/>
    protected override Task<IReadOnlyList<Lease<CollectionJob>>> AcquireAsync(int maximum, TimeSpan duration, DateTimeOffset now, CancellationToken cancellationToken) =>
        _store.AcquireAsync(maximum, duration, now, cancellationToken);

    /// <inheritdoc/>
    protected override Task ReleaseAsync(Lease<CollectionJob> lease, DateTimeOffset notBefore, CancellationToken cancellationToken) =>
        _store.ReleaseAsync(lease, notBefore, cancellationToken);

    /// <inheritdoc/>
    protected override JobName NameOf(CollectionJob job) => new("collection job", job.Id);

    /// <inheritdoc/>
    protected override async Task StepAsync(Lease<CollectionJob> lease, CancellationToken cancellationToken)
    {
        AggregatorTask task = await _tasks.GetAsync(lease.Job.TaskKey, cancellationToken);
        CollectionJob? fenced = lease.Job.State == CollectionJobState.Fenced
            ? lease.Job
            : await TryFenceAsync(task, lease, cancellationToken);
        if (fenced is not null)
        {
            await ObtainAggregateShareAsync(task, lease, fenced, cancellationToken);
        }
    }

    // Returns the fenced job, or null when it has to wait or is over.
    private async Task<CollectionJob?> TryFenceAsync(AggregatorTask task, Lease<CollectionJob> lease, CancellationToken cancellationToken)
    {
        // (1)
        ulong minBatchSize = task.Configuration.MinBatchSize;
        BatchRange? range = lease.Job.Range ?? await _store.SelectBatchAsync(lease, minBatchSize, cancellationToken);
        if (range is null)
        {
            await _store.DeferAsync(lease, Clock.GetUtcNow() + NotReadyDelay, cancellationToken);
            return null;
        }

        while (true)
        {
            // (2)
            BatchSummary summary = await _batches.SummarizeAsync(task.Key, range, cancellationToken);
            if (summary.IsCollected)
            {
                await FailAsync(lease, DapProblemType.BatchOverlap, "the batch overlaps one that has been collected", cancellationToken);
                return null;
            }

            if (summary.PendingReports > 0 || (ulong)summary.ReportCount < minBatchSize)
            {
                LogNotReady(lease.Job.Id, summary.ReportCount, minBatchSize, summary.PendingReports);
                await _store.DeferAsync(lease, Clock.GetUtcNow() + NotReadyDelay, cancellationToken);
                return null;
            }

            // (3) What changes from here on, the fence finds.
            (StoredBatch batch, byte[] share) = await _batches.MergeAsync(task, range, default, cancellationToken);
            FenceOutcome outcome = await _store.FenceAsync(lease, batch, share, batch.ReportInterval, Clock.GetUtcNow(), cancellationToken);
            switch (outcome)
            {
                case FenceOutcome.Fenced:
                    return lease.Job with
                    {
                        State = CollectionJobState.Fenced,
                        Range = range,
                        LeaderAggregateShare = share,
                        ReportCount = batch.ReportCount,
                        Checksum = batch.Checksum,
                        Interval = batch.ReportInterval,
                    };
                case FenceOutcome.LeaseLost:
                    return null;
                case FenceOutcome.Overlap:
                    await FailAsync(lease, DapProblemType.BatchOverlap, "the batch overlaps one that has been collected", cancellationToken);
                    return null;
                case FenceOutcome.Changed:
                    continue;
            }
        }
    }

    private async Task ObtainAggregateShareAsync(AggregatorTask task, Lease<CollectionJob> lease, CollectionJob job, CancellationToken cancellationToken)
    {
        CollectionJobReq request = WireMessage.Decode<CollectionJobReq>(job.Request);
        AggregateShareReq shareRequest = new(
            request,
            task.BatchMode.SelectorOf(job.Range!),
            (ulong)job.ReportCount!,
            BatchChecksum.FromBytes(job.Checksum));
        HpkeCiphertext helperShare;
        try
        {
            // (4)
            helperShare = await _helper.CreateAggregateShareAsync(task, shareRequest, cancellationToken);
        }
        catch (PeerRefusedException exception)
        {
            LogRefused(job.Id, task.Id, exception.Message);
            await FailAsync(lease, exception.Type, exception.Detail, cancellationToken);
            return;
        }

        // (5)
        HpkeCiphertext leaderShare = task.AggregateShares.Seal(request, job.LeaderAggregateShare!);
        CollectionJobResp response = new((ulong)job.ReportCount!, job.Interval!.Value, leaderShare, helperShare);
        CryptographicOperations.ZeroMemory(job.LeaderAggregateShare);
        if (await _store.FinishAsync(lease, WireMessage.Encode(response), Clock.GetUtcNow(), cancellationToken))
        {
            LogFinished(job.Id, task.Id, job.ReportCount!.Value);
        }
    }

    private Task<bool> FailAsync(Lease<CollectionJob> lease, DapProblemType type, string detail, CancellationToken cancellationToken) =>
        _store.FailAsync(lease, type.Urn, detail, releaseBatch: true, Clock.GetUtcNow(), cancellationToken);

    [LoggerMessage(Level = LogLevel.Debug, Message = "collection job {JobId} waits: {Aggregated} reports aggregated of at least {Minimum}, {Pending} pending")]
    private partial void LogNotReady(CollectionJobId jobId, long aggregated, ulong minimum, long pending);

    [LoggerMessage(Level = LogLevel.Warning, Message = "collection job {JobId} of task {TaskId} failed: {Reason}")]
    private partial void LogRefused(CollectionJobId jobId, TaskId taskId, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "collection job {JobId} of task {TaskId} is finished with {Reports} reports")]
    private partial void LogFinished(CollectionJobId jobId, TaskId taskId, long reports);
}
