using Janus.Codec;

namespace Janus.Messages;

/// <summary>What starts the verification of one report at the Helper: DAP §4.5.3.1 (leader-init).</summary>
/// <remarks><code>
/// struct {
///   ReportShare report_share;
///   opaque payload&lt;1..2^32-1&gt;;
/// } VerifyInit;
/// </code></remarks>
/// <param name="ReportShare">The Helper's part of the report.</param>
/// <param name="Payload">The Leader's first ping-pong message, at least 1 byte; not changed after construction.</param>
public sealed record VerifyInit(ReportShare ReportShare, ReadOnlyMemory<byte> Payload) : IWireElement<VerifyInit>
{
    /// <inheritdoc/>
    public static VerifyInit Decode(ref WireReader reader) => new(
        ReportShare.Decode(ref reader),
        reader.ReadOpaque32("payload", 1).ToArray());

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        ReportShare.Encode(writer);
        writer.WriteOpaque32(Payload.Span);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(VerifyInit? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);

    /// <inheritdoc/>
    public static void Measure(ref WireRuler ruler)
    {
        ReportShare.Measure(ref ruler);
        ruler.SkipOpaque32();
    }
}
