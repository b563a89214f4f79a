using Janus.Codec;

namespace Janus.Messages;

/// <summary>The Collector's request for an aggregate result: DAP §4.6.1 (collect-init).</summary>
/// <remarks><code>
/// struct {
///   Query query;
///   opaque agg_param&lt;0..2^32-1&gt;;
///   CollectionJobExtension extensions&lt;0..2^16-1&gt;;
/// } CollectionJobReq;
/// </code></remarks>
/// <param name="Query">Which batch.</param>
/// <param name="AggParam">The encoded VDAF aggregation parameter; not changed after construction.</param>
/// <param name="Extensions">The extensions, in the order they were encoded in.</param>
public sealed record CollectionJobReq(Query Query, ReadOnlyMemory<byte> AggParam, IReadOnlyList<CollectionJobExtension> Extensions)
    : IWireMessage<CollectionJobReq>
{
    /// <inheritdoc/>
    public static CollectionJobReq Decode(ref WireReader reader) => new(
        Query.Decode(ref reader),
        reader.ReadOpaque32("agg_param").ToArray(),
        reader.ReadExtensions<CollectionJobExtension>("extensions"));

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        Query.Encode(writer);
        writer.WriteOpaque32(AggParam.Span);
        writer.WriteExtensions(Extensions);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(CollectionJobReq? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);
}
