using System.Text.Json;
using Janus.Cli.Values;
using Janus.Datastore;

namespace Janus.Cli.Files;

/// <summary>A collection job as people and programs read it.</summary>
/// <param name="CollectionJobId">The collection job ID.</param>
/// <param name="State">waiting, fenced, finished or failed.</param>
/// <param name="Batch">The batch interval or the batch ID; none while the Leader has not chosen a batch.</param>
/// <param name="CreatedAt">When the Collector asked.</param>
/// <param name="ReportCount">The reports of its batch: aggregated so far while it waits, final from then on.</param>
/// <param name="PendingReports">The reports of its batch that are not aggregated yet, while it waits; counted up to 10,000.</param>
/// <param name="Reason">Why it waits, for programs; none when it does not.</param>
/// <param name="Explanation">Why it waits, or what became of it.</param>
/// <param name="NextAttemptAt">When a driver looks at it next, while it waits.</param>
internal sealed record CollectionJobDescription(
    string CollectionJobId,
    string State,
    string? Batch,
    string CreatedAt,
    long? ReportCount,
    long? PendingReports,
    string? Reason,
    string Explanation,
    string? NextAttemptAt)
{
    /// <summary>Describes a job.</summary>
    public static CollectionJobDescription Of(DapTask task, CollectionStatus status)
    {
        CollectionJob job = status.Standing.Job;
        bool isOpen = job.State is CollectionJobState.Waiting or CollectionJobState.Fenced;
        return new CollectionJobDescription(
            job.Id.ToString(),
            JsonNamingPolicy.SnakeCaseLower.ConvertName(job.State.ToString()),
            job.Range is { } range ? BatchText(task, range) : null,
            InstantText.Format(job.CreatedAt),
            status.Batch?.ReportCount ?? job.ReportCount,
            status.Batch?.PendingReports,
            status.Wait.Reason == CollectionWaitReason.None ? null : JsonNamingPolicy.SnakeCaseLower.ConvertName(status.Wait.Reason.ToString()),
            status.Wait.Text,
            isOpen ? InstantText.Format(status.Standing.NextAttemptAt) : null);
    }

    /// <summary>A batch as an interval of times, or by its ID.</summary>
    public static string BatchText(DapTask task, BatchRange range) => range.IsTimeInterval
        ? TimeAlignment.Format(range.ToInterval(), task.Configuration.TimePrecision)
        : range.ToBatchId().ToString();
}
