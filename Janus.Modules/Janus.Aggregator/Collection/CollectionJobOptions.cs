using System.ComponentModel.DataAnnotations;

namespace Janus.Aggregator;

/// <summary>What a Leader tells Collectors: section <c>Aggregator:CollectionJobs</c>.</summary>
public sealed class CollectionJobOptions
{
    /// <summary>How long a Collector is to wait before it asks again for the result: <c>Retry-After</c>, in whole seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);
}
