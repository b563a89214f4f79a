using Janus.Dap;

namespace Janus.Aggregator;

/// <summary>The peer refused a request for good, with an error of DAP's namespace.</summary>
/// <param name="problem">The document that says so.</param>
/// <param name="reason">The refusal in words, with the resource.</param>
internal sealed class PeerRefusedException(DapProblem problem, string reason) : Exception(reason)
{
    /// <summary>The error as the peer names it, perhaps one that was registered after we were built.</summary>
    public string Urn { get; } = problem.Type!;

    /// <summary>The error, if it is one that we know.</summary>
    public DapProblemType? Type { get; } = problem.DapType;

    /// <summary>What the peer says went wrong.</summary>
    public string Detail { get; } = problem.Detail ?? problem.DapType?.Title ?? "the Helper does not tell more";
}
