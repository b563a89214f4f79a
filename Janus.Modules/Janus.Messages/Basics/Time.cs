using System.Globalization;
using Janus.Codec;

namespace Janus.Messages;

/// <summary>
/// A point in time, in units of the task's time precision since 1970-01-01 00:00:00 UTC: DAP §4.1.1 (timestamps).
/// </summary>
/// <remarks><code>
/// uint64 Time;
/// </code></remarks>
/// <param name="Value">The number of time precisions since the Epoch.</param>
public readonly record struct Time(ulong Value) : IWireMessage<Time>, IComparable<Time>
{
    // The last second of the year 9999, the last one a DateTimeOffset can hold.
    private const ulong LastUnixSecond = 253_402_300_799;

    /// <summary>Rounds an instant down to the task's time precision.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The instant is before 1970.</exception>
    public static Time FromDateTimeOffset(DateTimeOffset instant, TimePrecision precision)
    {
        long seconds = instant.ToUnixTimeSeconds();
        ArgumentOutOfRangeException.ThrowIfNegative(seconds, nameof(instant));
        return new Time((ulong)seconds / precision.Seconds);
    }

    /// <summary>Rounds an instant up to the task's time precision.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The instant is before 1970.</exception>
    internal static Time FromDateTimeOffsetUp(DateTimeOffset instant, TimePrecision precision)
    {
        Time down = FromDateTimeOffset(instant, precision);
        return IsMultiple(instant, precision) ? down : new Time(down.Value + 1);
    }

    /// <summary>Takes an instant that is a multiple of the task's time precision.</summary>
    /// <exception cref="ArgumentException">The instant is not a multiple, or before 1970.</exception>
    internal static Time FromMultiple(DateTimeOffset instant, TimePrecision precision, string name) => IsMultiple(instant, precision)
        ? FromDateTimeOffset(instant, precision)
        : throw new ArgumentException($"expected a multiple of the time precision {precision}, got {instant:u}", name);

    /// <summary>The instant, unless it is after the year 9999.</summary>
    public bool TryToDateTimeOffset(TimePrecision precision, out DateTimeOffset instant)
    {
        UInt128 seconds = (UInt128)Value * precision.Seconds;
        bool fits = seconds <= LastUnixSecond;
        instant = fits ? DateTimeOffset.FromUnixTimeSeconds((long)seconds) : default;
        return fits;
    }

    /// <summary>The instant.</summary>
    /// <exception cref="OverflowException">The instant is after the year 9999.</exception>
    public DateTimeOffset ToDateTimeOffset(TimePrecision precision) =>
        TryToDateTimeOffset(precision, out DateTimeOffset instant)
            ? instant
            : throw new OverflowException("time: expected an instant before the year 10000");

    /// <summary>The time after <paramref name="duration"/>.</summary>
    /// <exception cref="OverflowException">The sum does not fit.</exception>
    public static Time operator +(Time time, Duration duration) => new(checked(time.Value + duration.Value));

    /// <summary>The time after <paramref name="duration"/>.</summary>
    /// <exception cref="OverflowException">The sum does not fit.</exception>
    public static Time Add(Time time, Duration duration) => time + duration;

    /// <summary>The duration from <paramref name="earlier"/> to <paramref name="later"/>.</summary>
    /// <exception cref="OverflowException"><paramref name="later"/> is before <paramref name="earlier"/>.</exception>
    public static Duration operator -(Time later, Time earlier) => new(checked(later.Value - earlier.Value));

    /// <summary>The duration from <paramref name="earlier"/> to <paramref name="later"/>.</summary>
    /// <exception cref="OverflowException"><paramref name="later"/> is before <paramref name="earlier"/>.</exception>
    public static Duration Subtract(Time later, Time earlier) => later - earlier;

    /// <summary>Whether <paramref name="left"/> is before <paramref name="right"/>.</summary>
    public static bool operator <(Time left, Time right) => left.Value < right.Value;

    /// <summary>Whether <paramref name="left"/> is after <paramref name="right"/>.</summary>
    public static bool operator >(Time left, Time right) => left.Value > right.Value;

    /// <summary>Whether <paramref name="left"/> is not after <paramref name="right"/>.</summary>
    public static bool operator <=(Time left, Time right) => left.Value <= right.Value;

    /// <summary>Whether <paramref name="left"/> is not before <paramref name="right"/>.</summary>
    public static bool operator >=(Time left, Time right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public static Time Decode(ref WireReader reader) => new(reader.ReadUInt64("time"));

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => writer.WriteUInt64(Value);

    /// <inheritdoc/>
    public int CompareTo(Time other) => Value.CompareTo(other.Value);

    /// <summary>The number in decimal.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    private static bool IsMultiple(DateTimeOffset instant, TimePrecision precision) =>
        instant.UtcTicks % TimeSpan.TicksPerSecond == 0 && (UInt128)Math.Abs(instant.ToUnixTimeSeconds()) % precision.Seconds == 0;
}
