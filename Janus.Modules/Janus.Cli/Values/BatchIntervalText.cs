using Janus.Codec;
using Janus.Messages;

namespace Janus.Cli.Values;

/// <summary>
/// The interval of a batch as people write it: <c>START/DURATION</c>, or in words <c>last</c>, <c>last/DURATION</c>,
/// <c>today</c> and <c>yesterday</c>.
/// </summary>
internal static class BatchIntervalText
{
    private const string Last = "last";

    /// <summary>Reads the text; what it means depends on the task's time precision and, in words, on the time of the day.</summary>
    /// <exception cref="FormatException">The text is none of these.</exception>
    public static Func<TimePrecision, DateTimeOffset, Interval> Parse(string text)
    {
        switch (text.Split('/'))
        {
            case [Last]:
                return LastOne;
            case [Last, string length]:
                TimeSpan span = DurationText.Parse(length);
                return (precision, now) => LastOf(TimeAlignment.ToDuration(span, precision).ToTimeSpan(precision), now, precision);
            case ["today"]:
                return Today;
            case ["yesterday"]:
                return Yesterday;
            case [string from, string length]:
                (DateTimeOffset start, TimeSpan duration) = (InstantText.Parse(from), DurationText.Parse(length));
                return (precision, _) => TimeAlignment.ToInterval(start, duration, precision);
            default:
                throw new FormatException($"a start and a duration such as 2026-01-31T08:00Z/1h, or last, last/DURATION, today or yesterday expected, {Quote.Of(text)} given");
        }
    }

    private static Interval LastOne(TimePrecision precision, DateTimeOffset now)
    {
        Time current = Time.FromDateTimeOffset(now, precision);
        return current.Value > 0
            ? Interval.Of(new Time(current.Value - 1))
            : throw new CliException($"{Last}: no interval of the time precision {precision} has ended since 1970");
    }

    private static Interval LastOf(TimeSpan length, DateTimeOffset now, TimePrecision precision)
    {
        try
        {
            return Interval.LastEnded(length, now, precision);
        }
        catch (ArgumentOutOfRangeException failure)
        {
            throw new CliException($"{Last}: no interval of {length.TotalSeconds}s has ended since 1970", failure);
        }
    }

    // What is not over would be closed by collecting it.
    private static Interval Today(TimePrecision precision, DateTimeOffset now)
    {
        Time start = Interval.OfDay(DayOf(now), precision).Start;
        Time end = Time.FromDateTimeOffset(now, precision);
        return end > start
            ? Interval.Between(start, end)
            : throw new CliException($"today: no interval of the time precision {precision} is over yet since midnight UTC: last or yesterday expected");
    }

    private static Interval Yesterday(TimePrecision precision, DateTimeOffset now)
    {
        Interval day = Interval.OfDay(DayOf(now).AddDays(-1), precision);
        return day.IsEmpty
            ? throw new CliException($"yesterday: no interval of the time precision {precision} begins on that day: last expected")
            : day;
    }

    private static DateOnly DayOf(DateTimeOffset now) => DateOnly.FromDateTime(now.UtcDateTime);
}
