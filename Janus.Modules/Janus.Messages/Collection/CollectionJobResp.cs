using Janus.Codec;

namespace Janus.Messages;

/// <summary>The Leader's answer to a collection job that is ready: DAP §4.6.1 (collect-init).</summary>
/// <remarks><code>
/// struct {
///   uint64 report_count;
///   Interval interval;
///   HpkeCiphertext leader_encrypted_agg_share;
///   HpkeCiphertext helper_encrypted_agg_share;
/// } CollectionJobResp;
/// </code></remarks>
/// <param name="ReportCount">The number of reports in the batch.</param>
/// <param name="Interval">The smallest interval that contains the times of all reports of the batch.</param>
/// <param name="LeaderEncryptedAggShare">The Leader's aggregate share, encrypted to the Collector.</param>
/// <param name="HelperEncryptedAggShare">The Helper's aggregate share, encrypted to the Collector.</param>
public sealed record CollectionJobResp(
    ulong ReportCount,
    Interval Interval,
    HpkeCiphertext LeaderEncryptedAggShare,
    HpkeCiphertext HelperEncryptedAggShare)
    : IWireMessage<CollectionJobResp>
{
    /// <inheritdoc/>
    public static CollectionJobResp Decode(ref WireReader reader) => new(
        reader.ReadUInt64("report_count"),
        Interval.Decode(ref reader),
        HpkeCiphertext.Decode(ref reader),
        HpkeCiphertext.Decode(ref reader));

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        writer.WriteUInt64(ReportCount);
        Interval.Encode(writer);
        LeaderEncryptedAggShare.Encode(writer);
        HelperEncryptedAggShare.Encode(writer);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(CollectionJobResp? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);
}
