using Janus.Codec;

namespace Janus.Messages;

/// <summary>A public key that reports or aggregate shares are encrypted to: DAP §4.4.1 (hpke-config).</summary>
/// <remarks><code>
/// struct {
///   HpkeConfigId id;
///   HpkeKemId kem_id;
///   HpkeKdfId kdf_id;
///   HpkeAeadId aead_id;
///   HpkePublicKey public_key;
/// } HpkeConfig;
/// 
/// opaque HpkePublicKey&lt;1..2^16-1&gt;;
/// uint16 HpkeAeadId;
/// uint16 HpkeKemId;
/// uint16 HpkeKdfId;
/// </code></remarks>
/// <param name="Id">Names the configuration among its server's.</param>
/// <param name="KemId">The KEM's number in RFC 9180 §7.1.</param>
/// <param name="KdfId">The KDF's number in RFC 9180 §7.2.</param>
/// <param name="AeadId">The AEAD's number in RFC 9180 §7.3.</param>
/// <param name="PublicKey">The encoded public key, 1 to 65,535 bytes; not changed after construction.</param>
public sealed record HpkeConfig(HpkeConfigId Id, ushort KemId, ushort KdfId, ushort AeadId, ReadOnlyMemory<byte> PublicKey)
    : IWireMessage<HpkeConfig>
{
    /// <inheritdoc/>
    public static HpkeConfig Decode(ref WireReader reader) => new(
        HpkeConfigId.Decode(ref reader),
        reader.ReadUInt16("kem_id"),
        reader.ReadUInt16("kdf_id"),
        reader.ReadUInt16("aead_id"),
        reader.ReadOpaque16("public_key", 1).ToArray());

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        Id.Encode(writer);
        writer.WriteUInt16(KemId);
        writer.WriteUInt16(KdfId);
        writer.WriteUInt16(AeadId);
        writer.WriteOpaque16(PublicKey.Span);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(HpkeConfig? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);
}
