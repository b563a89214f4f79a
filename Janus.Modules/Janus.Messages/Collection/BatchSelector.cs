using Janus.Codec;

namespace Janus.Messages;

/// <summary>The batch that the Leader has chosen for a query: DAP §4.6.4 (collect-aggregate).</summary>
/// <remarks><code>
/// struct {
///   BatchMode batch_mode;
///   opaque config&lt;0..2^16-1&gt;;
/// } BatchSelector;
/// </code></remarks>
/// <param name="BatchMode">The batch mode, which must be the task's.</param>
/// <param name="Config">The encoded batch selector configuration of that mode, up to 65,535 bytes; not changed after construction.</param>
public sealed record BatchSelector(BatchMode BatchMode, ReadOnlyMemory<byte> Config) : IWireMessage<BatchSelector>
{
    /// <summary>Names a batch of the leader-selected mode: DAP §5.2.3 (leader-selected-batch-mode).</summary>
    public static BatchSelector LeaderSelected(BatchId batchId) =>
        new(BatchMode.LeaderSelected, WireMessage.Encode(new LeaderSelectedBatchSelectorConfig(batchId)));

    /// <summary>Names a batch of the time-interval mode: DAP §5.1.2 (time-interval-batch-mode).</summary>
    public static BatchSelector TimeInterval(Interval batchInterval) =>
        new(BatchMode.TimeInterval, WireMessage.Encode(new TimeIntervalBatchSelectorConfig(batchInterval)));

    /// <inheritdoc/>
    public static BatchSelector Decode(ref WireReader reader) => new(
        (BatchMode)reader.ReadUInt8("batch_mode"),
        reader.ReadOpaque16("config").ToArray());

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        writer.WriteUInt8((byte)BatchMode);
        writer.WriteOpaque16(Config.Span);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(BatchSelector? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);
}
