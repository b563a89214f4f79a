using System.Collections;
using Janus.Aggregator;
using Janus.Host.Configuration;
using Npgsql;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;
using Serilog.Sinks.SystemConsole.Themes;

namespace Janus.Host.Hosting;

/// <summary>Logs to the console; traces, metrics and logs over OTLP where that is wanted; metrics for Prometheus.</summary>
internal static class Observability
{
    private const string LineTemplate = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}";

    // Who asks for these asks often, and is not interesting.
    private static readonly string[] UntracedPaths = ["/metrics", "/healthz", "/readyz", LogLevelEndpoints.Path];

    /// <summary>The variables of the environment that OpenTelemetry's own libraries look at, in the configuration of the host.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> StandardVariables() => Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value))
        .Where(variable => variable.Key.StartsWith("OTEL_", StringComparison.Ordinal));

    /// <summary>Adds the logger, and what is exported where.</summary>
    public static void Add(IServiceCollection services, JanusOptions options)
    {
        bool exportsLogs = Exports(options.Telemetry, "LOGS");
        services.AddSingleton(provider => new LogLevels(options.Log, provider.GetRequiredService<TimeProvider>()));
        services.AddSerilog(
            (provider, logger) => Configure(logger, options.Log, provider.GetRequiredService<LogLevels>()),
            preserveStaticLogger: true,
            writeToProviders: exportsLogs);
        if (exportsLogs)
        {
            services.AddOpenTelemetry().WithLogging(
                logging => logging.AddOtlpExporter(exporter => Configure(exporter, options.Telemetry, "v1/logs")),
                logging => logging.IncludeFormattedMessage = true);
        }

        AddTraces(services, options.Telemetry);
        AddMetrics(services, options);
        services.ConfigureOpenTelemetryResource(options.Telemetry);
    }

    private static void Configure(LoggerConfiguration configuration, LogOptions options, LogLevels levels)
    {
        configuration.Enrich.FromLogContext().Filter.ByExcluding(IsStartupFailure);
        levels.Configure(configuration);
        bool text = options.Format == LogOptions.LineFormat.Text || (options.Format == LogOptions.LineFormat.Auto && !Console.IsOutputRedirected);
        if (text)
        {
            configuration.WriteTo.Console(outputTemplate: LineTemplate, formatProvider: System.Globalization.CultureInfo.InvariantCulture, theme: AnsiConsoleTheme.Literate);
        }
        else
        {
            // With the trace's ID as @tr and the span's as @sp.
            configuration.WriteTo.Console(new RenderedCompactJsonFormatter());
        }
    }

    private static void AddTraces(IServiceCollection services, TelemetryOptions options)
    {
        if (!Exports(options, "TRACES"))
        {
            // Log lines of both aggregators still tell which of them belong together.
            services.AddHostedService<TraceContext>();
            return;
        }

        services.AddOpenTelemetry().WithTracing(tracing =>
        {
            tracing.AddSource("Janus.*")
                .AddAspNetCoreInstrumentation(requests => requests.Filter = context => !UntracedPaths.Contains(context.Request.Path.Value))
                .AddHttpClientInstrumentation()
                .AddNpgsql()
                .AddOtlpExporter(exporter => Configure(exporter, options, "v1/traces"));
            if (options.SamplingRatio < 1 || !IsSet("OTEL_TRACES_SAMPLER"))
            {
                // What a caller wants is not asked: anybody may call.
                TraceIdRatioBasedSampler ours = new(options.SamplingRatio);
                tracing.SetSampler(new ParentBasedSampler(ours, remoteParentSampled: ours, remoteParentNotSampled: ours));
            }
        });
    }

    private static void AddMetrics(IServiceCollection services, JanusOptions options)
    {
        bool scraped = options.Management.Listen.Count > 0;
        bool pushed = Exports(options.Telemetry, "METRICS");
        if (!scraped && !pushed)
        {
            return;
        }

        services.AddOpenTelemetry().WithMetrics(metrics =>
        {
            // System.Runtime also has the process's memory and processor time.
            metrics.AddMeter("Janus.*", "Npgsql", "System.Runtime").AddAspNetCoreInstrumentation().AddHttpClientInstrumentation();
            if (scraped)
            {
                metrics.AddPrometheusExporter();
            }

            if (pushed)
            {
                metrics.AddOtlpExporter(exporter => Configure(exporter, options.Telemetry, "v1/metrics"));
            }
        });
        if (options.Telemetry.BacklogInterval > TimeSpan.Zero)
        {
            services.AddJanusBacklogMetrics(options.Telemetry.BacklogInterval);
        }

        if (scraped)
        {
            services.AddSingleton(options.Management);
            services.AddSingleton<ManagementServer>();
            services.AddHostedService(provider => provider.GetRequiredService<ManagementServer>());
        }
    }

    private static void ConfigureOpenTelemetryResource(this IServiceCollection services, TelemetryOptions options)
    {
        if (!services.Any(service => service.ServiceType == typeof(MeterProvider) || service.ServiceType == typeof(TracerProvider) || service.ServiceType == typeof(LoggerProvider)))
        {
            return;
        }

        services.AddOpenTelemetry().ConfigureResource(resource =>
        {
            string? version = typeof(Observability).Assembly.GetName().Version?.ToString(3);
            resource.AddService(string.IsNullOrEmpty(options.ServiceName) ? "janus" : options.ServiceName, serviceVersion: version);
            if (string.IsNullOrEmpty(options.ServiceName))
            {
                // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES once more, over the default.
                resource.AddEnvironmentVariableDetector();
            }

            resource.AddAttributes(options.ResourceAttributes.Select(attribute => KeyValuePair.Create<string, object>(attribute.Key, attribute.Value)));
        });
    }

    private static bool Exports(TelemetryOptions options, string signal) =>
        !string.Equals(Environment.GetEnvironmentVariable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)
        && (options.OtlpEndpoint is not null || IsSet("OTEL_EXPORTER_OTLP_ENDPOINT") || IsSet($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"));

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));

    private static bool IsStartupFailure(LogEvent log) =>
        log.Properties.TryGetValue("EventId", out LogEventPropertyValue? id) && id.ToString().Contains("HostedServiceStartupFaulted", StringComparison.Ordinal);

    // Without an endpoint of our own, everything is as the standard variables say.
    private static void Configure(OtlpExporterOptions exporter, TelemetryOptions options, string path)
    {
        if (options.OtlpEndpoint is not { } endpoint)
        {
            return;
        }

        exporter.Protocol = options.OtlpProtocol;
        exporter.Endpoint = options.OtlpProtocol == OtlpExportProtocol.HttpProtobuf ? new Uri($"{endpoint.AbsoluteUri.TrimEnd('/')}/{path}") : endpoint;
        if (options.OtlpHeaders.Count > 0)
        {
            exporter.Headers = string.Join(',', options.OtlpHeaders.Select(header => $"{header.Key}={Uri.EscapeDataString(header.Value)}"));
        }
    }
}
