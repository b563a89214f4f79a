using Janus.Codec;

namespace Janus.Messages;

/// <summary>The Helper's answer for one report of an aggregation job: DAP §4.5.3.2 (aggregation-helper-init).</summary>
/// <remarks><code>
/// struct {
///   ReportID report_id;
///   VerifyRespType verify_resp_type;
///   select (VerifyResp.verify_resp_type) {
///     case continue: opaque payload&lt;1..2^32-1&gt;;
///     case finish:   Empty;
///     case reject:   ReportError report_error;
///   };
/// } VerifyResp;
/// </code></remarks>
public sealed record VerifyResp : IWireElement<VerifyResp>
{
    private VerifyResp(ReportId reportId, VerifyRespType type, ReadOnlyMemory<byte> payload, ReportError reportError)
    {
        ReportId = reportId;
        VerifyRespType = type;
        Payload = payload;
        ReportError = reportError;
    }

    /// <summary>The report.</summary>
    public ReportId ReportId { get; }

    /// <summary>Which of the three answers this is.</summary>
    public VerifyRespType VerifyRespType { get; }

    /// <summary>The ping-pong message, at least 1 byte, when the type is <c>continue</c>; otherwise empty.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>Why the report is rejected, when the type is <c>reject</c>; otherwise <c>reserved</c>.</summary>
    public ReportError ReportError { get; }

    /// <summary>The answer <c>continue</c> with a ping-pong message, which is not changed afterwards.</summary>
    /// <exception cref="ArgumentException">The message is empty.</exception>
    public static VerifyResp Continue(ReportId reportId, ReadOnlyMemory<byte> payload) => payload.IsEmpty
        ? throw new ArgumentException("expected at least 1 byte", nameof(payload))
        : new VerifyResp(reportId, VerifyRespType.Continue, payload, ReportError.Reserved);

    /// <summary>The answer <c>finish</c>.</summary>
    public static VerifyResp Finish(ReportId reportId) =>
        new(reportId, VerifyRespType.Finish, ReadOnlyMemory<byte>.Empty, ReportError.Reserved);

    /// <summary>The answer <c>reject</c>.</summary>
    public static VerifyResp Reject(ReportId reportId, ReportError reportError) =>
        new(reportId, VerifyRespType.Reject, ReadOnlyMemory<byte>.Empty, reportError);

    /// <inheritdoc/>
    public static VerifyResp Decode(ref WireReader reader)
    {
        ReportId reportId = reader.ReadIdentifier<ReportId>("report_id");
        VerifyRespType type = (VerifyRespType)reader.ReadUInt8("verify_resp_type");
        return type switch
        {
            VerifyRespType.Continue => Continue(reportId, reader.ReadOpaque32("payload", 1).ToArray()),
            VerifyRespType.Finish => Finish(reportId),
            VerifyRespType.Reject => Reject(reportId, (ReportError)reader.ReadUInt8("report_error")),
            _ => throw reader.Error("verify_resp_type", "expected continue(0), finish(1) or reject(2)"),
        };
    }

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        ReportId.Encode(writer);
        writer.WriteUInt8((byte)VerifyRespType);
        if (VerifyRespType == VerifyRespType.Continue)
        {
            writer.WriteOpaque32(Payload.Span);
        }
        else if (VerifyRespType == VerifyRespType.Reject)
        {
            writer.WriteUInt8((byte)ReportError);
        }
    }

    /// <inheritdoc/>
    public static void Measure(ref WireRuler ruler)
    {
        ruler.SkipFixed(ReportId.Length);
        VerifyRespType type = (VerifyRespType)ruler.ReadUInt8();
        if (!ruler.IsComplete)
        {
            return;
        }

        if (type == VerifyRespType.Continue)
        {
            ruler.SkipOpaque32();
        }
        else if (type == VerifyRespType.Reject)
        {
            ruler.SkipFixed(1);
        }
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(VerifyResp? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);
}
