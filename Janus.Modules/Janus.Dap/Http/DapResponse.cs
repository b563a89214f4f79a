using System.Net;

namespace Janus.Dap;

/// <summary>A successful answer of an Aggregator, read to its end.</summary>
public sealed record DapResponse
{
    /// <summary>What was asked for.</summary>
    public required Uri Resource { get; init; }

    /// <summary>The status code, one of the class 2xx.</summary>
    public required HttpStatusCode Status { get; init; }

    /// <summary>The content; empty also when handling the request is deferred: DAP §3.1.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>
    /// Whether the content is known to have arrived to its end: its length was announced, or its framing marks the end
    /// (chunks, or a stream of HTTP/2). Content that a closing connection ends may have been cut.
    /// </summary>
    public bool IsComplete { get; init; }

    /// <summary>The resource that <c>Location</c> names, on the server that answered.</summary>
    public Uri? Location { get; init; }

    /// <summary>The wait that <c>Retry-After</c> asks for.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>How much longer the content is fresh, where the answer tells: RFC 9111 §4.2.</summary>
    public TimeSpan? Freshness { get; init; }

    /// <summary>Whether an earlier attempt at the same request may have been handled, though its answer did not arrive.</summary>
    public bool MayBeRepeated { get; init; }
}
