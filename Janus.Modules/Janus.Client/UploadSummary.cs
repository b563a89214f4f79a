using Janus.Messages;

namespace Janus.Client;

/// <summary>What became of a bulk upload.</summary>
/// <param name="Accepted">How many reports the Leader has taken.</param>
/// <param name="Refused">How many reports the Leader has refused.</param>
/// <param name="Invalid">How many measurements the VDAF does not accept.</param>
/// <param name="Errors">How many reports were refused for each reason.</param>
/// <param name="Failures">The first of the measurements that were not accepted, at most <see cref="MaximumFailures"/>.</param>
public sealed record UploadSummary(
    long Accepted,
    long Refused,
    long Invalid,
    IReadOnlyDictionary<ReportError, long> Errors,
    IReadOnlyList<ReportOutcome> Failures)
{
    /// <summary>How many failures are listed at most.</summary>
    public const int MaximumFailures = 1000;

    /// <summary>Whether the Leader has taken a report for every measurement.</summary>
    public bool IsComplete => Refused == 0 && Invalid == 0;
}
