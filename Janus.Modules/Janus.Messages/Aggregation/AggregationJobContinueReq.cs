using Janus.Codec;

namespace Janus.Messages;

/// <summary>The Leader's request to take an aggregation job one step further, in memory: DAP §4.5.4.1 (aggregation-leader-continuation).</summary>
/// <remarks><code>
/// struct {
///   uint16 step;
///   VerifyContinue verify_continues[verify_continues_length];
/// } AggregationJobContinueReq;
/// </code></remarks>
/// <param name="Step">The step that the Leader has reached and the Helper shall reach.</param>
/// <param name="VerifyContinues">One element for each report not rejected so far.</param>
public sealed record AggregationJobContinueReq(ushort Step, IReadOnlyList<VerifyContinue> VerifyContinues)
    : IWireMessage<AggregationJobContinueReq>
{
    /// <inheritdoc/>
    public static AggregationJobContinueReq Decode(ref WireReader reader) => new(
        reader.ReadUInt16("step"),
        reader.ReadToEnd<VerifyContinue>());

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        writer.WriteUInt16(Step);
        writer.WriteAll(VerifyContinues);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(AggregationJobContinueReq? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);
}
