using Janus.Messages;

namespace Janus.Client;

/// <summary>What became of one measurement of a bulk upload.</summary>
/// <param name="Index">The measurement's position in the upload, from 0.</param>
/// <param name="ReportId">The report made from it, or null if none could be made.</param>
/// <param name="Error">Why the Leader refused the report, or null.</param>
/// <param name="InvalidMeasurement">Why no report could be made, or null.</param>
public sealed record ReportOutcome(long Index, ReportId? ReportId, ReportError? Error = null, string? InvalidMeasurement = null)
{
    /// <summary>Whether the Leader has taken the report.</summary>
    public bool IsAccepted => ReportId is not null && Error is null;
}
