using Janus.Codec;

namespace Janus.Messages;

/// <summary>The configuration of Prio3Histogram: DAP Appendix B (vdaf-configuration-encodings).</summary>
/// <remarks><code>
/// struct {
///   uint32 length;
///   uint32 chunk_length;
/// } Prio3HistogramConfig;
/// </code></remarks>
/// <param name="Length">The number of buckets.</param>
/// <param name="ChunkLength">The size of a proof chunk.</param>
public readonly record struct Prio3HistogramConfig(uint Length, uint ChunkLength) : IWireMessage<Prio3HistogramConfig>
{
    /// <inheritdoc/>
    public static Prio3HistogramConfig Decode(ref WireReader reader) => new(
        reader.ReadUInt32("length"),
        reader.ReadUInt32("chunk_length"));

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        writer.WriteUInt32(Length);
        writer.WriteUInt32(ChunkLength);
    }
}
