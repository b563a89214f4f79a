using Janus.Messages;

namespace Janus.Datastore;

/// <summary>
/// When reports have expired: the one place of the rule. Uploads, aggregation, the creation of jobs, collection and the
/// garbage collector all ask here; statements are given the time that comes out.
/// </summary>
/// <remarks>
/// A report has expired once the end of its time-precision unit is further back than the task's report expiry age. It is
/// not seen any more from then on, by anyone but a job that already has it. It is deleted a grace period later, which the
/// garbage collector gets by asking for an earlier moment: DAP §4.5.3.4 (input-share-validation) and §6.4.1 (sharding-storage).
/// </remarks>
public static class ReportExpiry
{
    /// <summary>The earliest report time that has not expired, in time-precision units; 0 where reports never expire.</summary>
    public static ulong FirstLiveTime(ulong? reportExpiryAge, TimePrecision precision, DateTimeOffset now)
    {
        if (reportExpiryAge is not { } age || now.ToUnixTimeSeconds() < 0)
        {
            return 0;
        }

        ulong today = Time.FromDateTimeOffset(now, precision).Value;
        return today > age ? today - age : 0;
    }

    /// <summary>The earliest report time of the task that has not expired, in time-precision units; 0 where reports never expire.</summary>
    public static ulong FirstLiveTime(this DapTask task, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(task);
        return FirstLiveTime(task.ReportExpiryAge, task.Configuration.TimePrecision, now);
    }

    /// <summary>
    /// Whether some time of a batch interval has expired, so that the batch is not whole any more. A batch of the Leader's
    /// choice expires with its newest report, which only the database knows.
    /// </summary>
    public static bool HasExpired(this DapTask task, BatchRange range, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(range);
        return range.IsTimeInterval && range.FirstTime < task.FirstLiveTime(now);
    }

    /// <summary>As a statement's parameter: no stored time is above 2^63 - 1.</summary>
    internal static long AsStored(ulong time) => (long)Math.Min(time, long.MaxValue);
}
