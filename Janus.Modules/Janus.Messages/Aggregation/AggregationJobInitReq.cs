using Janus.Codec;

namespace Janus.Messages;

/// <summary>The Leader's request to start an aggregation job, in memory: DAP §4.5.3.1 (leader-init).</summary>
/// <remarks><code>
/// struct {
///   uint8 verification_key_id;
///   opaque agg_param&lt;0..2^32-1&gt;;
///   AggregationJobExtension extensions&lt;0..2^16-1&gt;;
///   VerifyInit verify_inits[verify_inits_length];
/// } AggregationJobInitReq;
/// </code></remarks>
/// <param name="Header">All fields but the last.</param>
/// <param name="VerifyInits">One element for each report.</param>
public sealed record AggregationJobInitReq(AggregationJobInitReqHeader Header, IReadOnlyList<VerifyInit> VerifyInits)
    : IWireMessage<AggregationJobInitReq>
{
    /// <inheritdoc/>
    public static AggregationJobInitReq Decode(ref WireReader reader) => new(
        AggregationJobInitReqHeader.Decode(ref reader),
        reader.ReadToEnd<VerifyInit>());

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        Header.Encode(writer);
        writer.WriteAll(VerifyInits);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(AggregationJobInitReq? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);
}
