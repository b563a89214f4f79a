using System.ComponentModel.DataAnnotations;
using OpenTelemetry.Exporter;

namespace Janus.Host.Configuration;

/// <summary>Where traces and metrics go.</summary>
internal sealed class TelemetryOptions
{
    /// <summary>The OTLP endpoint; empty leaves the export off unless <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
    public Uri? OtlpEndpoint { get; set; }

    /// <summary>The OTLP protocol: <c>grpc</c> or <c>http-protobuf</c>.</summary>
    public OtlpExportProtocol OtlpProtocol { get; set; } = OtlpExportProtocol.Grpc;

    /// <summary>The name this process goes by.</summary>
    [Required]
    public string ServiceName { get; set; } = "janus";
}
