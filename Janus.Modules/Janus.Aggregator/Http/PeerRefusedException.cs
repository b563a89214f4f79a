using Janus.Dap;

namespace Janus.Aggregator;

/// <summary>The peer refused a request for good, with one of DAP's errors.</summary>
internal sealed class PeerRefusedException(DapProblemType type, string detail) : Exception($"the Helper refused: {type}: {detail}")
{
    /// <summary>The error.</summary>
    public DapProblemType Type { get; } = type;

    /// <summary>What the peer says went wrong.</summary>
    public string Detail { get; } = detail;
}
