using Janus.Messages;

namespace Janus.Datastore;

/// <summary>
/// The week of a report's time, by which <c>report_ids</c> is partitioned: weeks since 2025-01-01T00:00Z, all earlier ones
/// being week 0. It follows from the report's time and the task's time precision alone, so that a report is always looked
/// for where it was stored.
/// </summary>
public static class ReportWeek
{
    /// <summary>The length of a week in seconds.</summary>
    public const int Seconds = 7 * 24 * 60 * 60;

    /// <summary>2025-01-01T00:00Z in Unix seconds.</summary>
    public const long Epoch = 1_735_689_600;

    /// <summary>The week of a report time, in time-precision units.</summary>
    public static int Of(ulong time, TimePrecision precision)
    {
        UInt128 seconds = (UInt128)time * precision.Seconds;
        return seconds <= (ulong)Epoch ? 0 : (int)UInt128.Min((seconds - (ulong)Epoch) / Seconds, int.MaxValue);
    }

    /// <summary>The week of a moment.</summary>
    public static int Of(DateTimeOffset moment) => (int)Math.Clamp((moment.ToUnixTimeSeconds() - Epoch) / Seconds, 0, int.MaxValue);

    /// <summary>Whether all times of a week lie before a report time, in time-precision units.</summary>
    internal static bool EndsBefore(int week, ulong time, TimePrecision precision) =>
        (UInt128)(ulong)(Epoch + ((long)(week + 1L) * Seconds)) <= (UInt128)time * precision.Seconds;

    /// <summary>When a week ends, in Unix seconds.</summary>
    internal static long EndOf(int week) => Epoch + ((week + 1L) * Seconds);
}
