using Janus.Messages;

namespace Janus.Dap;

/// <summary>When a report's time is acceptable: DAP §4.5.3.4 (input-share-validation).</summary>
public static class ReportTimeRules
{
    /// <summary>The error for a report generated at <paramref name="time"/>, or <see langword="null"/>.</summary>
    /// <param name="time">The report's time.</param>
    /// <param name="precision">The task's time precision.</param>
    /// <param name="taskInterval">The interval of the <c>task_interval</c> extension, if the task has it.</param>
    /// <param name="now">The current time.</param>
    /// <param name="tolerableClockSkew">How far ahead of the current time a report may be.</param>
    public static ReportError? Check(
        Time time, TimePrecision precision, Interval? taskInterval, DateTimeOffset now, TimeSpan tolerableClockSkew)
    {
        if (taskInterval is { } interval)
        {
            if (time < interval.Start)
            {
                return ReportError.TaskNotStarted;
            }

            if (!interval.Contains(time))
            {
                return ReportError.TaskExpired;
            }
        }

        return time > Time.FromDateTimeOffset(now + tolerableClockSkew, precision) ? ReportError.ReportTooEarly : null;
    }
}
