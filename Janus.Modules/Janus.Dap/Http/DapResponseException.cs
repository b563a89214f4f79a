using System.Globalization;
using System.Net;
using Janus.Codec;

namespace Janus.Dap;

/// <summary>
/// An Aggregator refused a request, or its answer is not what the protocol asks for: DAP §3.6 (errors).
/// </summary>
/// <remarks>The message names the resource, and quotes what the Aggregator says.</remarks>
public sealed class DapResponseException : Exception
{
    /// <summary>The Aggregator refused the request with an error status and, perhaps, a problem document.</summary>
    /// <param name="resource">What was asked for.</param>
    /// <param name="status">The status of the answer.</param>
    /// <param name="problem">The problem document, if the answer was one.</param>
    public DapResponseException(Uri resource, HttpStatusCode status, DapProblem? problem)
        : base(Describe(resource, status, problem))
    {
        Resource = resource;
        Status = status;
        Problem = problem;
    }

    /// <summary>The answer is not one that the protocol allows.</summary>
    /// <param name="resource">What was asked for.</param>
    /// <param name="status">The status of the answer.</param>
    /// <param name="message">A lower-case sentence that tells what was expected.</param>
    /// <param name="innerException">What led to it.</param>
    public DapResponseException(Uri resource, HttpStatusCode status, string message, Exception? innerException = null)
        : base($"{Quote.Of(resource)}: {message}", innerException)
    {
        Resource = resource;
        Status = status;
    }

    /// <summary>What was asked for.</summary>
    public Uri Resource { get; }

    /// <summary>Whether the answer is of the right kind, but longer than the resource can be.</summary>
    public bool IsTooLong { get; init; }

    /// <summary>The status code of the answer.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>The problem document, if the answer was one.</summary>
    public DapProblem? Problem { get; }

    /// <summary>The wait that <c>Retry-After</c> asks for.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>How far the Aggregator's clock is ahead of ours, by its <c>Date</c> header; negative when it is behind.</summary>
    public TimeSpan? ClockSkew { get; init; }

    /// <summary>The resource that the <c>Location</c> of a successful answer names, on the server that answered.</summary>
    public Uri? Location { get; init; }

    /// <summary>The type of the problem, or <see langword="null"/> when it is not one of DAP's.</summary>
    public DapProblemType? Type => Problem?.DapType;

    /// <summary>What the Aggregator says went wrong this time.</summary>
    public string? Detail => Problem?.Detail;

    private static string Describe(Uri resource, HttpStatusCode status, DapProblem? problem) =>
        $"{Quote.Of(resource)} answered {InWords(status)}{(problem is null ? " without a problem document" : problem.InWords())}";

    // "401 Unauthorized".
    private static string InWords(HttpStatusCode status)
    {
        string number = ((int)status).ToString(CultureInfo.InvariantCulture);
        string? name = Enum.IsDefined(status) ? status.ToString() : null;
        return name is null
            ? number
            : $"{number} {string.Concat(name.Select((letter, i) => i > 0 && char.IsUpper(letter) && !char.IsUpper(name[i - 1]) ? $" {letter}" : letter.ToString()))}";
    }
}
