using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

/// <summary>Turns everything that aborts a request into a problem document, in one place: DAP §3.6 (errors), RFC 9457.</summary>
internal sealed partial class ProblemMiddleware
{
    private readonly RequestDelegate _next;
    private readonly ILogger<ProblemMiddleware> _logger;

    public ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
    {
        _next = next;
        _logger = logger;
    }

    /// <summary>Runs the rest of the pipeline and answers for what it throws.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await _next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            LogAborted(context.Request.Method);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            (DapProblem problem, TimeSpan? retryAfter) = Describe(context, exception);
            await WriteAsync(context, problem, retryAfter);
        }
    }

    private (DapProblem Problem, TimeSpan? RetryAfter) Describe(HttpContext context, Exception exception)
    {
        TaskId? taskId = TaskId.TryParse(context.Request.RouteValues[DapRoute.TaskId] as string, out TaskId id) ? id : null;
        switch (exception)
        {
            case DapProblemException dap:
                LogRefused(dap.Type.Token, dap.Detail);
                return (dap.ToProblem() with { TaskId = (dap.TaskId ?? taskId)?.ToString() }, null);
            case DecodeException decode:
                LogRefused(DapProblemType.InvalidMessage.Token, decode.Message);
                return (new DapProblemException(DapProblemType.InvalidMessage, decode.Message, taskId).ToProblem(), null);
            case HttpProblemException http:
                LogRefused(http.Title, http.Message);
                return (ProblemOf((int)http.Status, http.Title, http.Message, taskId) with { Type = http.Type }, http.RetryAfter);
            case BadHttpRequestException bad:
                LogRefused("bad request", bad.Message);
                return (ProblemOf(bad.StatusCode, "the HTTP request cannot be taken", LowerFirst(bad.Message), taskId), null);
            default:
                LogFailed(context.Request.Method, exception);
                return (ProblemOf(StatusCodes.Status500InternalServerError, "the server failed", "the server failed to handle the request; try again later", taskId), null);
        }
    }

    private static DapProblem ProblemOf(int status, string title, string detail, TaskId? taskId) =>
        new() { Type = "about:blank", Title = title, Status = status, Detail = detail, TaskId = taskId?.ToString() };

    private static string LowerFirst(string text) => text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];

    private static async Task WriteAsync(HttpContext context, DapProblem problem, TimeSpan? retryAfter)
    {
        HttpResponse response = context.Response;
        response.Clear();
        response.StatusCode = problem.Status ?? StatusCodes.Status500InternalServerError;
        response.ContentType = DapMediaType.Problem;
        if (retryAfter is { } delay)
        {
            response.Headers.RetryAfter = RetryAfter.Format(delay);
        }

        if (response.StatusCode == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        byte[] body = problem.ToJson();
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} request aborted by the peer")]
    private partial void LogAborted(string method);

    [LoggerMessage(Level = LogLevel.Information, Message = "request refused: {Problem}: {Detail}")]
    private partial void LogRefused(string problem, string detail);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} request failed")]
    private partial void LogFailed(string method, Exception exception);
}
