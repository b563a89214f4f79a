using Janus.Host.Configuration;
using Npgsql;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Compact;
using Serilog.Sinks.SystemConsole.Themes;

namespace Janus.Host.Hosting;

/// <summary>Logs to the console, and traces and metrics over OTLP where that is wanted.</summary>
internal static class Observability
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string LineTemplate = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}";

    private static readonly string[] QuietSources = ["Microsoft", "System", "Npgsql", "Grpc"];

    /// <summary>Creates the process's logger.</summary>
    public static Logger CreateLogger(LogOptions options)
    {
        LoggerConfiguration configuration = new LoggerConfiguration().MinimumLevel.Is(options.Level).Enrich.FromLogContext();
        foreach (string source in QuietSources)
        {
            configuration.MinimumLevel.Override(source, (LogEventLevel)Math.Max((int)options.Level, (int)LogEventLevel.Warning));
        }
        // What fails is thrown, and reported by whoever knows what it means.
        configuration.MinimumLevel.Override("Microsoft.EntityFrameworkCore", LogEventLevel.Fatal).Filter.ByExcluding(IsStartupFailure);
        foreach ((string source, LogEventLevel level) in options.Levels)
        {
            configuration.MinimumLevel.Override(source, level);
        }

        bool text = options.Format == LogOptions.LineFormat.Text || (options.Format == LogOptions.LineFormat.Auto && !Console.IsOutputRedirected);
        return text
            ? configuration.WriteTo.Console(outputTemplate: LineTemplate, formatProvider: System.Globalization.CultureInfo.InvariantCulture, theme: AnsiConsoleTheme.Literate).CreateLogger()
            : configuration.WriteTo.Console(new RenderedCompactJsonFormatter()).CreateLogger();
    }

    /// <summary>Adds the OTLP export of traces and metrics if an endpoint is configured.</summary>
    public static void AddTelemetry(IServiceCollection services, TelemetryOptions options)
    {
        if (options.OtlpEndpoint is null && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(EndpointVariable)))
        {
            return;
        }

        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(options.ServiceName))
            .WithTracing(tracing => tracing
                .AddSource("Janus.*")
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddNpgsql()
                .AddOtlpExporter(exporter => Configure(exporter, options)))
            .WithMetrics(metrics => metrics
                .AddMeter("Janus.*")
                .AddMeter("Npgsql")
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddOtlpExporter(exporter => Configure(exporter, options)));
    }

    private static bool IsStartupFailure(LogEvent log) =>
        log.Properties.TryGetValue("EventId", out LogEventPropertyValue? id) && id.ToString().Contains("HostedServiceStartupFaulted", StringComparison.Ordinal);

    private static void Configure(OtlpExporterOptions exporter, TelemetryOptions options)
    {
        if (options.OtlpEndpoint is null)
        {
            return;
        }

        exporter.Endpoint = options.OtlpEndpoint;
        exporter.Protocol = options.OtlpProtocol;
    }
}
