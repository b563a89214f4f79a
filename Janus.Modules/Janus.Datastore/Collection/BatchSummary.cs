namespace Janus.Datastore;

/// <summary>How far a batch is, without its aggregate share.</summary>
/// <param name="ReportCount">The number of aggregated reports.</param>
/// <param name="PendingReports">The Leader's reports still to be aggregated, at most <see cref="BatchStore.PendingLimit"/>.</param>
/// <param name="IsCollected">Whether some bucket of the batch has been collected.</param>
public sealed record BatchSummary(long ReportCount, long PendingReports, bool IsCollected);
