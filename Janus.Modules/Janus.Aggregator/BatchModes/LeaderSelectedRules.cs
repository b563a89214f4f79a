using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Aggregator;

/// <summary>The leader-selected batch mode: each batch is one bucket, named by a batch ID: DAP §5.2 (leader-selected-batch-mode).</summary>
internal sealed class LeaderSelectedRules : BatchModeRules
{
    public static LeaderSelectedRules Instance { get; } = new();

    public override BatchMode Mode => BatchMode.LeaderSelected;

    public override BatchRange? RangeOf(TaskId taskId, Query query)
    {
        if (!query.Config.IsEmpty)
        {
            throw new DapProblemException(DapProblemType.InvalidMessage, "the query of a leader-selected task is empty", taskId);
        }

        return null;
    }

    public override BatchRange RangeOf(TaskId taskId, BatchSelector selector, Query query)
    {
        RangeOf(taskId, query);
        try
        {
            return BatchRange.FromBatchId(WireMessage.Decode<LeaderSelectedBatchSelectorConfig>(selector.Config.Span).BatchId);
        }
        catch (DecodeException exception)
        {
            throw new DapProblemException(DapProblemType.InvalidMessage, Quote.MessageOf(exception), taskId);
        }
    }

    public override BatchSelector SelectorOf(BatchRange range) => BatchSelector.LeaderSelected(range.ToBatchId());

    public override byte[] BucketOf(Time time, BatchId? batchId) => batchId!.Value.ToArray();

    public override IReadOnlyList<AggregationJobExtension> ExtensionsOf(BatchId? batchId) =>
        [AggregationJobExtension.LeaderSelectedBatchId(batchId!.Value)];

    public override BatchId? BatchIdOf(TaskId taskId, IReadOnlyList<AggregationJobExtension> extensions)
    {
        if (extensions.Any(extension => extension.ExtensionType != AggregationJobExtensionType.LeaderSelectedBatchId))
        {
            throw new DapProblemException(DapProblemType.UnsupportedExtension, "leader_selected_batch_id is the only aggregation job extension supported", taskId);
        }

        if (extensions.Count != 1 || extensions[0].ExtensionData.Length != BatchId.Length)
        {
            throw new DapProblemException(DapProblemType.InvalidMessage, "expected one leader_selected_batch_id extension with a batch ID of 32 bytes", taskId);
        }

        return BatchId.FromBytes(extensions[0].ExtensionData.Span);
    }
}
