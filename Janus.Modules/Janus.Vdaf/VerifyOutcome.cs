namespace Janus.Vdaf;

/// <summary>What became of one report in a step of verification.</summary>
public enum VerifyOutcome
{
    /// <summary>The report was not processed.</summary>
    None,

    /// <summary>The step succeeded and another one follows.</summary>
    Continued,

    /// <summary>Verification is finished: the report is valid and its out share was written.</summary>
    Finished,

    /// <summary>Rejected: the public share is not well-formed.</summary>
    MalformedPublicShare,

    /// <summary>Rejected: the input share is not well-formed.</summary>
    MalformedInputShare,

    /// <summary>Rejected: a verifier share, a verifier message or the message around it is not well-formed.</summary>
    MalformedMessage,

    /// <summary>Rejected: the proof does not hold, so the measurement is not valid.</summary>
    ProofRejected,

    /// <summary>Rejected: the joint randomness is not what the client's public share implies.</summary>
    JointRandRejected,
}
