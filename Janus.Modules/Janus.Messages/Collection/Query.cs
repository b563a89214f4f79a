using Janus.Codec;

namespace Janus.Messages;

/// <summary>What the Collector asks for: DAP §4.6.1 (collect-init).</summary>
/// <remarks><code>
/// struct {
///   BatchMode batch_mode;
///   opaque config&lt;0..2^16-1&gt;;
/// } Query;
/// </code></remarks>
/// <param name="BatchMode">The batch mode, which must be the task's.</param>
/// <param name="Config">The encoded query configuration of that mode, up to 65,535 bytes; not changed after construction.</param>
public sealed record Query(BatchMode BatchMode, ReadOnlyMemory<byte> Config) : IWireMessage<Query>
{
    /// <summary>Asks for the next batch that the Leader has selected: DAP §5.2.1 (leader-selected-batch-mode).</summary>
    public static Query LeaderSelected { get; } = new(BatchMode.LeaderSelected, ReadOnlyMemory<byte>.Empty);

    /// <summary>Asks for the reports of an interval: DAP §5.1.1 (time-interval-batch-mode).</summary>
    public static Query TimeInterval(Interval batchInterval) =>
        new(BatchMode.TimeInterval, WireMessage.Encode(new TimeIntervalQueryConfig(batchInterval)));

    /// <inheritdoc/>
    public static Query Decode(ref WireReader reader) => new(
        (BatchMode)reader.ReadUInt8("batch_mode"),
        reader.ReadOpaque16("config").ToArray());

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        writer.WriteUInt8((byte)BatchMode);
        writer.WriteOpaque16(Config.Span);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(Query? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);
}
