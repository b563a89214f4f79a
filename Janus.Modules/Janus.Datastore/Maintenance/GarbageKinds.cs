namespace Janus.Datastore;

/// <summary>The tables of <see cref="GarbageKind"/>.</summary>
public static class GarbageKinds
{
    /// <summary>All kinds, in order.</summary>
    public static IReadOnlyList<GarbageKind> All { get; } = Enum.GetValues<GarbageKind>();

    /// <summary>The table's name.</summary>
    public static string Table(this GarbageKind kind) => kind switch
    {
        GarbageKind.UnaggregatedReports => "unaggregated_reports",
        GarbageKind.BatchBucketShards => "batch_bucket_shards",
        GarbageKind.AggregationJobs => "aggregation_jobs",
        GarbageKind.LeaderSelectedBatches => "leader_selected_batches",
        GarbageKind.CollectedBatches => "collected_batches",
        GarbageKind.BatchNoise => "batch_noise",
        GarbageKind.CollectionJobs => "collection_jobs",
        GarbageKind.AggregateShares => "aggregate_shares",
        GarbageKind.ReportIds => ReportPartitions.Table,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
