using System.ComponentModel.DataAnnotations;
using Janus.Codec;
using OpenTelemetry.Exporter;

namespace Janus.Host.Configuration;

/// <summary>Where traces, metrics and logs go over OTLP.</summary>
internal sealed class TelemetryOptions : IValidatableObject
{
    /// <summary>The OTLP endpoint; empty leaves the export off unless <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
    public Uri? OtlpEndpoint { get; set; }

    /// <summary>The OTLP protocol: <c>grpc</c> or <c>http-protobuf</c>.</summary>
    public OtlpExportProtocol OtlpProtocol { get; set; } = OtlpExportProtocol.Grpc;

    /// <summary>Headers of the requests to <see cref="OtlpEndpoint"/>, such as a key. Secret.</summary>
    public IReadOnlyDictionary<string, string> OtlpHeaders { get; set; } = new Dictionary<string, string>();

    /// <summary>The name this process goes by; empty leaves it to <c>OTEL_SERVICE_NAME</c>, or else <c>janus</c>.</summary>
    public string? ServiceName { get; set; }

    /// <summary>What else is told of this process with everything that is exported, such as <c>deployment.environment.name</c>.</summary>
    public IReadOnlyDictionary<string, string> ResourceAttributes { get; set; } = new Dictionary<string, string>();

    /// <summary>
    /// Which part of all traces is exported, from 0 to 1; decided by the trace ID alone, so that a Leader and a Helper with
    /// the same ratio export the same traces. At 1, <c>OTEL_TRACES_SAMPLER</c> may say otherwise.
    /// </summary>
    [Range(0.0, 1.0, ErrorMessage = "expected between {1} and {2}")]
    public double SamplingRatio { get; set; } = 1;

    /// <summary>How often what waits in the database is looked at, for the metrics <c>janus.backlog.*</c>; 0s: never.</summary>
    public TimeSpan BacklogInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <inheritdoc />
    public override string ToString() => nameof(TelemetryOptions);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (OtlpHeaders.Count > 0 && OtlpEndpoint is null)
        {
            yield return new ValidationResult("headers are for OtlpEndpoint, which is empty; give it too, or use OTEL_EXPORTER_OTLP_HEADERS", [nameof(OtlpHeaders)]);
        }

        foreach (string name in OtlpHeaders.Where(header => header.Key.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_' or '.')) || header.Value.Any(letter => letter == ',' || char.IsControl(letter))).Select(header => header.Key))
        {
            yield return new ValidationResult($"{Quote.Of(name)} is not the name of a header, or its value has a comma or more than one line, which cannot be sent", [nameof(OtlpHeaders)]);
        }

        if (BacklogInterval != TimeSpan.Zero && (BacklogInterval < TimeSpan.FromSeconds(1) || BacklogInterval > TimeSpan.FromHours(1)))
        {
            yield return new ValidationResult("expected 0s, or between 1s and 1h", [nameof(BacklogInterval)]);
        }
    }
}
