namespace Janus.Aggregator;

/// <summary>The peer refused a request for good, with a problem document where it gave one.</summary>
internal sealed class PeerRefusedException(string problemType, string detail)
    : Exception($"the Helper refused: {problemType}: {detail}")
{
    /// <summary>The <c>type</c> of the problem document.</summary>
    public string ProblemType { get; } = problemType;

    /// <summary>The <c>detail</c> of the problem document.</summary>
    public string Detail { get; } = detail;
}
