using System.ComponentModel.DataAnnotations;

namespace Janus.Host.Configuration;

/// <summary>The whole configuration of a process: one section for each module.</summary>
internal sealed class JanusOptions : IValidatableObject
{
    /// <summary>What this process does.</summary>
    public IReadOnlyList<ProcessRole> Roles { get; set; } = [ProcessRole.All];

    /// <summary>Where it listens and how it stops.</summary>
    public HttpOptions Http { get; set; } = new();

    /// <summary>Where its database is.</summary>
    public DatabaseOptions Database { get; set; } = new();

    /// <summary>What it logs.</summary>
    public LogOptions Log { get; set; } = new();

    /// <summary>Where its traces and metrics go.</summary>
    public TelemetryOptions Telemetry { get; set; } = new();

    /// <summary>Whether this process has <paramref name="role"/>.</summary>
    public bool Has(ProcessRole role) => Roles.Contains(role) || Roles.Contains(ProcessRole.All);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Roles.Count == 0)
            yield return new ValidationResult("at least one role is needed", [nameof(Roles)]);
    }
}
