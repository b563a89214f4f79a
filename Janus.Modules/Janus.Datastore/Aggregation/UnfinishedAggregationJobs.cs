namespace Janus.Datastore;

/// <summary>The Leader's aggregation jobs whose reports are neither committed nor let go.</summary>
internal static class UnfinishedAggregationJobs
{
    /// <summary>Their states as an SQL list.</summary>
    public static string States { get; } = $"({AggregationJobState.InProgress:d}, {AggregationJobState.Settling:d})";
}
