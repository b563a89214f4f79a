using Janus.Codec;

namespace Janus.Messages;

/// <summary>The Leader's request for the Helper's aggregate share: DAP §4.6.4 (collect-aggregate).</summary>
/// <remarks><code>
/// struct {
///   CollectionJobReq collection_job_req;
///   BatchSelector batch_selector;
///   uint64 report_count;
///   opaque checksum[32];
/// } AggregateShareReq;
/// </code></remarks>
/// <param name="CollectionJobReq">What the Collector asked for.</param>
/// <param name="BatchSelector">The batch chosen for it.</param>
/// <param name="ReportCount">The number of reports in the batch, as the Leader counts them.</param>
/// <param name="Checksum">The checksum over the batch, as the Leader computes it.</param>
public sealed record AggregateShareReq(
    CollectionJobReq CollectionJobReq,
    BatchSelector BatchSelector,
    ulong ReportCount,
    BatchChecksum Checksum)
    : IWireMessage<AggregateShareReq>
{
    /// <inheritdoc/>
    public static AggregateShareReq Decode(ref WireReader reader) => new(
        CollectionJobReq.Decode(ref reader),
        BatchSelector.Decode(ref reader),
        reader.ReadUInt64("report_count"),
        BatchChecksum.Decode(ref reader));

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        CollectionJobReq.Encode(writer);
        BatchSelector.Encode(writer);
        writer.WriteUInt64(ReportCount);
        Checksum.Encode(writer);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(AggregateShareReq? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);
}
