using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Aggregator;

/// <summary>The time-interval batch mode: a bucket for each time precision, a batch for each interval: DAP §5.1 (time-interval-batch-mode).</summary>
internal sealed class TimeIntervalRules : BatchModeRules
{
    public static TimeIntervalRules Instance { get; } = new();

    public override BatchMode Mode => BatchMode.TimeInterval;

    public override BatchRange? RangeOf(TaskId taskId, Query query) => RangeOf(taskId, IntervalOf(taskId, query));

    public override BatchRange RangeOf(TaskId taskId, BatchSelector selector, Query query)
    {
        Interval selected = Decode<TimeIntervalBatchSelectorConfig>(taskId, selector.Config).BatchInterval;
        BatchRange range = RangeOf(taskId, selected);
        if (!IntervalOf(taskId, query).Contains(selected))
        {
            throw new DapProblemException(DapProblemType.BatchInvalid, "the batch selector's interval is not within the query's interval", taskId);
        }

        return range;
    }

    public override BatchSelector SelectorOf(BatchRange range) => BatchSelector.TimeInterval(range.ToInterval());

    public override byte[] BucketOf(Time time, BatchId? batchId) => BatchRange.BucketOf(time.Value);

    public override IReadOnlyList<AggregationJobExtension> ExtensionsOf(BatchId? batchId) => [];

    public override BatchId? BatchIdOf(TaskId taskId, IReadOnlyList<AggregationJobExtension> extensions)
    {
        if (extensions.Count > 0)
        {
            throw new DapProblemException(DapProblemType.UnsupportedExtension, "a time-interval task takes no aggregation job extensions", taskId);
        }

        return null;
    }

    private static Interval IntervalOf(TaskId taskId, Query query) =>
        Decode<TimeIntervalQueryConfig>(taskId, query.Config).BatchInterval;

    private static BatchRange RangeOf(TaskId taskId, Interval interval)
    {
        if (interval.IsEmpty || !interval.TryGetEnd(out _))
        {
            throw new DapProblemException(DapProblemType.BatchInvalid, "expected a batch interval of at least one time precision, whose end fits in 64 bits", taskId);
        }

        return BatchRange.FromInterval(interval);
    }

    private static T Decode<T>(TaskId taskId, ReadOnlyMemory<byte> config)
        where T : IWireMessage<T>
    {
        try
        {
            return WireMessage.Decode<T>(config.Span);
        }
        catch (DecodeException exception)
        {
            throw new DapProblemException(DapProblemType.InvalidMessage, Quote.MessageOf(exception), taskId);
        }
    }
}
