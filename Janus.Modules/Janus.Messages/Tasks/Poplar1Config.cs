using Janus.Codec;

namespace Janus.Messages;

/// <summary>The configuration of Poplar1: DAP Appendix B (vdaf-configuration-encodings).</summary>
/// <remarks><code>
/// struct {
///   uint16 bits;
/// } Poplar1Config;
/// </code></remarks>
/// <param name="Bits">The length of the inputs in bits.</param>
public readonly record struct Poplar1Config(ushort Bits) : IWireMessage<Poplar1Config>
{
    /// <inheritdoc/>
    public static Poplar1Config Decode(ref WireReader reader) => new(reader.ReadUInt16("bits"));

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => writer.WriteUInt16(Bits);
}
