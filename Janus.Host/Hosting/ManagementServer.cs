using Janus.Aggregator;
using Janus.Host.Configuration;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;
using Serilog.Events;

namespace Janus.Host.Hosting;

/// <summary>
/// The management listener: <c>/metrics</c> for Prometheus, <c>/healthz</c>, <c>/readyz</c> and <c>/log-level</c>.
/// </summary>
/// <remarks>
/// A web server of its own: nothing of it can be reached where the protocol is served, and a flood of uploads takes none of
/// its connections. It starts before the workers do and stops after them. <see cref="ManagementAccess"/> keeps web pages out.
/// </remarks>
internal sealed partial class ManagementServer : IHostedService, IAsyncDisposable
{
    private const int MaximumConnections = 64;

    private readonly ManagementOptions _options;
    private readonly LogLevels _levels;
    private readonly HealthCheckService _health;
    private readonly MeterProvider _meters;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger<ManagementServer> _logger;
    private WebApplication? _application;

    public ManagementServer(
        ManagementOptions options, LogLevels levels, HealthCheckService health, MeterProvider meters, ILoggerFactory loggers, ILogger<ManagementServer> logger)
    {
        _options = options;
        _levels = levels;
        _health = health;
        _meters = meters;
        _loggers = loggers;
        _logger = logger;
    }

    /// <summary>Where it listens, once it does.</summary>
    public IReadOnlyCollection<string> Addresses =>
        _application is null ? [] : [.. _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Janus" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenOn(_options.Listen);
        });
        builder.Services.AddSingleton(new ConnectionLimit(MaximumConnections, () => { }));
        builder.Services.AddSingleton(_loggers);
        builder.Services.AddRouting();
        builder.Services.AddSingleton(_health);
        builder.Services.AddSingleton<IHostLifetime, JanusApplication.SilentLifetime>();
        _application = builder.Build();
        ManagementAccess access = new(_options);
        _application.Use(access.InvokeAsync);
        _application.UseRouting();
        _application.MapPrometheusScrapingEndpoint("/metrics", _meters, configureBranchedPipeline: null, optionsName: null).DisableHttpMetrics();
        _application.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = _ => false }).DisableHttpMetrics();
        _application.MapHealthChecks("/readyz", new HealthCheckOptions { ResponseWriter = JanusApplication.WriteReadinessAsync }).DisableHttpMetrics();
        _application.MapLogLevel(_levels);
        _levels.Changed += OnChanged;
        await _application.StartAsync(cancellationToken);
        LogListening(Addresses);
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _levels.Changed -= OnChanged;
        return _application?.StopAsync(cancellationToken) ?? Task.CompletedTask;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _application?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void OnChanged(string source, LogEventLevel level, DateTimeOffset? until)
    {
        string sources = source == LogLevels.Everything ? "everything" : source;
        if (until is { } end)
        {
            LogChangedUntil(sources, level, end);
        }
        else
        {
            LogChanged(sources, level);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Management on {Addresses}: /metrics, /healthz, /readyz and /log-level")]
    private partial void LogListening(IReadOnlyCollection<string> addresses);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The log level of {Source} is {Level} from now on")]
    private partial void LogChanged(string source, LogEventLevel level);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The log level of {Source} is {Level} until {Until}")]
    private partial void LogChangedUntil(string source, LogEventLevel level, DateTimeOffset until);
}
