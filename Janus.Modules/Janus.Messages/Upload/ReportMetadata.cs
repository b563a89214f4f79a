using Janus.Codec;

namespace Janus.Messages;

/// <summary>What both Aggregators may know about a report: DAP §4.4.2 (upload-request).</summary>
/// <remarks><code>
/// struct {
///   ReportID report_id;
///   Time time;
///   Extension public_extensions&lt;0..2^16-1&gt;;
/// } ReportMetadata;
/// </code></remarks>
/// <param name="ReportId">Identifies the report.</param>
/// <param name="Time">When the report was generated.</param>
/// <param name="PublicExtensions">The public report extensions, in the order they were encoded in.</param>
public sealed record ReportMetadata(ReportId ReportId, Time Time, IReadOnlyList<ReportExtension> PublicExtensions)
    : IWireElement<ReportMetadata>
{
    /// <inheritdoc/>
    public static ReportMetadata Decode(ref WireReader reader) => new(
        reader.ReadIdentifier<ReportId>("report_id"),
        Time.Decode(ref reader),
        reader.ReadExtensions<ReportExtension>("public_extensions"));

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        ReportId.Encode(writer);
        Time.Encode(writer);
        writer.WriteExtensions(PublicExtensions);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(ReportMetadata? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);

    /// <inheritdoc/>
    public static void Measure(ref WireRuler ruler)
    {
        ruler.SkipFixed(ReportId.Length + sizeof(ulong));
        ruler.SkipOpaque16();
    }
}
