using Janus.Codec;

namespace Janus.Messages;

/// <summary>How the Collector wants a collection job to be handled: DAP §4.6.2 (collect-ext).</summary>
/// <remarks><code>
/// struct {
///   CollectionJobExtensionType extension_type;
///   opaque extension_data&lt;0..2^16-1&gt;;
/// } CollectionJobExtension;
/// </code></remarks>
/// <param name="ExtensionType">What the extension is.</param>
/// <param name="ExtensionData">Its encoded value, up to 65,535 bytes; not changed after construction.</param>
public sealed record CollectionJobExtension(CollectionJobExtensionType ExtensionType, ReadOnlyMemory<byte> ExtensionData)
    : IExtension<CollectionJobExtension>
{
    /// <inheritdoc/>
    public ushort CodePoint => (ushort)ExtensionType;

    /// <inheritdoc/>
    public static CollectionJobExtension Decode(ref WireReader reader) => new(
        (CollectionJobExtensionType)reader.ReadUInt16("extension_type"),
        reader.ReadOpaque16("extension_data").ToArray());

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        writer.WriteUInt16(CodePoint);
        writer.WriteOpaque16(ExtensionData.Span);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(CollectionJobExtension? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);
}
