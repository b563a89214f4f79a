using System.Net;

namespace Janus.Dap;

/// <summary>
/// An Aggregator refused a request, or its answer is not what the protocol asks for: DAP §3.6 (errors).
/// </summary>
public sealed class DapResponseException : Exception
{
    /// <summary>The Aggregator refused the request with an error status and, perhaps, a problem document.</summary>
    public DapResponseException(HttpStatusCode status, DapProblem? problem)
        : base(Describe(status, problem))
    {
        Status = status;
        Problem = problem;
    }

    /// <summary>The answer is not one that the protocol allows.</summary>
    /// <param name="status">The status of the answer.</param>
    /// <param name="message">A lower-case sentence that tells what was expected.</param>
    /// <param name="innerException">What led to it.</param>
    public DapResponseException(HttpStatusCode status, string message, Exception? innerException = null)
        : base(message, innerException) => Status = status;

    /// <summary>Whether the answer is of the right kind, but longer than the resource can be.</summary>
    public bool IsTooLong { get; init; }

    /// <summary>The status code of the answer.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>The problem document, if the answer was one.</summary>
    public DapProblem? Problem { get; }

    /// <summary>The wait that <c>Retry-After</c> asks for.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The resource that the <c>Location</c> of a successful answer names, on the server that answered.</summary>
    public Uri? Location { get; init; }

    /// <summary>The type of the problem, or <see langword="null"/> when it is not one of DAP's.</summary>
    public DapProblemType? Type => Problem?.DapType;

    /// <summary>What the Aggregator says went wrong this time.</summary>
    public string? Detail => Problem?.Detail;

    private static string Describe(HttpStatusCode status, DapProblem? problem) => problem is null
        ? $"the aggregator answered {(int)status} without a problem document"
        : $"the aggregator answered {(int)status}: {problem.DapType?.Token ?? problem.Type ?? "about:blank"}: {problem.Detail ?? problem.Title}";
}
