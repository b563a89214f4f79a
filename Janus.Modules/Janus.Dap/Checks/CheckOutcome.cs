namespace Janus.Dap;

/// <summary>How a check of a peer went.</summary>
public enum CheckOutcome
{
    /// <summary>It is as it has to be.</summary>
    Ok,

    /// <summary>It is not.</summary>
    Failed,

    /// <summary>It cannot be told from here.</summary>
    Unknown,
}
