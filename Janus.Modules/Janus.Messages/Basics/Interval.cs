using System.Globalization;
using Janus.Codec;

namespace Janus.Messages;

/// <summary>A half-open interval of time, <c>[start, start + duration)</c>: DAP §4.1.1 (timestamps).</summary>
/// <remarks>
/// Whatever is read from the wire decodes, so the end may not exist: ask <see cref="TryGetEnd"/>.
/// <code>
/// struct {
///   Time start;
///   Duration duration;
/// } Interval;
/// </code></remarks>
/// <param name="Start">The first time inside.</param>
/// <param name="Duration">The length.</param>
public readonly record struct Interval(Time Start, Duration Duration) : IWireMessage<Interval>
{
    /// <summary>The interval that contains nothing; the neutral element of <see cref="Union"/>.</summary>
    public static Interval Empty => default;

    /// <summary>Whether the interval contains no time.</summary>
    public bool IsEmpty => Duration.Value == 0;

    /// <summary>The first time after the interval.</summary>
    /// <exception cref="OverflowException"><c>start + duration</c> does not fit.</exception>
    public Time End => Start + Duration;

    /// <summary>The interval from <paramref name="start"/> to just before <paramref name="end"/>.</summary>
    /// <exception cref="OverflowException"><paramref name="end"/> is before <paramref name="start"/>.</exception>
    public static Interval Between(Time start, Time end) => new(start, end - start);

    /// <summary>The interval of one time precision that contains exactly <paramref name="time"/>.</summary>
    public static Interval Of(Time time) => new(time, new Duration(1));

    /// <summary>The interval of one time precision that contains <paramref name="instant"/>: what a report made then belongs to.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The instant is before 1970.</exception>
    public static Interval Containing(DateTimeOffset instant, TimePrecision precision) => Of(Time.FromDateTimeOffset(instant, precision));

    /// <summary>The interval from <paramref name="start"/> to just before <paramref name="end"/>.</summary>
    /// <exception cref="ArgumentException">
    /// An instant is before 1970 or not a multiple of <paramref name="precision"/>, or the end is before the start.
    /// </exception>
    public static Interval Between(DateTimeOffset start, DateTimeOffset end, TimePrecision precision)
    {
        Time first = Time.FromMultiple(start, precision, nameof(start));
        Time afterLast = Time.FromMultiple(end, precision, nameof(end));
        return first <= afterLast
            ? Between(first, afterLast)
            : throw new ArgumentException($"expected an end that is not before the start {start:u}, got {end:u}", nameof(end));
    }

    /// <summary>
    /// The latest whole interval of a length that is over at <paramref name="now"/>, counted from 1970 in UTC: for an hour, the
    /// hour before the current one. Intervals of one length never overlap, so that each can be collected.
    /// </summary>
    /// <exception cref="ArgumentException">The length is not a positive multiple of <paramref name="precision"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No such interval has ended since 1970.</exception>
    public static Interval LastEnded(TimeSpan length, DateTimeOffset now, TimePrecision precision)
    {
        Duration duration = Duration.FromTimeSpan(length, precision);
        if (duration.Value == 0)
        {
            throw new ArgumentException("expected a length above 0", nameof(length));
        }

        ulong count = Time.FromDateTimeOffset(now, precision).Value / duration.Value;
        ArgumentOutOfRangeException.ThrowIfZero(count, nameof(now));
        return new Interval(new Time((count - 1) * duration.Value), duration);
    }

    /// <summary>
    /// A day in UTC. Where midnight is not a multiple of <paramref name="precision"/>, the day begins with the first multiple after
    /// it; so days never overlap, and some are empty when the precision is longer than a day.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The day is before 1970.</exception>
    public static Interval OfDay(DateOnly day, TimePrecision precision) => Between(
        Time.FromDateTimeOffsetUp(Midnight(day), precision), Time.FromDateTimeOffsetUp(Midnight(day).AddDays(1), precision));

    /// <summary>The first time after the interval, unless <c>start + duration</c> does not fit.</summary>
    public bool TryGetEnd(out Time end)
    {
        bool fits = Duration.Value <= ulong.MaxValue - Start.Value;
        end = fits ? Start + Duration : default;
        return fits;
    }

    /// <summary>Whether <paramref name="time"/> falls within the interval.</summary>
    public bool Contains(Time time) => time >= Start && time.Value - Start.Value < Duration.Value;

    /// <summary>Whether every time of <paramref name="other"/> falls within this interval, and so do its bounds.</summary>
    public bool Contains(Interval other) =>
        other.Start >= Start
        && other.TryGetEnd(out Time otherEnd)
        && TryGetEnd(out Time end)
        && otherEnd <= end;

    /// <summary>Whether some time falls within both.</summary>
    public bool Overlaps(Interval other) =>
        !IsEmpty && !other.IsEmpty && (Contains(other.Start) || other.Contains(Start));

    /// <summary>The smallest interval that contains both; an empty one adds nothing.</summary>
    /// <exception cref="OverflowException">The end of one does not fit.</exception>
    public Interval Union(Interval other)
    {
        if (IsEmpty)
        {
            return other;
        }

        if (other.IsEmpty)
        {
            return this;
        }

        Time start = Start <= other.Start ? Start : other.Start;
        Time end = End >= other.End ? End : other.End;
        return Between(start, end);
    }

    /// <inheritdoc/>
    public static Interval Decode(ref WireReader reader) =>
        new(new Time(reader.ReadUInt64("start")), Duration.Decode(ref reader));

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        Start.Encode(writer);
        Duration.Encode(writer);
    }

    /// <summary>Start and duration as people write them, such as <c>2026-01-31T00:00:00Z/3600s</c>.</summary>
    public string ToString(TimePrecision precision)
    {
        string start = Start.TryToDateTimeOffset(precision, out DateTimeOffset instant)
            ? instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : $"{Start} × {precision}";
        return $"{start}/{(UInt128)Duration.Value * precision.Seconds}s";
    }

    /// <summary>Start and duration, such as <c>[1729629, +1)</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"[{Start.Value}, +{Duration.Value})");

    private static DateTimeOffset Midnight(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);
}
