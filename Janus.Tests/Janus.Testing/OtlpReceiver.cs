using System.Collections.Concurrent;
using System.IO.Compression;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Testing;

/// <summary>What collects telemetry over OTLP, in the encoding <c>http/protobuf</c>.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<OtlpRequest> _requests = [];

    private OtlpReceiver(WebApplication application) => _application = application;

    /// <summary>Where it listens.</summary>
    public Uri Endpoint => new(_application.Urls.Single());

    /// <summary>All requests so far.</summary>
    public IReadOnlyCollection<OtlpRequest> Requests => _requests;

    /// <summary>The spans of all requests so far.</summary>
    public IEnumerable<OtlpSpan> Spans => _requests.Where(request => request.Path == "/v1/traces").SelectMany(request => OtlpSpan.ReadAll(request.Body));

    /// <summary>Starts it on a free port.</summary>
    public static async Task<OtlpReceiver> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "collector" });
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        WebApplication application = builder.Build();
        OtlpReceiver receiver = new(application);
        application.Run(receiver.TakeAsync);
        await application.StartAsync();
        return receiver;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context)
    {
        using MemoryStream body = new();
        bool isCompressed = context.Request.Headers.ContentEncoding == "gzip";
        await using Stream content = isCompressed ? new GZipStream(context.Request.Body, CompressionMode.Decompress) : context.Request.Body;
        await content.CopyToAsync(body, context.RequestAborted);
        _requests.Enqueue(new OtlpRequest(
            context.Request.Path, context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray()));
        // An empty message of success.
        context.Response.ContentType = "application/x-protobuf";
    }
}
