namespace Janus.Aggregator;

/// <summary>The peer could not be reached or asked us to come back later: the same request may succeed another time.</summary>
internal sealed class PeerUnavailableException : Exception
{
    public PeerUnavailableException(string message, TimeSpan? retryAfter = null, Exception? inner = null)
        : base(message, inner) => RetryAfter = retryAfter;

    /// <summary>How long the peer asked us to wait.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>The resource that an unusable answer names, on the peer's server.</summary>
    public Uri? Location { get; init; }

    /// <summary>Whether an unusable answer arrived as long as it was announced.</summary>
    public bool IsComplete { get; init; }
}
