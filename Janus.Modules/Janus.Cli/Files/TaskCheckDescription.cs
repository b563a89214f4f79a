using System.Text.Json;
using Janus.Dap;

namespace Janus.Cli.Files;

/// <summary>What <c>janus task check</c> has found, as programs read it.</summary>
/// <param name="TaskId">The task ID.</param>
/// <param name="Peer">The URL of the other Aggregator.</param>
/// <param name="Ok">Whether no check has failed.</param>
/// <param name="Checks">The checks.</param>
internal sealed record TaskCheckDescription(string TaskId, string Peer, bool Ok, IReadOnlyList<TaskCheckDescription.Finding> Checks)
{
    /// <summary>Describes what was found.</summary>
    public static TaskCheckDescription Of(PeerCheckSubject subject, IReadOnlyList<PeerFinding> findings) => new(
        subject.TaskId.ToString(),
        subject.PeerEndpoint.ToString(),
        findings.All(finding => finding.Outcome != CheckOutcome.Failed),
        [.. findings.Select(finding => new Finding(finding.Check, JsonNamingPolicy.SnakeCaseLower.ConvertName(finding.Outcome.ToString()), finding.Finding, finding.Remedy))]);

    /// <summary>One check.</summary>
    /// <param name="Check">What was checked.</param>
    /// <param name="Outcome">ok, failed or unknown.</param>
    /// <param name="Found">What was found.</param>
    /// <param name="Remedy">What to do, if anything.</param>
    internal sealed record Finding(string Check, string Outcome, string Found, string? Remedy);
}
