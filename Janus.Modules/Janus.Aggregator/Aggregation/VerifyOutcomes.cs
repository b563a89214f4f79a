using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Aggregator;

/// <summary>How the outcome of a verification step is told to the peer.</summary>
internal static class VerifyOutcomes
{
    /// <summary>The report error, or <see langword="null"/> if the report goes on: DAP §4.5.3.4 (input-share-validation).</summary>
    public static ReportError? ToReportError(this VerifyOutcome outcome) => outcome switch
    {
        VerifyOutcome.Continued or VerifyOutcome.Finished => null,
        VerifyOutcome.MalformedPublicShare or VerifyOutcome.MalformedInputShare => ReportError.InvalidMessage,
        _ => ReportError.VdafVerifyError,
    };
}
