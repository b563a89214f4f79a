using System.Net;
using System.Security.Cryptography;
using Janus.Codec;
using Janus.Dap;
using Janus.Hpke;
using Janus.Messages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Janus.Testing;

/// <summary>
/// A Helper in memory that keeps the protocol, step by step and no further: any VDAF, synchronous or not. What it has
/// committed can be looked at.
/// </summary>
public sealed class PlainHelper : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PlainHelperTask> _tasks = [];
    private readonly HpkeKeyPair _keyPair = HpkeKeyPair.Generate(HpkeConfigs.MandatorySuite.Kem);
    private readonly WebApplication _application;

    private PlainHelper(WebApplication application)
    {
        _application = application;
        HpkeConfig = HpkeConfigs.Create(new HpkeConfigId(31), HpkeConfigs.MandatorySuite, _keyPair);
    }

    /// <summary>Where it serves, with a slash at the end.</summary>
    public Uri Endpoint => new(_application.Urls.Single() + "/");

    /// <summary>What Clients encrypt to.</summary>
    public HpkeConfig HpkeConfig { get; }

    /// <summary>How often each answer is deferred before it is there.</summary>
    public int Deferrals { get; set; }

    /// <summary>What deferred answers say about coming back.</summary>
    public string? RetryAfter { get; set; } = "0";

    /// <summary>Makes the value of <c>Location</c> from the path of the resource, query included.</summary>
    public Func<string, string?> Location { get; set; } = path => path;

    /// <summary>The report errors that it gives out at initialization.</summary>
    public Func<ReportMetadata, ReportError?> Reject { get; set; } = _ => null;

    public static async Task<PlainHelper> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "PlainHelper" });
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        WebApplication application = builder.Build();
        PlainHelper helper = new(application);
        application.Run(helper.HandleAsync);
        await application.StartAsync();
        return helper;
    }

    /// <summary>Back to a synchronous Helper that rejects nothing.</summary>
    public void Reset()
    {
        Deferrals = 0;
        RetryAfter = "0";
        Location = path => path;
        Reject = _ => null;
    }

    public void Add(TestTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        InputShareRecipients recipients = new(DapVersion.Newest, Role.Helper, [(HpkeConfig, _keyPair)]);
        lock (_gate)
        {
            _tasks.Add(task.Id.ToString(), new PlainHelperTask(task, new InputShareOpener(DapVersion.Newest, task.Id, task.Configuration, recipients)));
        }
    }

    /// <summary>The reports of a task whose output shares it has committed.</summary>
    public IReadOnlyCollection<ReportId> Committed(TestTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        lock (_gate)
        {
            return [.. _tasks[task.Id.ToString()].Committed];
        }
    }

    /// <summary>How many aggregation jobs of a task it holds.</summary>
    public int AggregationJobs(TestTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        lock (_gate)
        {
            return _tasks[task.Id.ToString()].Jobs.Count;
        }
    }

    /// <summary>Forgets the aggregation jobs of a task, but not what was committed.</summary>
    public void ForgetJobs(TestTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        lock (_gate)
        {
            _tasks[task.Id.ToString()].Jobs.Clear();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(2));
        await _application.StopAsync(limit.Token);
        await _application.DisposeAsync();
        _keyPair.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body);
        HttpResponse response = context.Response;
        byte[] content;
        try
        {
            lock (_gate)
            {
                content = Answer(context.Request, body.ToArray(), response);
            }
        }
        catch (DapProblemException problem)
        {
            response.StatusCode = (int)problem.Status;
            response.ContentType = DapMediaType.Problem;
            response.Headers.Remove("Location");
            content = problem.ToProblem().ToJson();
        }

        await response.Body.WriteAsync(content);
    }

    private byte[] Answer(HttpRequest request, byte[] body, HttpResponse response)
    {
        string[] path = request.Path.Value!.Trim('/').Split('/');
        if (path is not ["tasks", string taskId, string kind, ..] || !_tasks.TryGetValue(taskId, out PlainHelperTask? task))
        {
            throw new DapProblemException(DapProblemType.UnrecognizedTask, "no such task");
        }

        if (request.Headers.Authorization != $"Bearer {task.Task.AggregatorToken.Secret}")
        {
            response.StatusCode = (int)HttpStatusCode.Unauthorized;
            return [];
        }

        string? id = path.ElementAtOrDefault(3);
        PlainHelperResource? resource = (kind, request.Method, id) switch
        {
            ("aggregation_jobs", "POST", null) => task.Init(body, Reject, Deferrals),
            ("aggregation_jobs", "POST", _) => task.Continue(id, WireMessage.Decode<AggregationJobContinueReq>(body), SHA256.HashData(body), Deferrals),
            ("aggregation_jobs", "GET", not null) => task.Find(id, request.Query["step"]),
            ("aggregation_jobs", "DELETE", not null) => task.Delete(id),
            ("aggregate_shares", "POST", null) => task.Share(body, Deferrals),
            ("aggregate_shares", "GET", not null) => task.FindShare(id),
            ("aggregate_shares", "DELETE", not null) => task.DeleteShare(id),
            _ => throw new DapProblemException(DapProblemType.InvalidMessage, $"{request.Method} of {request.Path}"),
        };
        if (resource is null)
        {
            return [];
        }

        bool isDeferred = resource.DeferralsLeft-- > 0;
        string step = kind == "aggregation_jobs" && isDeferred ? $"?step={resource.Step}" : "";
        response.Headers.Location = Location($"/tasks/{taskId}/{kind}/{resource.Id}{step}");
        if (isDeferred)
        {
            response.Headers.RetryAfter = RetryAfter;
            return [];
        }

        response.ContentType = kind == "aggregation_jobs" ? DapVersion.Newest.MediaTypes.AggregationJobResp : DapVersion.Newest.MediaTypes.AggregateShare;
        return resource.Answer;
    }
}
