using System.ComponentModel.DataAnnotations;

namespace Janus.Aggregator;

/// <summary>How one kind of job is leased and driven.</summary>
public sealed class JobDriverOptions
{
    /// <summary>
    /// How many jobs this process works on at once; a quarter more, and at least one, when all of these are of one peer and
    /// others have work.
    /// </summary>
    [Range(1, 1024)]
    public int Concurrency { get; set; } = 4;

    /// <summary>How long a job belongs to the process that acquired it, without an extension. A killed process holds its jobs up that long.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How often to look for jobs when no notification came: the safety net under LISTEN/NOTIFY.</summary>
    [Range(typeof(TimeSpan), "00:00:00.0500000", "01:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The wait after a first failed attempt; doubled with each further one.</summary>
    [Range(typeof(TimeSpan), "00:00:00.0100000", "01:00:00")]
    public TimeSpan InitialRetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between two attempts.</summary>
    [Range(typeof(TimeSpan), "00:00:00.0100000", "1.00:00:00")]
    public TimeSpan MaximumRetryDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How many jobs more are worked on for peers that have none among the <see cref="Concurrency"/>.</summary>
    internal int PlacesForOthers => Math.Max(1, Concurrency / 4);

    /// <summary>The wait after attempt number <paramref name="attempts"/> (from 1).</summary>
    internal TimeSpan RetryDelay(int attempts)
    {
        double factor = Math.Pow(2, Math.Clamp(attempts - 1, 0, 30));
        double ticks = Math.Min(InitialRetryDelay.Ticks * factor, MaximumRetryDelay.Ticks);
        return TimeSpan.FromTicks((long)ticks);
    }
}
