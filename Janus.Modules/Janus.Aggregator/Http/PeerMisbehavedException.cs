namespace Janus.Aggregator;

/// <summary>The peer's answer breaks the protocol: the same request is unlikely to get a better one.</summary>
internal sealed class PeerMisbehavedException(string message) : Exception(message);
