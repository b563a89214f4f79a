using Janus.Codec;

namespace Janus.Messages;

/// <summary>The Leader's next message for one report: DAP §4.5.4.1 (aggregation-leader-continuation).</summary>
/// <remarks><code>
/// struct {
///   ReportID report_id;
///   opaque payload&lt;1..2^32-1&gt;;
/// } VerifyContinue;
/// </code></remarks>
/// <param name="ReportId">The report.</param>
/// <param name="Payload">The ping-pong message, at least 1 byte; not changed after construction.</param>
public sealed record VerifyContinue(ReportId ReportId, ReadOnlyMemory<byte> Payload) : IWireElement<VerifyContinue>
{
    /// <inheritdoc/>
    public static VerifyContinue Decode(ref WireReader reader) => new(
        reader.ReadIdentifier<ReportId>("report_id"),
        reader.ReadOpaque32("payload", 1).ToArray());

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        ReportId.Encode(writer);
        writer.WriteOpaque32(Payload.Span);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(VerifyContinue? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);

    /// <inheritdoc/>
    public static void Measure(ref WireRuler ruler)
    {
        ruler.SkipFixed(ReportId.Length);
        ruler.SkipOpaque32();
    }
}
