namespace Janus.Cli.Bench;

/// <summary>How long one call takes.</summary>
/// <param name="Median">The median of the samples, in µs.</param>
/// <param name="Minimum">The least of the samples, in µs.</param>
/// <param name="AllocatedBytes">What one call of one thread allocates on the managed heap, in bytes.</param>
internal readonly record struct SampledTime(double Median, double Minimum, double AllocatedBytes);
