namespace Janus.Aggregator;

/// <summary>The peer's answer breaks the protocol: the job is abandoned, since the same request would get the same answer.</summary>
internal sealed class PeerMisbehavedException(string message) : Exception(message);
