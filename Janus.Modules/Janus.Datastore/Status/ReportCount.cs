using Janus.Messages;

namespace Janus.Datastore;

/// <summary>How many reports of a task have come to a stage.</summary>
/// <param name="TaskKey">The task's key in the database.</param>
/// <param name="Stage">The stage.</param>
/// <param name="Reason">Why they came no further, where the stage is <see cref="ReportStage.Refused"/> or <see cref="ReportStage.Rejected"/>.</param>
/// <param name="Reports">The number of reports.</param>
public sealed record ReportCount(int TaskKey, ReportStage Stage, ReportError? Reason, long Reports)
{
    /// <summary>The counts of reports that were rejected in aggregation, one for each reason.</summary>
    public static IEnumerable<ReportCount> Rejected(int taskKey, IEnumerable<ReportError> errors) => errors
        .GroupBy(error => error)
        .Select(group => new ReportCount(taskKey, ReportStage.Rejected, group.Key, group.Count()));
}
