using System.Buffers;
using Janus.Codec;
using Janus.Messages;

namespace Janus.Datastore;

/// <summary>
/// A report between two steps of an aggregation job of several rounds: DAP §4.5.4 (agg-continue-flow). The reports of
/// a job are stored together, encrypted.
/// </summary>
/// <param name="Id">The report ID.</param>
/// <param name="Time">The report's time, in time-precision units.</param>
/// <param name="State">The VDAF's state of this Aggregator, or its out share when only the peer has to finish; a secret.</param>
/// <param name="Outbound">The message that the peer is to get, or has got; empty where there is none.</param>
public readonly record struct ReportVerification(ReportId Id, ulong Time, ReadOnlyMemory<byte> State, ReadOnlyMemory<byte> Outbound)
{
    /// <summary>The report ID alone: the state is secret.</summary>
    public override string ToString() => Id.ToString();

    /// <summary>The reports of a job, one behind the other.</summary>
    internal static byte[] EncodeAll(IReadOnlyList<ReportVerification> reports)
    {
        ArrayBufferWriter<byte> buffer = new();
        WireWriter writer = new(buffer);
        foreach (ReportVerification report in reports)
        {
            report.Id.Encode(writer);
            writer.WriteUInt64(report.Time);
            writer.WriteOpaque32(report.State.Span);
            writer.WriteOpaque32(report.Outbound.Span);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>What <see cref="EncodeAll"/> wrote.</summary>
    /// <exception cref="DecodeException">The bytes are not such a list.</exception>
    internal static IReadOnlyList<ReportVerification> DecodeAll(ReadOnlySpan<byte> encoded)
    {
        List<ReportVerification> reports = [];
        WireReader reader = new(encoded);
        while (reader.Remaining > 0)
        {
            reports.Add(new ReportVerification(
                ReportId.Decode(ref reader),
                reader.ReadUInt64("time"),
                reader.ReadOpaque32("state").ToArray(),
                reader.ReadOpaque32("outbound").ToArray()));
        }

        return reports;
    }
}
