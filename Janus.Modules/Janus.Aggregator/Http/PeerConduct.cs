namespace Janus.Aggregator;

/// <summary>What a peer did with a request that it did not answer as asked.</summary>
internal enum PeerConduct
{
    /// <summary>It does not know the resource.</summary>
    Unknown,

    /// <summary>It refused the request for good, with an error of DAP's namespace.</summary>
    Refused,

    /// <summary>It cannot be reached, or asks to come back later.</summary>
    Unavailable,

    /// <summary>It is there, but does not take what we ask about this task until an operator has mended something, such as a token.</summary>
    Unwilling,

    /// <summary>Its answer breaks the protocol.</summary>
    Misbehaved,
}
