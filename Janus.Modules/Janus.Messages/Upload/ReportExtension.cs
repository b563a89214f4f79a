using Janus.Codec;

namespace Janus.Messages;

/// <summary>What a Client tells one Aggregator or both along with a report: DAP §4.4.3 (report-extensions).</summary>
/// <remarks><code>
/// struct {
///   ExtensionType extension_type;
///   opaque extension_data&lt;0..2^16-1&gt;;
/// } Extension;
/// </code></remarks>
/// <param name="ExtensionType">What the extension is.</param>
/// <param name="ExtensionData">Its encoded value, up to 65,535 bytes; not changed after construction.</param>
public sealed record ReportExtension(ReportExtensionType ExtensionType, ReadOnlyMemory<byte> ExtensionData)
    : IExtension<ReportExtension>
{
    /// <inheritdoc/>
    public ushort CodePoint => (ushort)ExtensionType;

    /// <inheritdoc/>
    public static ReportExtension Decode(ref WireReader reader) => new(
        (ReportExtensionType)reader.ReadUInt16("extension_type"),
        reader.ReadOpaque16("extension_data").ToArray());

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        writer.WriteUInt16(CodePoint);
        writer.WriteOpaque16(ExtensionData.Span);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(ReportExtension? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);
}
