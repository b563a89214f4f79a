using Janus.Datastore;
using Janus.Messages;

namespace Janus.Aggregator;

/// <summary>What the Leader's checks made of an uploaded report.</summary>
internal readonly record struct UploadedReportOrError
{
    private readonly IReadOnlyList<ushort>? _unrecognizedExtensions;

    /// <summary>The report is to be stored.</summary>
    public UploadedReportOrError(UploadedReport report) => Report = report;

    /// <summary>The report is refused.</summary>
    public UploadedReportOrError(ReportError error, IReadOnlyList<ushort>? unrecognizedExtensions = null)
    {
        Error = error;
        _unrecognizedExtensions = unrecognizedExtensions;
    }

    /// <summary>What to store, or <see langword="null"/>.</summary>
    public UploadedReport? Report { get; }

    /// <summary>Why the report is refused, or <see langword="null"/>.</summary>
    public ReportError? Error { get; }

    /// <summary>The code points of its extensions that are not known, in increasing order.</summary>
    public IReadOnlyList<ushort> UnrecognizedExtensions => _unrecognizedExtensions ?? [];
}
