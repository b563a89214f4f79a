using Janus.Codec;

namespace Janus.Messages;

/// <summary>An HPKE ciphertext and what its recipient needs to open it: DAP §4.1 (basic-definitions).</summary>
/// <remarks><code>
/// struct {
///   HpkeConfigId config_id;
///   opaque enc&lt;1..2^16-1&gt;;
///   opaque payload&lt;1..2^32-1&gt;;
/// } HpkeCiphertext;
/// </code></remarks>
/// <param name="ConfigId">The HPKE configuration the message is sealed to.</param>
/// <param name="Enc">The encapsulated key, 1 to 65,535 bytes; not changed after construction.</param>
/// <param name="Payload">The ciphertext with its tag, at least 1 byte; not changed after construction.</param>
public sealed record HpkeCiphertext(HpkeConfigId ConfigId, ReadOnlyMemory<byte> Enc, ReadOnlyMemory<byte> Payload)
    : IWireMessage<HpkeCiphertext>
{
    /// <inheritdoc/>
    public static HpkeCiphertext Decode(ref WireReader reader) => new(
        HpkeConfigId.Decode(ref reader),
        reader.ReadOpaque16("enc", 1).ToArray(),
        reader.ReadOpaque32("payload", 1).ToArray());

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        ConfigId.Encode(writer);
        writer.WriteOpaque16(Enc.Span);
        writer.WriteOpaque32(Payload.Span);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(HpkeCiphertext? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);

    internal static void Measure(ref WireRuler ruler)
    {
        ruler.SkipFixed(1);
        ruler.SkipOpaque16();
        ruler.SkipOpaque32();
    }
}
