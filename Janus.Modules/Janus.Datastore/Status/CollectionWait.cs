using System.Globalization;
using Janus.Dap;
using Janus.Messages;

namespace Janus.Datastore;

/// <summary>Why a collection job has no result yet, or what became of it.</summary>
/// <param name="Reason">The reason, for programs.</param>
/// <param name="Text">The reason in words.</param>
public sealed record CollectionWait(CollectionWaitReason Reason, string Text)
{
    /// <summary>Explains a job from what is known of its batch and of the Helper.</summary>
    /// <param name="task">The task, in which we are the Leader.</param>
    /// <param name="standing">The job.</param>
    /// <param name="batch">How far its batch is; <see langword="null"/> when it has none or does not wait for it.</param>
    /// <param name="helper">How the Helper was met last.</param>
    /// <param name="now">The time.</param>
    public static CollectionWait Explain(DapTask task, CollectionJobStanding standing, BatchSummary? batch, PeerContact helper, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(standing);
        ArgumentNullException.ThrowIfNull(helper);
        CollectionJob job = standing.Job;
        return job.State switch
        {
            CollectionJobState.Finished => Over($"finished with {Reports(job.ReportCount ?? 0)}"),
            CollectionJobState.Failed => Over($"failed: {DapProblemType.FromUrn(job.ProblemType)?.Token ?? job.ProblemType}: {job.ProblemDetail}"),
            CollectionJobState.Deleted => Over("deleted"),
            CollectionJobState.Fenced => new CollectionWait(
                CollectionWaitReason.HelperShareMissing,
                $"its batch of {Reports(job.ReportCount ?? 0)} is closed; waits for the Helper's aggregate share"
                    + (standing.MarkedAt is { } since ? $" since {At(since)}" : "") + Attempts(standing, now) + Trouble(helper)),
            _ when batch is null => new CollectionWait(
                CollectionWaitReason.NoBatch,
                $"waits for a batch with {Reports((long)task.Configuration.MinBatchSize)} that are all aggregated" + Trouble(helper)),
            _ => ExplainBatch(task, standing, batch, helper, now),
        };
    }

    private static CollectionWait ExplainBatch(DapTask task, CollectionJobStanding standing, BatchSummary batch, PeerContact helper, DateTimeOffset now)
    {
        long minimum = (long)Math.Min(task.Configuration.MinBatchSize, long.MaxValue);
        long known = batch.ReportCount + batch.PendingReports;
        string progress = $"{batch.ReportCount} of {Reports(known)} aggregated";
        DateTimeOffset? end = EndOf(task, standing.Job);
        if (batch.ReportCount >= minimum && batch.PendingReports == 0)
        {
            bool isLate = standing.NextAttemptAt < now - TimeSpan.FromMinutes(1) && !standing.IsLeased;
            return new CollectionWait(
                CollectionWaitReason.NoDriver,
                $"{progress}; it has all that it needs, and {(isLate ? $"is due since {At(standing.NextAttemptAt)}: does a process with the role collection-job-driver run?" : "is looked at in a moment")}");
        }

        if (end > now && known < minimum)
        {
            return new CollectionWait(
                CollectionWaitReason.IntervalNotEnded,
                $"its interval has not ended, it does at {At(end.Value)}; so far {progress}, and at least {minimum} are needed");
        }

        if (known < minimum)
        {
            string hint = known == 0 ? ": there is no report in it, is it the right one?" : "";
            return new CollectionWait(CollectionWaitReason.TooFewReports, $"{progress}, and at least {minimum} are needed in its interval{hint}");
        }

        string closed = standing.Job.ClosedAt is { } since ? $"; closed to new reports since {At(since)}" : "";
        return new CollectionWait(CollectionWaitReason.ReportsNotAggregated, $"{progress}, and the rest is waited for{closed}" + Trouble(helper));
    }

    private static CollectionWait Over(string text) => new(CollectionWaitReason.None, text);

    private static string Attempts(CollectionJobStanding standing, DateTimeOffset now) => standing.Attempts < 2
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $"; asked {standing.Attempts} times in vain, ") + (standing.NextAttemptAt > now ? $"next at {At(standing.NextAttemptAt)}" : "next in a moment");

    private static string Trouble(PeerContact helper) => helper.IsFailing ? $". The Helper at {At(helper.ErrorAt!.Value)}: {helper.Error}" : "";

    private static DateTimeOffset? EndOf(DapTask task, CollectionJob job) =>
        job.Range is { IsTimeInterval: true } range
            && range.ToInterval().TryGetEnd(out Time end)
            && end.TryToDateTimeOffset(task.Configuration.TimePrecision, out DateTimeOffset instant)
            ? instant
            : null;

    private static string Reports(long count) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "report" : "reports")}");

    private static string At(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
