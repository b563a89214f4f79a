using Janus.Codec;

namespace Janus.Messages;

/// <summary>What the Client encrypts to one Aggregator: DAP §4.4.2 (upload-request).</summary>
/// <remarks><code>
/// struct {
///   Extension private_extensions&lt;0..2^16-1&gt;;
///   opaque payload&lt;1..2^32-1&gt;;
/// } PlaintextInputShare;
/// </code></remarks>
/// <param name="PrivateExtensions">The private report extensions, in the order they were encoded in.</param>
/// <param name="Payload">The VDAF's input share, at least 1 byte; a secret, not changed after construction.</param>
public sealed record PlaintextInputShare(IReadOnlyList<ReportExtension> PrivateExtensions, ReadOnlyMemory<byte> Payload)
    : IWireMessage<PlaintextInputShare>
{
    /// <summary>The type's name: the content is secret.</summary>
    public override string ToString() => nameof(PlaintextInputShare);

    /// <inheritdoc/>
    public static PlaintextInputShare Decode(ref WireReader reader) => new(
        reader.ReadExtensions<ReportExtension>("private_extensions"),
        reader.ReadOpaque32("payload", 1).ToArray());

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        writer.WriteExtensions(PrivateExtensions);
        writer.WriteOpaque32(Payload.Span);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(PlaintextInputShare? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);
}
