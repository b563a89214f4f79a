using Janus.Messages;

namespace Janus.Client;

/// <summary>Counts what happens in a bulk upload and tells who wants to know; safe for concurrent use.</summary>
internal sealed class UploadTally
{
    private readonly Lock _lock = new();
    private readonly IProgress<UploadProgress>? _progress;
    private readonly Dictionary<ReportError, long> _errors = [];
    private readonly List<ReportOutcome> _failures = [];
    private UploadProgress _current;

    public UploadTally(long? total, IProgress<UploadProgress>? progress)
    {
        _progress = progress;
        _current = new UploadProgress(total, 0, 0, 0, 0);
    }

    public void CountSealed()
    {
        lock (_lock)
        {
            _current = _current with { Sealed = _current.Sealed + 1 };
        }
    }

    public void Count(IReadOnlyList<ReportOutcome> outcomes)
    {
        lock (_lock)
        {
            foreach (ReportOutcome outcome in outcomes)
            {
                Count(outcome);
            }

            // Within the lock, so that nobody sees the numbers go down.
            _progress?.Report(_current);
        }
    }

    public UploadSummary Summarize()
    {
        lock (_lock)
        {
            return new UploadSummary(
                _current.Accepted, _current.Refused, _current.Invalid, _errors, [.. _failures.OrderBy(failure => failure.Index)]);
        }
    }

    private void Count(ReportOutcome outcome)
    {
        if (outcome.IsAccepted)
        {
            _current = _current with { Accepted = _current.Accepted + 1 };
            return;
        }

        if (outcome.Error is { } error)
        {
            _current = _current with { Refused = _current.Refused + 1 };
            _errors[error] = _errors.GetValueOrDefault(error) + 1;
        }
        else
        {
            _current = _current with { Invalid = _current.Invalid + 1 };
        }

        if (_failures.Count < UploadSummary.MaximumFailures)
        {
            _failures.Add(outcome);
        }
    }
}
