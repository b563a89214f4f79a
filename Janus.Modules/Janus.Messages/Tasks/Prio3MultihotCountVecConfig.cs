using Janus.Codec;

namespace Janus.Messages;

/// <summary>The configuration of Prio3MultihotCountVec: DAP Appendix B (vdaf-configuration-encodings).</summary>
/// <remarks><code>
/// struct {
///   uint32 length;
///   uint32 chunk_length;
///   uint64 max_weight;
/// } Prio3MultihotCountVecConfig;
/// </code></remarks>
/// <param name="Length">The length of the vectors.</param>
/// <param name="ChunkLength">The size of a proof chunk.</param>
/// <param name="MaxWeight">The largest number of true entries.</param>
public readonly record struct Prio3MultihotCountVecConfig(uint Length, uint ChunkLength, ulong MaxWeight)
    : IWireMessage<Prio3MultihotCountVecConfig>
{
    /// <inheritdoc/>
    public static Prio3MultihotCountVecConfig Decode(ref WireReader reader) => new(
        reader.ReadUInt32("length"),
        reader.ReadUInt32("chunk_length"),
        reader.ReadUInt64("max_weight"));

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        writer.WriteUInt32(Length);
        writer.WriteUInt32(ChunkLength);
        writer.WriteUInt64(MaxWeight);
    }
}
