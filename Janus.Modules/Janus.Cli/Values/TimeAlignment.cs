using Janus.Messages;

namespace Janus.Cli.Values;

/// <summary>Turns instants and durations into a task's units: they have to be multiples of its time precision.</summary>
internal static class TimeAlignment
{
    /// <summary>The interval in the task's units.</summary>
    /// <exception cref="CliException">The start or the duration is not a multiple of the time precision.</exception>
    public static Interval ToInterval(DateTimeOffset start, TimeSpan duration, TimePrecision precision) =>
        (ulong)start.ToUnixTimeSeconds() % precision.Seconds == 0
            ? new Interval(Time.FromDateTimeOffset(start, precision), ToDuration(duration, precision))
            : throw new CliException($"a start that is a multiple of the time precision {precision} expected, {InstantText.Format(start)} given");

    /// <summary>The duration in the task's units.</summary>
    /// <exception cref="CliException">The duration is not a multiple of the time precision.</exception>
    public static Duration ToDuration(TimeSpan duration, TimePrecision precision) =>
        (ulong)duration.TotalSeconds % precision.Seconds == 0
            ? Duration.FromTimeSpan(duration, precision)
            : throw new CliException($"a duration that is a multiple of the time precision {precision} expected, {duration.TotalSeconds}s given");
}
