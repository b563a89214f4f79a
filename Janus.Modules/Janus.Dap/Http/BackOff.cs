namespace Janus.Dap;

/// <summary>How long to wait between attempts: exponentially longer, with jitter, up to a limit.</summary>
public sealed record BackOff
{
    /// <summary>The wait after the first attempt.</summary>
    public TimeSpan InitialDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between attempts, also when a server asks for more.</summary>
    public TimeSpan MaximumDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How much longer each wait is than the one before.</summary>
    public double Multiplier { get; init; } = 2;

    /// <summary>The part of a wait that is random, from 0 to 1, so that clients do not come back all at once.</summary>
    public double Jitter { get; init; } = 0.3;

    /// <summary>How many attempts there are altogether.</summary>
    public int MaximumAttempts { get; init; } = 8;

    /// <summary>Where jitter comes from; it needs no secrecy.</summary>
    public Random Random { get; init; } = Random.Shared;

    /// <summary>
    /// The wait after attempt number <paramref name="attempt"/>, which counts from 1. A server's
    /// <paramref name="retryAfter"/> makes it longer, never shorter.
    /// </summary>
    public TimeSpan DelayAfter(int attempt, TimeSpan? retryAfter = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempt, 1);
        double seconds = Math.Min(
            InitialDelay.TotalSeconds * Math.Pow(Multiplier, attempt - 1), MaximumDelay.TotalSeconds);
        TimeSpan delay = TimeSpan.FromSeconds(seconds * (1 - (Jitter * Random.NextDouble())));
        if (retryAfter > delay)
        {
            delay = retryAfter.Value;
        }

        return delay < MaximumDelay ? delay : MaximumDelay;
    }
}
