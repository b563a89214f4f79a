using System.Security.Cryptography;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

/// <summary>Gives the Leader the Helper's aggregate share of a batch, once: DAP §4.6.4 (collect-aggregate).</summary>
/// <remarks>
/// Everything is checked before the batch is marked collected, so that a refusal leaves both sides able to try
/// again. The same request finds the same share, also after its resource was deleted.
/// </remarks>
internal sealed partial class HelperAggregateShares
{
    private readonly AggregateShareStore _store;
    private readonly BatchStore _batches;
    private readonly TimeProvider _time;
    private readonly ILogger<HelperAggregateShares> _logger;

    public HelperAggregateShares(AggregateShareStore store, BatchStore batches, TimeProvider time, ILogger<HelperAggregateShares> logger)
    {
        _store = store;
        _batches = batches;
        _time = time;
        _logger = logger;
    }

    /// <summary>Marks the batch collected and returns the encoded AggregateShare, or the one given for this request before.</summary>
    /// <exception cref="DapProblemException">The request is refused; nothing changed.</exception>
    public async Task<(AggregateShareId Id, byte[] Response)> CreateAsync(
        AggregatorTask task, AggregateShareReq request, byte[] requestHash, CancellationToken cancellationToken)
    {
        CollectionRequests.CheckBatchMode(task, request.BatchSelector.BatchMode);
        CollectionRequests.Check(task, request.CollectionJobReq);
        BatchRange range = task.BatchMode.RangeOf(task.Id, request.BatchSelector, request.CollectionJobReq.Query);
        AggregateShareId id = AggregateShareId.FromBytes(requestHash.AsSpan(0, AggregateShareId.Length));
        if (await _store.RestoreAsync(task.Key, requestHash, cancellationToken) is { } existing)
        {
            return (existing.Id, existing.Response);
        }

        while (true)
        {
            if (await TrySettleAsync(task, request, range, cancellationToken))
            {
                continue;
            }

            (StoredBatch batch, byte[] share) = await _batches.MergeAsync(task, range, request.CollectionJobReq.AggParam, cancellationToken);
            if (batch.IsCollected)
            {
                // The same request may have collected it since we looked.
                StoredAggregateShare given = await _store.RestoreAsync(task.Key, requestHash, cancellationToken) ?? throw Overlap(task);
                return (given.Id, given.Response);
            }

            Check(task, request, batch);
            byte[] response = WireMessage.Encode(new AggregateShare(task.AggregateShares.Seal(request.CollectionJobReq, share)));
            CryptographicOperations.ZeroMemory(share);
            AggregateShareOutcome outcome = await _store.CommitAsync(
                task.Key, id, requestHash, range, batch, response, _time.GetUtcNow(), cancellationToken);
            switch (outcome)
            {
                case AggregateShareOutcome.AlreadyExists raced:
                    return (raced.Share.Id, raced.Share.Response);
                case AggregateShareOutcome.Overlap:
                    throw Overlap(task);
                case AggregateShareOutcome.Changed:
                    continue;
                default:
                    LogCollected(task.Id, batch.ReportCount);
                    return (id, response);
            }
        }
    }

    /// <summary>The encoded AggregateShare with this ID, or <see langword="null"/> if there is none or it was deleted.</summary>
    public async Task<byte[]?> FindAsync(AggregatorTask task, AggregateShareId id, CancellationToken cancellationToken) =>
        await _store.FindAsync(task.Key, id, cancellationToken) is { IsDeleted: false } share ? share.Response : null;

    /// <summary>Deletes the resource; the batch stays collected.</summary>
    public Task<bool> DeleteAsync(AggregatorTask task, AggregateShareId id, CancellationToken cancellationToken) =>
        _store.DeleteAsync(task.Key, id, cancellationToken);

    private static void Check(AggregatorTask task, AggregateShareReq request, StoredBatch batch)
    {
        if ((ulong)batch.ReportCount < task.Configuration.MinBatchSize)
        {
            throw new DapProblemException(
                DapProblemType.InvalidBatchSize,
                $"at least {task.Configuration.MinBatchSize} reports in a batch expected, {batch.ReportCount} aggregated",
                task.Id);
        }

        if ((ulong)batch.ReportCount != request.ReportCount || !request.Checksum.Equals(BatchChecksum.FromBytes(batch.Checksum)))
        {
            throw new DapProblemException(
                DapProblemType.BatchMismatch,
                $"the Leader counts {request.ReportCount} reports, the Helper {batch.ReportCount}; the batch can be requested again once both agree",
                task.Id);
        }
    }

    // A Leader that counts fewer reports may have abandoned jobs. What they have left may be of another aggregation
    // parameter, so it goes before anything is merged.
    private async Task<bool> TrySettleAsync(
        AggregatorTask task, AggregateShareReq request, BatchRange range, CancellationToken cancellationToken)
    {
        BatchSummary summary = await _batches.SummarizeAsync(task.Key, range, cancellationToken);
        if (summary.IsCollected || (ulong)summary.ReportCount <= request.ReportCount)
        {
            return false;
        }

        StoredBatch read = await _batches.ReadAsync(task.Key, range, _ => { }, cancellationToken);
        return await _batches.TryWithdrawDeletedAsync(task.Key, read, request.ReportCount, request.Checksum, cancellationToken);
    }

    private static DapProblemException Overlap(AggregatorTask task) =>
        new(DapProblemType.BatchOverlap, "the batch overlaps one that has been collected", task.Id);

    [LoggerMessage(Level = LogLevel.Information, Message = "aggregate share of a batch of task {TaskId} with {Reports} reports given to the Leader")]
    private partial void LogCollected(TaskId taskId, long reports);
}
