using System.Globalization;
using Janus.Codec;

namespace Janus.Messages;

/// <summary>The unit of all times and durations of a task, a positive number of seconds: DAP §4.1.1 (timestamps).</summary>
/// <remarks><code>
/// uint64 TimePrecision;
/// </code></remarks>
public readonly record struct TimePrecision : IWireMessage<TimePrecision>
{
    /// <summary>Takes a number of seconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="seconds"/> is 0.</exception>
    public TimePrecision(ulong seconds)
    {
        ArgumentOutOfRangeException.ThrowIfZero(seconds);
        Seconds = seconds;
    }

    /// <summary>The unit in seconds.</summary>
    public ulong Seconds { get; }

    /// <inheritdoc/>
    public static TimePrecision Decode(ref WireReader reader)
    {
        ulong seconds = reader.ReadUInt64("time_precision");
        return seconds == 0 ? throw reader.Error("time_precision", "expected at least 1 second") : new(seconds);
    }

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => writer.WriteUInt64(Seconds);

    /// <summary>The number of seconds and the unit, such as <c>3600s</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Seconds}s");
}
