using System.ComponentModel.DataAnnotations;
using Janus.Aggregator;

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

    /// <summary>How it aggregates.</summary>
    public AggregatorOptions Aggregator { get; set; } = new();

    /// <summary>What it logs.</summary>
    public LogOptions Log { get; set; } = new();

    /// <summary>Where its traces, metrics and logs go.</summary>
    public TelemetryOptions Telemetry { get; set; } = new();

    /// <summary>Where it listens for who operates it.</summary>
    public ManagementOptions Management { get; set; } = new();

    /// <summary>The configuration file, if it has secrets in it; not a key, since only public properties are.</summary>
    internal string? FileWithSecrets { get; set; }

    /// <summary>The roles as the aggregator module takes them.</summary>
    public AggregatorRoles AggregatorRoles => Roles.Aggregate(AggregatorRoles.None, (roles, role) => roles | role switch
    {
        ProcessRole.Aggregator => AggregatorRoles.Aggregator,
        ProcessRole.AggregationJobCreator => AggregatorRoles.AggregationJobCreator,
        ProcessRole.AggregationJobDriver => AggregatorRoles.AggregationJobDriver,
        ProcessRole.CollectionJobDriver => AggregatorRoles.CollectionJobDriver,
        ProcessRole.KeyRotator => AggregatorRoles.KeyRotator,
        ProcessRole.GarbageCollector => AggregatorRoles.GarbageCollector,
        _ => AggregatorRoles.All,
    });

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Roles.Count == 0)
        {
            yield return new ValidationResult("at least one role is needed", [nameof(Roles)]);
        }
    }
}
