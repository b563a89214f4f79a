using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

/// <summary>Adds to an aggregate share the noise of its batch, which is drawn the first time: DAP §8.5 (dp).</summary>
/// <remarks>
/// What has been drawn goes with the share into the transaction that marks the batch collected, before the peer hears of
/// it, and is found there by whoever has to do with the batch afterwards: a mean of many draws would show the true aggregate.
/// </remarks>
internal sealed partial class BatchNoises
{
    private readonly BatchNoiseStore _store;
    private readonly ILogger<BatchNoises> _logger;

    public BatchNoises(BatchNoiseStore store, ILogger<BatchNoises> logger)
    {
        _store = store;
        _logger = logger;
    }

    /// <summary>Adds the batch's noise to <paramref name="share"/>, and returns it if it has yet to be stored.</summary>
    /// <param name="task">The task; without noise, nothing is done.</param>
    /// <param name="range">The batch.</param>
    /// <param name="aggParam">The VDAF aggregation parameter.</param>
    /// <param name="share">The merged aggregate share of the batch, changed in place.</param>
    /// <param name="drawn">What has been drawn for the batch before, and could not be stored yet.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public async Task<BatchNoise?> AddAsync(
        AggregatorTask task, BatchRange range, byte[] aggParam, SecretBuffer share, BatchNoise? drawn, CancellationToken cancellationToken)
    {
        if (task.Noise is not { } noise)
        {
            return null;
        }

        if (await _store.FindAsync(task.Key, range, aggParam, cancellationToken) is { } stored)
        {
            using SecretBuffer noiseShare = SecretBuffer.Own(stored.Share);
            task.Vdaf.Merge(aggParam, share.Span, noiseShare.Span);
            return null;
        }

        if (drawn is null)
        {
            drawn = new BatchNoise(task.Key, range, aggParam, noise.Draw());
            LogDrawn(range, task.Id);
        }

        task.Vdaf.Merge(aggParam, share.Span, drawn.Share);
        return drawn;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "noise drawn for batch {Batch} of task {TaskId}")]
    private partial void LogDrawn(BatchRange batch, TaskId taskId);
}
