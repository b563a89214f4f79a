using Janus.Codec;

namespace Janus.Messages;

/// <summary>Chooses one of the verification keys that the Aggregators of a task share: DAP §4.5.3.1 (leader-init).</summary>
/// <remarks><code>
/// uint8 verification_key_id;
/// </code></remarks>
/// <param name="Value">The octet.</param>
public readonly record struct VerificationKeyId(byte Value) : IWireMessage<VerificationKeyId>
{
    /// <inheritdoc/>
    public static VerificationKeyId Decode(ref WireReader reader) => new(reader.ReadUInt8("verification_key_id"));

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => writer.WriteUInt8(Value);
}
