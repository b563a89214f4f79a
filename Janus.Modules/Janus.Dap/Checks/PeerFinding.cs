namespace Janus.Dap;

/// <summary>What one check of a peer has found.</summary>
/// <param name="Check">What was checked, in a word or two.</param>
/// <param name="Outcome">How it went.</param>
/// <param name="Finding">What was found.</param>
/// <param name="Remedy">What to do about it; <see langword="null"/> when nothing is to be done.</param>
public sealed record PeerFinding(string Check, CheckOutcome Outcome, string Finding, string? Remedy = null)
{
    /// <summary>A check that went well.</summary>
    public static PeerFinding Ok(string check, string finding) => new(check, CheckOutcome.Ok, finding);

    /// <summary>A check that went wrong.</summary>
    public static PeerFinding Failed(string check, string finding, string remedy) => new(check, CheckOutcome.Failed, finding, remedy);

    /// <summary>What cannot be told.</summary>
    public static PeerFinding Unknown(string check, string finding, string? remedy = null) => new(check, CheckOutcome.Unknown, finding, remedy);
}
