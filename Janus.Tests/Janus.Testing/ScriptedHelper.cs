using System.Collections.Concurrent;
using System.Net;
using Janus.Dap;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Janus.Testing;

/// <summary>
/// A web server in front of a real Helper that the Leader takes for it. It records every request and passes it on,
/// unless the test has put another behaviour in its place.
/// </summary>
public sealed class ScriptedHelper : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<ScriptedRequest> _requests = [];
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });
    private Uri? _helper;
    private Func<ScriptedRequest, HttpContext, Task<bool>>? _script;

    private ScriptedHelper(WebApplication application) => _application = application;

    /// <summary>Where the Leader finds it.</summary>
    public Uri Endpoint => new(_application.Urls.Single() + "/");

    /// <summary>Everything the Leader has asked.</summary>
    public IReadOnlyList<ScriptedRequest> Requests => [.. _requests];

    /// <summary>Starts the server; <see cref="PassTo"/> tells it where the Helper is.</summary>
    public static async Task<ScriptedHelper> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "ScriptedHelper" });
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        WebApplication application = builder.Build();
        ScriptedHelper helper = new(application);
        application.Run(helper.HandleAsync);
        await application.StartAsync();
        return helper;
    }

    /// <summary>Names the Helper behind this one.</summary>
    public void PassTo(Uri helper) => _helper = helper;

    /// <summary>Forgets the requests and the script.</summary>
    public void Reset()
    {
        _requests.Clear();
        _script = null;
    }

    /// <summary>
    /// Puts a behaviour before the Helper. It returns true when it has answered; with false the request goes on to
    /// the Helper.
    /// </summary>
    public void Script(Func<ScriptedRequest, HttpContext, Task<bool>> script) => _script = script;

    /// <summary>Answers the first requests that <paramref name="matches"/> selects with these behaviours, one each.</summary>
    public void ScriptFirst(Func<ScriptedRequest, bool> matches, params Func<ScriptedRequest, HttpContext, Task<bool>>[] behaviours)
    {
        ConcurrentQueue<Func<ScriptedRequest, HttpContext, Task<bool>>> queue = new(behaviours);
        Script((request, context) => matches(request) && queue.TryDequeue(out var behaviour)
            ? behaviour(request, context)
            : Task.FromResult(false));
    }

    /// <summary>Answers with a status and nothing else.</summary>
    public static Func<ScriptedRequest, HttpContext, Task<bool>> Status(HttpStatusCode status) => (_, context) =>
    {
        context.Response.StatusCode = (int)status;
        return Task.FromResult(true);
    };

    /// <summary>Answers with a DAP problem document.</summary>
    public static Func<ScriptedRequest, HttpContext, Task<bool>> Problem(DapProblemType type, string detail) => async (_, context) =>
    {
        context.Response.StatusCode = (int)type.Status;
        context.Response.ContentType = DapMediaType.Problem;
        await context.Response.Body.WriteAsync(new DapProblemException(type, detail).ToProblem().ToJson());
        return true;
    };

    /// <summary>Answers 200 with these bytes.</summary>
    public static Func<ScriptedRequest, HttpContext, Task<bool>> Answer(string? mediaType, byte[] body) => async (_, context) =>
    {
        context.Response.ContentType = mediaType;
        await context.Response.Body.WriteAsync(body);
        return true;
    };

    /// <summary>Lets the Helper work and changes its answer.</summary>
    public Func<ScriptedRequest, HttpContext, Task<bool>> Change(Func<HttpAnswer, HttpContext, Task> change) => async (request, context) =>
    {
        await change(await ForwardAsync(request), context);
        return true;
    };

    /// <summary>Lets the Helper work and loses its answer.</summary>
    public Func<ScriptedRequest, HttpContext, Task<bool>> LoseAnswer() => Change((_, context) =>
    {
        context.Abort();
        return Task.CompletedTask;
    });

    /// <summary>Lets the Helper work and passes its answer on after a while.</summary>
    public Func<ScriptedRequest, HttpContext, Task<bool>> Delay(TimeSpan delay) => Change(async (answer, context) =>
    {
        await Task.Delay(delay);
        await WriteAsync(answer, context);
    });

    /// <summary>Lets the Helper work, passes on the headers and half of the body, and then nothing more until the Leader gives up.</summary>
    public Func<ScriptedRequest, HttpContext, Task<bool>> StallHalfway() => Change(async (answer, context) =>
    {
        context.Response.StatusCode = (int)answer.Status;
        context.Response.ContentType = answer.ContentType;
        context.Response.ContentLength = answer.Body.Length;
        await context.Response.Body.WriteAsync(answer.Body.AsMemory(0, answer.Body.Length / 2));
        await context.Response.Body.FlushAsync();
        await Task.Delay(TimeSpan.FromMinutes(1), context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
    });

    /// <summary>Passes an answer on.</summary>
    public static async Task WriteAsync(HttpAnswer answer, HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentNullException.ThrowIfNull(context);
        context.Response.StatusCode = (int)answer.Status;
        context.Response.ContentType = answer.ContentType;
        context.Response.Headers.Location = answer.Location;
        context.Response.Headers.RetryAfter = answer.RetryAfter;
        await context.Response.Body.WriteAsync(answer.Body);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(2));
        await _application.StopAsync(limit.Token);
        await _application.DisposeAsync();
        _client.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body);
        ScriptedRequest request = new(
            context.Request.Method, context.Request.Path, context.Request.ContentType, context.Request.Headers.Authorization, body.ToArray())
        {
            Query = context.Request.QueryString.Value ?? "",
            Taskprov = context.Request.Headers[TaskprovHeader.Name],
        };
        _requests.Enqueue(request);
        if (_script is not { } script || !await script(request, context))
        {
            await WriteAsync(await ForwardAsync(request), context);
        }
    }

    private async Task<HttpAnswer> ForwardAsync(ScriptedRequest request)
    {
        using HttpRequestMessage message = new(new HttpMethod(request.Method), new Uri(_helper!, request.Path + request.Query))
        {
            Content = request.Body.Length == 0 ? null : new ByteArrayContent(request.Body),
        };
        message.Content?.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        message.Headers.TryAddWithoutValidation("Authorization", request.Authorization);
        if (request.Taskprov is { } taskprov)
        {
            message.Headers.TryAddWithoutValidation(TaskprovHeader.Name, taskprov);
        }

        using HttpResponseMessage response = await _client.SendAsync(message);
        return await HttpAnswer.ReadAsync(response);
    }
}
