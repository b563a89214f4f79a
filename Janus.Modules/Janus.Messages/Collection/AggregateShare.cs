using Janus.Codec;

namespace Janus.Messages;

/// <summary>The Helper's answer to an <see cref="AggregateShareReq"/>: DAP §4.6.4 (collect-aggregate).</summary>
/// <remarks><code>
/// struct {
///   HpkeCiphertext encrypted_aggregate_share;
/// } AggregateShare;
/// </code></remarks>
/// <param name="EncryptedAggregateShare">The Helper's aggregate share, encrypted to the Collector.</param>
public sealed record AggregateShare(HpkeCiphertext EncryptedAggregateShare) : IWireMessage<AggregateShare>
{
    /// <inheritdoc/>
    public static AggregateShare Decode(ref WireReader reader) => new(HpkeCiphertext.Decode(ref reader));

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => EncryptedAggregateShare.Encode(writer);

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(AggregateShare? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);
}
