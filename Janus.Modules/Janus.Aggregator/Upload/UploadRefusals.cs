using Janus.Dap;
using Janus.Messages;

namespace Janus.Aggregator;

/// <summary>What is refused of one upload request, in the order of its reports: DAP §4.4.2 (upload-request).</summary>
internal sealed class UploadRefusals(AggregatorTask task)
{
    // In the list while it grows, and encoded.
    private const int StatusBytes = 64;

    private readonly List<ReportUploadStatus> _statuses = [];
    private IReadOnlyList<ushort> _unrecognizedExtensions = [];
    private long _reports;

    /// <summary>The reports that failed; those that were taken have no entry.</summary>
    public IReadOnlyList<ReportUploadStatus> Statuses => _statuses;

    /// <summary>About how many bytes they occupy.</summary>
    public long Bytes => (long)_statuses.Count * StatusBytes;

    /// <summary>Counts one report, and remembers why it is refused.</summary>
    public void Add(ReportId id, ReportError? error, IReadOnlyList<ushort> unrecognizedExtensions)
    {
        _reports++;
        if (error is { } refused)
        {
            _statuses.Add(new ReportUploadStatus(id, refused));
            _unrecognizedExtensions = unrecognizedExtensions;
        }
    }

    /// <summary>Aborts when the only report has unrecognized extensions; among others it is refused alone.</summary>
    /// <exception cref="DapProblemException"><c>unsupportedExtension</c>, with the code points.</exception>
    public void ThrowIfUnsupported()
    {
        if (_reports == 1 && _unrecognizedExtensions.Count > 0)
        {
            string codePoints = string.Join(", ", _unrecognizedExtensions);
            throw new DapProblemException(
                DapProblemType.UnsupportedExtension,
                $"the report has extensions that are not supported here ({codePoints}); upload it without them",
                task.Id)
            {
                UnsupportedExtensions = _unrecognizedExtensions,
            };
        }
    }
}
