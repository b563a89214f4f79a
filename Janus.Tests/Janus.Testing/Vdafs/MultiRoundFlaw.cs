namespace Janus.Testing;

/// <summary>How a report that was made to be rejected shows its flaw in its round.</summary>
public enum MultiRoundFlaw
{
    /// <summary>The report is valid.</summary>
    None,

    /// <summary>The verifier shares of both sides tell it, so that whoever combines them rejects the report.</summary>
    VerifierShares,

    /// <summary>The Leader alone sees it, when it takes the verifier message.</summary>
    Leader,

    /// <summary>The Helper alone sees it, when it takes the verifier message.</summary>
    Helper,
}
