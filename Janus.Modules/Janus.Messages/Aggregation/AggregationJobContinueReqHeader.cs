using Janus.Codec;

namespace Janus.Messages;

/// <summary>The field of an <see cref="AggregationJobContinueReq"/> that comes before its reports: DAP §4.5.4.1 (aggregation-leader-continuation).</summary>
/// <remarks><code>
/// uint16 step;
/// </code></remarks>
/// <param name="Step">The step that the Leader has reached and the Helper shall reach.</param>
public readonly record struct AggregationJobContinueReqHeader(ushort Step)
    : IWireElement<AggregationJobContinueReqHeader>
{
    /// <inheritdoc/>
    public static AggregationJobContinueReqHeader Decode(ref WireReader reader) => new(reader.ReadUInt16("step"));

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => writer.WriteUInt16(Step);

    /// <inheritdoc/>
    public static void Measure(ref WireRuler ruler)
    {
        ruler.SkipFixed(sizeof(ushort));
    }
}
