using Janus.Codec;

namespace Janus.Messages;

/// <summary>The configuration of Prio3Sum: DAP Appendix B (vdaf-configuration-encodings).</summary>
/// <remarks><code>
/// struct {
///   uint64 max_measurement;
/// } Prio3SumConfig;
/// </code></remarks>
/// <param name="MaxMeasurement">The largest measurement.</param>
public readonly record struct Prio3SumConfig(ulong MaxMeasurement) : IWireMessage<Prio3SumConfig>
{
    /// <inheritdoc/>
    public static Prio3SumConfig Decode(ref WireReader reader) => new(reader.ReadUInt64("max_measurement"));

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => writer.WriteUInt64(MaxMeasurement);
}
