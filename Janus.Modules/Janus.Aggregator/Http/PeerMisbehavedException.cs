namespace Janus.Aggregator;

/// <summary>The peer's answer breaks the protocol: the same request is unlikely to get a better one.</summary>
internal sealed class PeerMisbehavedException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>
    /// Whether the draft has the Leader abandon the aggregation job at once: DAP §4.5.3.1 (leader-init), §4.5.4.1
    /// (aggregation-leader-continuation). Otherwise the answer may have been spoilt on its way.
    /// </summary>
    public bool EndsJob { get; init; }

    /// <summary>Whether the answer arrived as long as it was announced, so that it is most likely what the peer sent.</summary>
    public bool IsComplete { get; init; }

    /// <summary>The resource that the answer names, on the peer's server.</summary>
    public Uri? Location { get; init; }
}
