using System.Diagnostics.Metrics;

namespace Janus.Aggregator;

/// <summary>The boundaries of histograms.</summary>
internal static class Buckets
{
    /// <summary>Durations of requests and steps, in seconds.</summary>
    public static InstrumentAdvice<double> Seconds { get; } =
        new() { HistogramBucketBoundaries = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300] };

    /// <summary>How long something waits until it is done, in seconds: up to days.</summary>
    public static InstrumentAdvice<double> Ages { get; } =
        new() { HistogramBucketBoundaries = [.1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400, 604_800] };

    /// <summary>Reports of a job or a batch.</summary>
    public static InstrumentAdvice<long> Reports { get; } =
        new() { HistogramBucketBoundaries = [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 100_000, 1_000_000] };

    /// <summary>Attempts at one thing.</summary>
    public static InstrumentAdvice<long> Attempts { get; } = new() { HistogramBucketBoundaries = [1, 2, 3, 5, 10, 20, 50, 100] };
}
