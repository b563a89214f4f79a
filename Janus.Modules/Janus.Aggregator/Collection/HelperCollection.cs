using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>
/// Computes the Helper's aggregate share of a batch and marks the batch collected, for requests answered at once and for
/// deferred ones: DAP §4.6.4 (collect-aggregate).
/// </summary>
/// <remarks>
/// Once what the Leader has abandoned is withdrawn from the batch, a request is (1) checked against what is cheap to know of
/// the batch, whose shards (2) are merged, compared with what the Leader counts and given noise, and (3) committed in one transaction
/// that checks everything again; if the batch has changed meanwhile, it goes on from (1). What is refused has changed
/// nothing else.
/// </remarks>
internal sealed partial class HelperCollection
{
    private readonly AggregateShareStore _store;
    private readonly BatchStore _batches;
    private readonly BatchNoises _noises;
    private readonly TimeSpan _gracePeriod;
    private readonly TimeProvider _time;
    private readonly CollectionMetrics _metrics;
    private readonly ILogger<HelperCollection> _logger;

    public HelperCollection(
        IOptions<AggregatorOptions> options,
        AggregateShareStore store,
        BatchStore batches,
        BatchNoises noises,
        AggregatorMetrics metrics,
        TimeProvider time,
        ILogger<HelperCollection> logger)
    {
        _gracePeriod = options.Value.GarbageCollection.GracePeriod;
        _metrics = metrics.Collections;
        _store = store;
        _batches = batches;
        _noises = noises;
        _time = time;
        _logger = logger;
    }

    /// <summary>
    /// Marks the batch collected and returns the share with its answer, or the one that the same request got before;
    /// <see langword="null"/> when another driver has it, or the Leader deleted it.
    /// </summary>
    /// <param name="task">The task.</param>
    /// <param name="share">The share as it was asked for.</param>
    /// <param name="request">The Leader's request, which is known to be in order itself.</param>
    /// <param name="lease">The lease of a deferred share; <see langword="null"/> for one that is answered at once.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="DapProblemException">The request is refused; nothing changed.</exception>
    public async Task<StoredAggregateShare?> CollectAsync(
        AggregatorTask task,
        StoredAggregateShare share,
        AggregateShareReq request,
        Lease<StoredAggregateShare>? lease,
        CancellationToken cancellationToken)
    {
        try
        {
            return await TryCollectAsync(task, share, request, lease, cancellationToken);
        }
        catch (DapProblemException problem)
        {
            _metrics.ShareRefused(problem.Type);
            throw;
        }
    }

    private async Task<StoredAggregateShare?> TryCollectAsync(
        AggregatorTask task,
        StoredAggregateShare share,
        AggregateShareReq request,
        Lease<StoredAggregateShare>? lease,
        CancellationToken cancellationToken)
    {
        byte[] aggParam = request.CollectionJobReq.AggParam.ToArray();
        BatchNoise? drawn = null;
        while (true)
        {
            // (1) A Leader that began before the reports expired has a grace period to ask.
            if (task.Stored.HasExpired(share.Range, _time.GetUtcNow() - _gracePeriod))
            {
                throw new DapProblemException(DapProblemType.BatchInvalid, CollectionRequests.ExpiredDetail(task), task.Id);
            }

            BatchSummary summary = await _batches.SummarizeAsync(task.Key, share.Range, firstLiveTime: 0, cancellationToken);
            if (summary.IsCollected)
            {
                // The same request may have collected it since we looked; a deferred one is alone.
                return (lease is null ? await _store.RestoreAsync(task.Key, share.RequestHash, cancellationToken) : null) ?? throw Overlap(task);
            }

            if (await TrySettleAsync(task, share, request, summary, cancellationToken))
            {
                continue;
            }

            CheckSize(task, summary);
            if (task.Vdaf.HasAggParam && await _batches.HasOtherAggParamAsync(task.Key, share.Range, aggParam, cancellationToken))
            {
                throw OtherAggParam(task);
            }

            // (2)
            AggregateShareCommit commit = await MergeAsync(task, share, request, aggParam, drawn, cancellationToken);
            drawn = commit.DrawnNoise;

            // (3)
            switch (await _store.CommitAsync(commit, lease, _time.GetUtcNow(), cancellationToken))
            {
                case AggregateShareOutcome.Committed:
                    _metrics.ShareGiven(commit.Share.ReportCount);
                    LogCollected(share.Id, task.Id, commit.Share.ReportCount);
                    return commit.Share;
                case AggregateShareOutcome.AlreadyExists raced:
                    return raced.Share;
                case AggregateShareOutcome.Overtaken:
                    return null;
                case AggregateShareOutcome.Overlap:
                    throw Overlap(task);
                case AggregateShareOutcome.OtherAggParam:
                    throw OtherAggParam(task);
                case AggregateShareOutcome.Changed:
                    continue;
                case { } outcome:
                    throw new InvalidOperationException($"giving an aggregate share ended in {outcome.GetType().Name}");
            }
        }
    }

