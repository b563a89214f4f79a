using System.Globalization;
using Janus.Codec;

namespace Janus.Messages;

/// <summary>A length of time, in units of the task's time precision: DAP §4.1.1 (timestamps).</summary>
/// <remarks><code>
/// uint64 Duration;
/// </code></remarks>
/// <param name="Value">The number of time precisions.</param>
public readonly record struct Duration(ulong Value) : IWireMessage<Duration>, IComparable<Duration>
{
    /// <summary>The duration that a whole number of time precisions makes.</summary>
    /// <exception cref="ArgumentException">
    /// <paramref name="span"/> is negative or not a multiple of <paramref name="precision"/>.
    /// </exception>
    public static Duration FromTimeSpan(TimeSpan span, TimePrecision precision)
    {
        ulong seconds = span.Ticks >= 0 && span.Ticks % TimeSpan.TicksPerSecond == 0
            ? (ulong)(span.Ticks / TimeSpan.TicksPerSecond)
            : throw new ArgumentException("expected a whole number of seconds, not negative", nameof(span));
        return seconds % precision.Seconds == 0
            ? new Duration(seconds / precision.Seconds)
            : throw new ArgumentException($"expected a multiple of the time precision {precision}", nameof(span));
    }

    /// <summary>The duration as a time span.</summary>
    /// <exception cref="OverflowException">It is longer than a <see cref="TimeSpan"/> can hold.</exception>
    public TimeSpan ToTimeSpan(TimePrecision precision) =>
        new(checked((long)((UInt128)Value * precision.Seconds * (ulong)TimeSpan.TicksPerSecond)));

    /// <inheritdoc/>
    public static Duration Decode(ref WireReader reader) => new(reader.ReadUInt64("duration"));

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => writer.WriteUInt64(Value);

    /// <inheritdoc/>
    public int CompareTo(Duration other) => Value.CompareTo(other.Value);

    /// <summary>Whether <paramref name="left"/> is shorter.</summary>
    public static bool operator <(Duration left, Duration right) => left.Value < right.Value;

    /// <summary>Whether <paramref name="left"/> is longer.</summary>
    public static bool operator >(Duration left, Duration right) => left.Value > right.Value;

    /// <summary>Whether <paramref name="left"/> is not longer.</summary>
    public static bool operator <=(Duration left, Duration right) => left.Value <= right.Value;

    /// <summary>Whether <paramref name="left"/> is not shorter.</summary>
    public static bool operator >=(Duration left, Duration right) => left.Value >= right.Value;

    /// <summary>The number in decimal.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
