using Janus.Datastore;
using Janus.Messages;

namespace Janus.Aggregator;

/// <summary>What a batch mode defines: batch buckets, queries and batch selectors: DAP §5 (batch-modes).</summary>
internal abstract class BatchModeRules
{
    /// <summary>The rules of a batch mode.</summary>
    /// <exception cref="NotSupportedException">No such batch mode is known.</exception>
    public static BatchModeRules For(BatchMode mode) => mode switch
    {
        BatchMode.TimeInterval => TimeIntervalRules.Instance,
        BatchMode.LeaderSelected => LeaderSelectedRules.Instance,
        _ => throw new NotSupportedException($"batch mode {(int)mode} is not supported: use 1 (time-interval) or 2 (leader-selected)"),
    };

    /// <summary>The batch mode these rules are of.</summary>
    public abstract BatchMode Mode { get; }

    /// <summary>The batch that a Collector's query names; <see langword="null"/> where the Leader selects it.</summary>
    /// <exception cref="Dap.DapProblemException">The query names no valid set of batch buckets.</exception>
    public abstract BatchRange? RangeOf(TaskId taskId, Query query);

    /// <summary>The batch that a Leader's batch selector names, checked against the Collector's query.</summary>
    /// <exception cref="Dap.DapProblemException">The selector names no valid set of batch buckets, or not those of the query.</exception>
    public abstract BatchRange RangeOf(TaskId taskId, BatchSelector selector, Query query);

    /// <summary>The batch selector that names <paramref name="range"/> to the Helper.</summary>
    public abstract BatchSelector SelectorOf(BatchRange range);

    /// <summary>The batch bucket identifier of a report: DAP §4.5.4.3 (batch-buckets).</summary>
    public abstract byte[] BucketOf(Time time, BatchId? batchId);

    /// <summary>The extensions of an aggregation job whose reports go to <paramref name="batchId"/>.</summary>
    public abstract IReadOnlyList<AggregationJobExtension> ExtensionsOf(BatchId? batchId);

    /// <summary>The batch ID that an aggregation job's extensions carry, if the batch mode has any.</summary>
    /// <exception cref="Dap.DapProblemException">An extension is unknown, out of order, missing or malformed.</exception>
    public abstract BatchId? BatchIdOf(TaskId taskId, IReadOnlyList<AggregationJobExtension> extensions);
}