    // A Leader that counts fewer reports may have abandoned jobs. What they have left may be of another aggregation
    // parameter, so it goes before anything is compared or merged.
    private async Task<bool> TrySettleAsync(
        AggregatorTask task, StoredAggregateShare share, AggregateShareReq request, BatchSummary summary, CancellationToken cancellationToken)
    {
        if ((ulong)summary.ReportCount <= request.ReportCount || request.ReportCount < task.Configuration.MinBatchSize)
        {
            return false;
        }

        StoredBatch read = await _batches.ReadAsync(task.Key, share.Range, _ => { }, cancellationToken);
        return await _batches.TryWithdrawDeletedAsync(task.Key, read, request.ReportCount, request.Checksum, cancellationToken);
    }

    private async Task<AggregateShareCommit> MergeAsync(
        AggregatorTask task,
        StoredAggregateShare share,
        AggregateShareReq request,
        byte[] aggParam,
        BatchNoise? drawn,
        CancellationToken cancellationToken)
    {
        (StoredBatch batch, SecretBuffer merged) = await _batches.MergeAsync(task, share.Range, aggParam, cancellationToken);
        using SecretBuffer owned = merged;
        CheckAgreement(task, request, batch);
        drawn = await _noises.AddAsync(task, share.Range, aggParam, merged, drawn, cancellationToken);
        StoredAggregateShare given = share with
        {
            State = AggregateShareState.Finished,
            Request = null,
            ReportCount = batch.ReportCount,
            Checksum = batch.Checksum,
            Response = WireMessage.Encode(new AggregateShare(task.AggregateShares.Seal(request.CollectionJobReq, merged.Span))),
        };
        return new AggregateShareCommit(given, batch, aggParam) { DrawnNoise = drawn };
    }

    private static void CheckSize(AggregatorTask task, BatchSummary summary)
    {
        if ((ulong)summary.ReportCount < task.Configuration.MinBatchSize)
        {
            throw new DapProblemException(
                DapProblemType.InvalidBatchSize,
                $"expected at least {task.Configuration.MinBatchSize} reports in a batch, got {summary.ReportCount} that are aggregated",
                task.Id);
        }
    }

    private static void CheckAgreement(AggregatorTask task, AggregateShareReq request, StoredBatch batch)
    {
        if ((ulong)batch.ReportCount != request.ReportCount || !request.Checksum.Equals(BatchChecksum.FromBytes(batch.Checksum)))
        {
            throw new DapProblemException(
                DapProblemType.BatchMismatch,
                $"the Leader counts {request.ReportCount} reports, the Helper {batch.ReportCount}; the batch can be requested again once both agree",
                task.Id);
        }
    }

    private static DapProblemException Overlap(AggregatorTask task) =>
        new(DapProblemType.BatchOverlap, "the batch overlaps one that has been collected", task.Id);

    private static DapProblemException OtherAggParam(AggregatorTask task) =>
        new(DapProblemType.InvalidMessage, "reports of the batch have been aggregated with another aggregation parameter", task.Id);

    [LoggerMessage(Level = LogLevel.Information, Message = "aggregate share {ShareId} of a batch of task {TaskId} given to the Leader; reports: {Reports}")]
    private partial void LogCollected(AggregateShareId shareId, TaskId taskId, long reports);
}
