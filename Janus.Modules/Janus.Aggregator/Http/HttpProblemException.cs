using System.Net;
using Janus.Dap;

namespace Janus.Aggregator;

/// <summary>A request is answered with a status code that DAP has no error type for, such as 401, 415 or 503.</summary>
internal sealed class HttpProblemException(HttpStatusCode status, string title, string detail) : Exception(detail)
{
    /// <summary>The status code.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>What the status means here.</summary>
    public string Title { get; } = title;

    /// <summary>What kind of problem this is, a URI.</summary>
    public string Type { get; init; } = DapProblem.Blank;

    /// <summary>When to try again, for 429 and 503.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// The sender did not present what is accepted for the task. The text is always the same, so that it tells nothing of the task.
    /// </summary>
    public static HttpProblemException Unauthorized() => new(
        HttpStatusCode.Unauthorized,
        "not authenticated",
        "a bearer token of this task expected in the Authorization header, and the client certificate where one is agreed on; "
            + "check that both sides hold the same one and that it is valid at this time");

    /// <summary>The sender, or those it shares a limit with, ask for more than their share.</summary>
    public static HttpProblemException TooMany(string detail, TimeSpan retryAfter) =>
        new(HttpStatusCode.TooManyRequests, "too many requests", detail) { RetryAfter = retryAfter };

    /// <summary>The body comes too slowly while others wait for the memory that it holds.</summary>
    public static HttpProblemException TooSlow(TimeSpan retryAfter) => new(
        HttpStatusCode.RequestTimeout,
        "the request is too slow",
        "the server is busy, and the body of this request arrives more slowly than others; send it again later, or over a faster connection")
    {
        RetryAfter = retryAfter,
    };

    /// <summary>The server cannot take the request now.</summary>
    public static HttpProblemException Unavailable(string detail, TimeSpan retryAfter) =>
        new(HttpStatusCode.ServiceUnavailable, "the server is busy", detail) { RetryAfter = retryAfter };
}
