using System.ComponentModel.DataAnnotations;

namespace Janus.Aggregator;

/// <summary>Limits of the Leader's upload queue: section <c>Aggregator:Upload</c>.</summary>
public sealed class UploadOptions
{
    /// <summary>The most reports that one upload request may carry; its body is limited accordingly.</summary>
    [Range(1, 10_000_000)]
    public int MaximumReportsPerRequest { get; set; } = 100_000;

    /// <summary>
    /// How many bytes upload requests may hold in memory together, from their first byte until they are answered. Beyond
    /// that, uploads are answered with 503 and Retry-After.
    /// </summary>
    [Range(1L << 14, 1L << 40)]
    public long MaximumMemory { get; set; } = 256L << 20;

    /// <summary>
    /// What uploads of one task may hold of it when they are alone, in percent: three times what is free, with 75. With more
    /// tasks it is less for each. A task that holds as much is answered with 429 and Retry-After.
    /// </summary>
    [Range(1, 100)]
    public int MaximumShare { get; set; } = 75;

    /// <summary>The most reports written in one transaction.</summary>
    [Range(1, 100_000)]
    public int MaximumReportsPerTransaction { get; set; } = 1_000;

    /// <summary>How many transactions may write reports at once.</summary>
    [Range(1, 64)]
    public int Writers { get; set; } = 2;
}
