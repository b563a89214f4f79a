using System.ComponentModel.DataAnnotations;

namespace Janus.Aggregator;

/// <summary>Limits of the Leader's upload queue: section <c>Aggregator:Upload</c>.</summary>
public sealed class UploadOptions
{
    /// <summary>The most reports that one upload request may carry; its body is limited accordingly.</summary>
    [Range(1, 10_000_000)]
    public int MaximumReportsPerRequest { get; set; } = 100_000;

    /// <summary>How many reports may wait to be written. Beyond that, uploads are answered with 503 and Retry-After.</summary>
    [Range(1, 10_000_000)]
    public int QueueCapacity { get; set; } = 20_000;

    /// <summary>How many bytes of reports may wait to be written. Beyond that, uploads are answered with 503 and Retry-After.</summary>
    [Range(1L << 16, 1L << 40)]
    public long QueueCapacityBytes { get; set; } = 128L << 20;

    /// <summary>The most reports written in one transaction.</summary>
    [Range(1, 100_000)]
    public int MaximumReportsPerTransaction { get; set; } = 1_000;

    /// <summary>How many transactions may write reports at once.</summary>
    [Range(1, 64)]
    public int Writers { get; set; } = 2;
}
