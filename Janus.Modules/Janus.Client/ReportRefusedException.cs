using Janus.Messages;

namespace Janus.Client;

/// <summary>The Leader refused a report.</summary>
public sealed class ReportRefusedException : Exception
{
    /// <summary>The Leader refused the report for the reason <paramref name="error"/>.</summary>
    public ReportRefusedException(ReportId reportId, ReportError error)
        : base($"the leader refused report {reportId} with {error.Name()}: {error.Explain()}")
    {
        ReportId = reportId;
        Error = error;
    }

    /// <summary>The report.</summary>
    public ReportId ReportId { get; }

    /// <summary>Why it was refused.</summary>
    public ReportError Error { get; }
}
