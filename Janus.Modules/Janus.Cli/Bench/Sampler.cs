using System.Diagnostics;
using System.Runtime;

namespace Janus.Cli.Bench;

/// <summary>Measures how long one call of some work takes when every thread of a team repeats it.</summary>
internal sealed class Sampler(WorkerTeam team, Sampling sampling)
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromMilliseconds(10);

    /// <summary>Warms up and takes the samples, in µs from the start to the end of one call on all threads.</summary>
    public SampledTime Measure(Action<int> work, CancellationToken cancellationToken)
    {
        double microsecondsPerCall = WarmUp(work, cancellationToken);
        int calls = (int)Math.Clamp(Math.Ceiling(sampling.SampleTime.TotalMicroseconds / microsecondsPerCall), 1, int.MaxValue);
        double[] samples = new double[sampling.Samples];
        GC.Collect();
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < samples.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            samples[i] = team.Run(work, calls).TotalMicroseconds / calls;
        }

        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        return new SampledTime(Median(samples), samples.Min(), allocated / ((double)calls * samples.Length * team.Size));
    }

    /// <summary>The middle one, or the mean of the middle two.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }

    // Until the runtime has compiled, and compiled again with what it has learned, all that the work needs.
    private double WarmUp(Action<int> work, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        long quietSince = start;
        long compiled = JitInfo.GetCompiledMethodCount();
        int calls = 1;
        long done = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TimeSpan time = team.Run(work, calls);
            done += calls;
            if (JitInfo.GetCompiledMethodCount() is long now && now != compiled)
            {
                (compiled, quietSince) = (now, Stopwatch.GetTimestamp());
            }

            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            bool settled = elapsed >= sampling.WarmUp && done >= sampling.WarmUpCalls && Stopwatch.GetElapsedTime(quietSince) >= sampling.Quiet;
            if (settled || elapsed >= sampling.WarmUpLimit)
            {
                return Math.Max(time.TotalMicroseconds / calls, 0.001);
            }

            calls = time < LongEnough ? calls * 2 : calls;
        }
    }
}
