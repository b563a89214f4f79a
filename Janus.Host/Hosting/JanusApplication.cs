using System.Text.Json;
using Janus.Aggregator;
using Janus.Datastore;
using Janus.Host.Configuration;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Janus.Host.Hosting;

/// <summary>Puts the modules together to one web application.</summary>
internal static class JanusApplication
{
    private const int ReadAhead = 256 << 10;
    private const int StreamsPerConnection = 32;
    private const double BytesPerSecond = 240;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(130);

    /// <summary>Builds the application that runs the roles of <paramref name="options"/> on <paramref name="database"/>.</summary>
    public static WebApplication Build(JanusOptions options, OpenedDatabase database)
    {
        // Nothing but what is named here is configured: no configuration files, no environment, no watchers.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Janus" });
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            Limit(kestrel);
            kestrel.ListenOn(options.Http.Urls());
        });
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Http.ShutdownTimeout);
        builder.Services.AddRouting();
        builder.Services.AddHealthChecks().AddCheck<DatabaseHealthCheck>("database");
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Configuration.AddInMemoryCollection(Observability.StandardVariables());
        Observability.Add(builder.Services, options);
        AddModules(builder.Services, options, database);
        if (options.Http.CertificateFile is { } certificate)
        {
            builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<ServerCertificate>(services, certificate, options.Http.ClientCertificates));
            builder.Services.AddHostedService(services => services.GetRequiredService<ServerCertificate>());
        }

        WebApplication application = builder.Build();
        application.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = _ => false });
        application.MapHealthChecks("/readyz", new HealthCheckOptions { ResponseWriter = WriteReadinessAsync });
        MapModules(application, options);
        return application;
    }

    private static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        // What is read ahead of a handler: all connections together stay within a gigabyte by default.
        kestrel.Limits.MaxRequestBufferSize = ReadAhead;
        // HTTP/2, which is spoken over TLS, has limits of its own: for all streams of a connection together, and for each.
        kestrel.Limits.Http2.InitialConnectionWindowSize = ReadAhead;
        kestrel.Limits.Http2.InitialStreamWindowSize = ReadAhead / 2;
        kestrel.Limits.Http2.MaxStreamsPerConnection = StreamsPerConnection;
        // Below it nobody waits, whatever else is going on; a slow line has a multiple of it.
        kestrel.Limits.MinRequestBodyDataRate = kestrel.Limits.MinResponseDataRate = new MinDataRate(BytesPerSecond, Grace);
        kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
        kestrel.Limits.KeepAliveTimeout = KeepAlive;
    }

    private static void AddModules(IServiceCollection services, JanusOptions options, OpenedDatabase database)
    {
        services.AddJanusDatastore(database.Configure);
        services.AddSingleton(Options.Create(options.Aggregator));
        services.AddJanusAggregator(options.AggregatorRoles);
        services.AddJanusConnectionLimit(options.Http.MaximumConnections);
    }

    private static void MapModules(WebApplication application, JanusOptions options)
    {
        application.UseJanusProblems();
        if (options.AggregatorRoles.HasFlag(AggregatorRoles.Aggregator))
        {
            application.UseCors();
            application.MapJanusAggregator();
        }
    }

    /// <summary>Writes names and states only: a check's exception may name hosts and users.</summary>
    public static Task WriteReadinessAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json";
        var checks = report.Entries.ToDictionary(entry => entry.Key, entry => new { status = entry.Value.Status.ToString(), description = entry.Value.Description });
        return context.Response.WriteAsync(JsonSerializer.Serialize(new { status = report.Status.ToString(), checks }), context.RequestAborted);
    }

    private sealed class DatabaseHealthCheck(DatabaseReadiness readiness) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            await readiness.CheckAsync(cancellationToken) is { } reason
                ? HealthCheckResult.Unhealthy(reason)
                : HealthCheckResult.Healthy("takes writes, schema up to date");
    }

    /// <summary>Signals are turned into cancellation by the command line.</summary>
    internal sealed class SilentLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
