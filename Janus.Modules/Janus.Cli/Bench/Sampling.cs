namespace Janus.Cli.Bench;

/// <summary>How long and how often an operation is measured.</summary>
/// <param name="WarmUp">The least time to run it before.</param>
/// <param name="WarmUpCalls">
/// The least number of calls to run it before: the runtime compiles a method again, for speed, after 30 of them.
/// </param>
/// <param name="Quiet">How long the runtime must not have compiled anything before samples are taken.</param>
/// <param name="WarmUpLimit">When to stop warming up whatever the calls and the runtime do.</param>
/// <param name="Samples">The number of samples.</param>
/// <param name="SampleTime">The least time of a sample.</param>
internal sealed record Sampling(TimeSpan WarmUp, int WarmUpCalls, TimeSpan Quiet, TimeSpan WarmUpLimit, int Samples, TimeSpan SampleTime)
{
    /// <summary>For figures that can be trusted.</summary>
    public static Sampling Full { get; } = new(
        TimeSpan.FromMilliseconds(300), 30, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2.5), 7, TimeSpan.FromMilliseconds(40));

    /// <summary>To see that everything works.</summary>
    public static Sampling Quick { get; } = new(
        TimeSpan.Zero, 1, TimeSpan.Zero, TimeSpan.Zero, 1, TimeSpan.Zero);
}
