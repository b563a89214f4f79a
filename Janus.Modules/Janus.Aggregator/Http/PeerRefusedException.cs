using Janus.Dap;

namespace Janus.Aggregator;

/// <summary>The peer refused a request for good, with an error of DAP's namespace.</summary>
internal sealed class PeerRefusedException(string urn, string detail) : Exception($"the Helper refused: {DapProblemType.FromUrn(urn)?.Token ?? urn}: {detail}")
{
    /// <summary>The error as the peer names it, perhaps one that was registered after we were built.</summary>
    public string Urn { get; } = urn;

    /// <summary>The error, if it is one that we know.</summary>
    public DapProblemType? Type { get; } = DapProblemType.FromUrn(urn);

    /// <summary>What the peer says went wrong.</summary>
    public string Detail { get; } = detail;
}
