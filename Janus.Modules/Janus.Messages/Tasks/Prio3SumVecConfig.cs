using Janus.Codec;

namespace Janus.Messages;

/// <summary>The configuration of Prio3SumVec: DAP Appendix B (vdaf-configuration-encodings).</summary>
/// <remarks><code>
/// struct {
///   uint32 length;
///   uint64 max_measurement;
///   uint32 chunk_length;
/// } Prio3SumVecConfig;
/// </code></remarks>
/// <param name="Length">The length of the vectors.</param>
/// <param name="MaxMeasurement">The largest element.</param>
/// <param name="ChunkLength">The size of a proof chunk.</param>
public readonly record struct Prio3SumVecConfig(uint Length, ulong MaxMeasurement, uint ChunkLength)
    : IWireMessage<Prio3SumVecConfig>
{
    /// <inheritdoc/>
    public static Prio3SumVecConfig Decode(ref WireReader reader) => new(
        reader.ReadUInt32("length"),
        reader.ReadUInt64("max_measurement"),
        reader.ReadUInt32("chunk_length"));

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        writer.WriteUInt32(Length);
        writer.WriteUInt64(MaxMeasurement);
        writer.WriteUInt32(ChunkLength);
    }
}
