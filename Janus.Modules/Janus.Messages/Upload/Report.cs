using Janus.Codec;

namespace Janus.Messages;

/// <summary>A measurement, sharded and encrypted, as the Client uploads it: DAP §4.4.2 (upload-request).</summary>
/// <remarks><code>
/// struct {
///   ReportMetadata report_metadata;
///   opaque public_share&lt;0..2^32-1&gt;;
///   HpkeCiphertext leader_encrypted_input_share;
///   HpkeCiphertext helper_encrypted_input_share;
/// } Report;
/// </code></remarks>
/// <param name="ReportMetadata">What both Aggregators may know.</param>
/// <param name="PublicShare">The VDAF's public share, which may be empty; not changed after construction.</param>
/// <param name="LeaderEncryptedInputShare">The Leader's <see cref="PlaintextInputShare"/>, encrypted.</param>
/// <param name="HelperEncryptedInputShare">The Helper's <see cref="PlaintextInputShare"/>, encrypted.</param>
public sealed record Report(
    ReportMetadata ReportMetadata,
    ReadOnlyMemory<byte> PublicShare,
    HpkeCiphertext LeaderEncryptedInputShare,
    HpkeCiphertext HelperEncryptedInputShare)
    : IWireElement<Report>
{
    /// <inheritdoc/>
    public static Report Decode(ref WireReader reader) => new(
        ReportMetadata.Decode(ref reader),
        reader.ReadOpaque32("public_share").ToArray(),
        HpkeCiphertext.Decode(ref reader),
        HpkeCiphertext.Decode(ref reader));

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        ReportMetadata.Encode(writer);
        writer.WriteOpaque32(PublicShare.Span);
        LeaderEncryptedInputShare.Encode(writer);
        HelperEncryptedInputShare.Encode(writer);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(Report? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);

    /// <inheritdoc/>
    public static void Measure(ref WireRuler ruler)
    {
        ReportMetadata.Measure(ref ruler);
        ruler.SkipOpaque32();
        HpkeCiphertext.Measure(ref ruler);
        HpkeCiphertext.Measure(ref ruler);
    }
}
