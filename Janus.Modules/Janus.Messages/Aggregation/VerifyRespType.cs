namespace Janus.Messages;

/// <summary>How the Helper goes on with a report: DAP §4.5.3.2 (aggregation-helper-init).</summary>
public enum VerifyRespType : byte
{
    /// <summary>A ping-pong message follows.</summary>
    Continue = 0,

    /// <summary>Verification is complete, and there is nothing left to say.</summary>
    Finish = 1,

    /// <summary>The report is rejected.</summary>
    Reject = 2,
}
