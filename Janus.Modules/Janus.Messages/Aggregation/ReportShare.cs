using Janus.Codec;

namespace Janus.Messages;

/// <summary>The Helper's part of a report: DAP §4.5.3.1 (leader-init).</summary>
/// <remarks><code>
/// struct {
///   ReportMetadata report_metadata;
///   opaque public_share&lt;0..2^32-1&gt;;
///   HpkeCiphertext encrypted_input_share;
/// } ReportShare;
/// </code></remarks>
/// <param name="ReportMetadata">The report's metadata.</param>
/// <param name="PublicShare">The report's public share, which may be empty; not changed after construction.</param>
/// <param name="EncryptedInputShare">The Helper's encrypted input share.</param>
public sealed record ReportShare(
    ReportMetadata ReportMetadata,
    ReadOnlyMemory<byte> PublicShare,
    HpkeCiphertext EncryptedInputShare)
    : IWireElement<ReportShare>
{
    /// <inheritdoc/>
    public static ReportShare Decode(ref WireReader reader) => new(
        ReportMetadata.Decode(ref reader),
        reader.ReadOpaque32("public_share").ToArray(),
        HpkeCiphertext.Decode(ref reader));

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        ReportMetadata.Encode(writer);
        writer.WriteOpaque32(PublicShare.Span);
        EncryptedInputShare.Encode(writer);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(ReportShare? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);

    /// <inheritdoc/>
    public static void Measure(ref WireRuler ruler)
    {
        ReportMetadata.Measure(ref ruler);
        ruler.SkipOpaque32();
        HpkeCiphertext.Measure(ref ruler);
    }
}
