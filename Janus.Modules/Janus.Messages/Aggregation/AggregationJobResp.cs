using Janus.Codec;

namespace Janus.Messages;

/// <summary>The Helper's answer to a step of an aggregation job, in memory: DAP §4.5.3.2 (aggregation-helper-init).</summary>
/// <remarks><code>
/// struct {
///   VerifyResp verify_resps[message_length];
/// } AggregationJobResp;
/// </code></remarks>
/// <param name="VerifyResps">One element for each report, in the order of the request.</param>
public sealed record AggregationJobResp(IReadOnlyList<VerifyResp> VerifyResps) : IWireMessage<AggregationJobResp>
{
    /// <inheritdoc/>
    public static AggregationJobResp Decode(ref WireReader reader) => new(reader.ReadToEnd<VerifyResp>());

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => writer.WriteAll(VerifyResps);

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(AggregationJobResp? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);
}
