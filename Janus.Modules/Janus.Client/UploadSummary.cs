using System.Text;
using Janus.Dap;
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

    /// <summary>
    /// The numbers and the reasons in one line for people, such as <c>2 reports accepted, 1 refused: 1 with report_replayed (already
    /// uploaded, or its interval has been collected)</c>.
    /// </summary>
    public override string ToString()
    {
        StringBuilder text = new();
        text.Append($"{Plural.Of(Accepted, "report")} accepted");
        if (Invalid > 0)
        {
            text.Append($", {Plural.Of(Invalid, "measurement")} not valid");
        }

        if (Refused > 0)
        {
            IEnumerable<string> reasons = Errors.OrderByDescending(error => error.Value).Select(error => $"{error.Value} with {error.Key.Name()} ({error.Key.Explain()})");
            text.Append($", {Refused} refused: {string.Join("; ", reasons)}");
        }

        return text.ToString();
    }
}
