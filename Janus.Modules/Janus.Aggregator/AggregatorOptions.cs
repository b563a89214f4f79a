using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>The aggregator's part of the configuration: section <c>Aggregator</c>.</summary>
public sealed class AggregatorOptions : IValidatableObject
{
    /// <summary>How far ahead of our clock a report's time may be (DAP §4.4.2, a few minutes at most).</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ClockSkewTolerance { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long Clients may cache our HPKE configurations: <c>Cache-Control: max-age</c>.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan HpkeConfigCacheLifetime { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How HPKE keys follow each other.</summary>
    [ValidateObjectMembers]
    public KeyRotationOptions KeyRotation { get; set; } = new();

    /// <summary>How many threads verify reports at once. 0: one for each processor.</summary>
    [Range(0, 1024)]
    public int VerificationThreads { get; set; }

    /// <summary>Which web pages may talk to us from a browser.</summary>
    [ValidateObjectMembers]
    public BrowserOptions Browsers { get; set; } = new();

    /// <summary>The upload queue of a Leader.</summary>
    [ValidateObjectMembers]
    public UploadOptions Upload { get; set; } = new();

    /// <summary>How a Leader puts reports into aggregation jobs.</summary>
    [ValidateObjectMembers]
    public AggregationJobOptions AggregationJobs { get; set; } = new();

    /// <summary>How aggregation jobs are driven, a Leader's and those that a Helper has deferred.</summary>
    [ValidateObjectMembers]
    public JobDriverOptions AggregationJobDriver { get; set; } = new();

    /// <summary>What a Leader tells Collectors.</summary>
    [ValidateObjectMembers]
    public CollectionJobOptions CollectionJobs { get; set; } = new();

    /// <summary>How collection jobs are driven, and a Helper's deferred aggregate shares.</summary>
    [ValidateObjectMembers]
    public JobDriverOptions CollectionJobDriver { get; set; } = new();

    /// <summary>How a Helper takes the Leader's requests.</summary>
    [ValidateObjectMembers]
    public HelperOptions Helper { get; set; } = new();

    /// <summary>When and how expired data are removed.</summary>
    [ValidateObjectMembers]
    public GarbageCollectionOptions GarbageCollection { get; set; } = new();

    /// <summary>Requests from the Leader to the Helper.</summary>
    [ValidateObjectMembers]
    public PeerOptions Peer { get; set; } = new();

    /// <summary>Which advertised tasks are opted into.</summary>
    [ValidateObjectMembers]
    public TaskprovOptions Taskprov { get; set; } = new();

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => KeyRotation.ValidateWith(HpkeConfigCacheLifetime);

    internal int EffectiveVerificationThreads => VerificationThreads == 0 ? Environment.ProcessorCount : VerificationThreads;
}
