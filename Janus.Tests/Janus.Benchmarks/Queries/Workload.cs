namespace Janus.Benchmarks.Queries;

/// <summary>All methods of the stores, each run as an aggregator runs it.</summary>
internal static class Workload
{
    /// <summary>The cases, in an order in which a report goes through an aggregator.</summary>
    public static IReadOnlyList<WorkloadCase> All { get; } =
    [
        .. TaskCases.All, .. TaskprovCases.All, .. AuthTokenCases.All, .. UploadCases.All, .. LeaderJobCases.All, .. HelperJobCases.All,
        .. CollectionCases.All, .. AggregateShareCases.All, .. BacklogCases.All, .. GarbageCases.All, .. KeyCases.All,
        .. StatusCases.All,
    ];
}
