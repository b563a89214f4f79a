using Janus.Codec;

namespace Janus.Messages;

/// <summary>The fields of an <see cref="AggregationJobInitReq"/> that come before its reports: DAP §4.5.3.1 (leader-init).</summary>
/// <remarks>A server reads the header with <see cref="WireStreamReader.ReadOneAsync"/>, then the elements.
/// <code>
/// uint8 verification_key_id;
/// opaque agg_param&lt;0..2^32-1&gt;;
/// AggregationJobExtension extensions&lt;0..2^16-1&gt;;
/// </code></remarks>
/// <param name="VerificationKeyId">The verification key to use.</param>
/// <param name="AggParam">The encoded VDAF aggregation parameter; not changed after construction.</param>
/// <param name="Extensions">The extensions, in the order they were encoded in.</param>
public sealed record AggregationJobInitReqHeader(
    VerificationKeyId VerificationKeyId,
    ReadOnlyMemory<byte> AggParam,
    IReadOnlyList<AggregationJobExtension> Extensions)
    : IWireElement<AggregationJobInitReqHeader>
{
    /// <inheritdoc/>
    public static AggregationJobInitReqHeader Decode(ref WireReader reader) => new(
        VerificationKeyId.Decode(ref reader),
        reader.ReadOpaque32("agg_param").ToArray(),
        reader.ReadExtensions<AggregationJobExtension>("extensions"));

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        VerificationKeyId.Encode(writer);
        writer.WriteOpaque32(AggParam.Span);
        writer.WriteExtensions(Extensions);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(AggregationJobInitReqHeader? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);

    /// <inheritdoc/>
    public static void Measure(ref WireRuler ruler)
    {
        ruler.SkipFixed(1);
        ruler.SkipOpaque32();
        ruler.SkipOpaque16();
    }
}
