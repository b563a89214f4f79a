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

    /// <summary>Start and duration, such as <c>[1729629, +1)</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"[{Start.Value}, +{Duration.Value})");
}
