using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

/// <summary>
/// Turns everything that aborts a request, and every error that has no body yet, into a problem document, in one
/// place: DAP §3.6 (errors), RFC 9457.
/// </summary>
internal sealed partial class ProblemMiddleware
{
    // The database may be back at any time, but not everybody is to come back at once.
    private static readonly TimeSpan DatabaseRetryAfter = TimeSpan.FromSeconds(5);

    private readonly RequestDelegate _next;
    private readonly RequestMetrics _metrics;
    private readonly RefusalLog _refusals;
    private readonly ILogger<ProblemMiddleware> _logger;

    public ProblemMiddleware(RequestDelegate next, AggregatorMetrics metrics, RefusalLog refusals, ILogger<ProblemMiddleware> logger)
    {
        _next = next;
        _metrics = metrics.Requests;
        _refusals = refusals;
        _logger = logger;
    }

    /// <summary>Runs the rest of the pipeline and answers for what it throws or leaves without an explanation.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await _next(context);
            if (LacksExplanation(context.Response))
            {
                DapProblem problem = Explain(context);
                _refusals.Refused(context, problem.Title!, problem.Detail!);
                await WriteAsync(context, problem);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            (string method, string path, TaskId? taskId) = (Quote.Line(context.Request.Method), PathOf(context), TaskIdOf(context.Request));
            LogAborted(method, path, taskId);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            (DapProblem problem, TimeSpan? retryAfter) = Describe(context, exception);
            context.Response.Clear();
            if (retryAfter is { } delay)
            {
                context.Response.Headers.RetryAfter = RetryAfter.Format(delay);
            }

            await WriteAsync(context, problem);
        }
    }

    private (DapProblem Problem, TimeSpan? RetryAfter) Describe(HttpContext context, Exception exception)
    {
        TaskId? taskId = TaskIdOf(context.Request);
        switch (exception)
        {
            case DapProblemException dap:
                _refusals.Refused(context, dap.Type.Token, dap.Detail);
                return (dap.ToProblem() with { TaskId = (dap.TaskId ?? taskId)?.ToString() }, null);
            case DecodeException decode:
                _refusals.Refused(context, DapProblemType.InvalidMessage.Token, decode.Message);
                string detail = $"{decode.Message}; check that the sender implements this version of DAP and sent the whole message";
                return (new DapProblemException(DapProblemType.InvalidMessage, detail, taskId).ToProblem(), null);
            case HttpProblemException http:
                _refusals.Refused(context, http.Title, http.Message);
                return (ProblemOf((int)http.Status, http.Title, http.Message, taskId) with { Type = http.Type }, http.RetryAfter);
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } tooLong:
                _refusals.Refused(context, "body too long", tooLong.Message);
                string advice = $"{LowerFirst(tooLong.Message.TrimEnd('.'))}; send less in one request, or raise the limit in the aggregator's configuration";
                return (ProblemOf(tooLong.StatusCode, "the body is too long", advice, taskId), null);
            case BadHttpRequestException bad:
                _refusals.Refused(context, "bad request", bad.Message);
                return (ProblemOf(bad.StatusCode, "the HTTP request cannot be taken", LowerFirst(bad.Message), taskId), null);
            case var failed when DatabaseFailure.Of(failed) is { } failure:
                (string asked, string at) = (Quote.Line(context.Request.Method), PathOf(context));
                LogWithoutDatabase(asked, at, taskId, failure.Reason);
                return (ProblemOf(StatusCodes.Status503ServiceUnavailable, "the server cannot work now", "the aggregator's database is not available; try again later", taskId), DatabaseRetryAfter);
            default:
                (string method, string path) = (Quote.Line(context.Request.Method), PathOf(context));
                LogFailed(method, path, taskId, exception);
                return (ProblemOf(StatusCodes.Status500InternalServerError, "the server failed", "the server failed to handle the request; try again later", taskId), null);
        }
    }

    // Routing answers for paths and methods that it does not know with a status alone.
    private static bool LacksExplanation(HttpResponse response) =>
        response is { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null };

    private static DapProblem Explain(HttpContext context)
    {
        int status = context.Response.StatusCode;
        (string title, string detail) = status switch
        {
            StatusCodes.Status404NotFound => (
                "there is no such resource",
                "expected a path of DAP's resources; check the aggregator's URL in the task configuration"),
            StatusCodes.Status405MethodNotAllowed => (
                "the method is not allowed",
                $"expected one of the methods {context.Response.Headers.Allow} for this resource"),
            _ => ("the HTTP request cannot be taken", ReasonPhrases.GetReasonPhrase(status)),
        };
        return ProblemOf(status, title, detail, TaskIdOf(context.Request));
    }

    private static TaskId? TaskIdOf(HttpRequest request)
    {
        // Routing keeps the values to itself when it refuses a request.
        string? text = request.RouteValues[DapRoute.TaskId] as string
            ?? (request.Path.Value?.Split('/') is [_, "tasks", string segment, ..] ? segment : null);
        return TaskId.TryParse(text, out TaskId id) ? id : null;
    }

    private static string PathOf(HttpContext context) => Quote.Line(context.Request.Path.Value, 120);

    private static DapProblem ProblemOf(int status, string title, string detail, TaskId? taskId) =>
        new() { Type = DapProblem.Blank, Title = title, Status = status, Detail = detail, TaskId = taskId?.ToString() };

    private static string LowerFirst(string text) => text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];

    private async Task WriteAsync(HttpContext context, DapProblem problem)
    {
        _metrics.Problem(context, problem);
        HttpResponse response = context.Response;
        response.StatusCode = problem.Status ?? StatusCodes.Status500InternalServerError;
        response.ContentType = DapMediaType.Problem;
        // An operator mends what is wrong, and no cache knows.
        response.Headers.CacheControl = "no-store";
        if (response.StatusCode == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        if (response.StatusCode == StatusCodes.Status408RequestTimeout && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            // Nothing more of the request is waited for: RFC 9110 §15.5.9.
            response.Headers.Connection = "close";
        }

        byte[] body = problem.ToJson();
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Path} (task {TaskId}) aborted by the peer")]
    private partial void LogAborted(string method, string path, TaskId? taskId);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Path} (task {TaskId}) refused without the database: {Reason}")]
    private partial void LogWithoutDatabase(string method, string path, TaskId? taskId, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} (task {TaskId}) failed")]
    private partial void LogFailed(string method, string path, TaskId? taskId, Exception exception);
}
