namespace Janus.Datastore;

/// <summary>A table that the garbage collector removes rows of, in the order in which it does.</summary>
public enum GarbageKind
{
    /// <summary>Expired reports that no aggregation job has.</summary>
    UnaggregatedReports,

    /// <summary>Aggregate shares of buckets whose reports have all expired.</summary>
    BatchBucketShards,

    /// <summary>Aggregation jobs that are over and whose reports have all expired.</summary>
    AggregationJobs,

    /// <summary>Batches of the Leader's choice of which nothing is left.</summary>
    LeaderSelectedBatches,

    /// <summary>The marks of collected batches whose reports have all expired.</summary>
    CollectedBatches,

    /// <summary>The noise of batches whose reports have all expired.</summary>
    BatchNoise,

    /// <summary>Collection jobs that were over before the report expiry age began.</summary>
    CollectionJobs,

    /// <summary>Aggregate shares that a Helper gave before the report expiry age began.</summary>
    AggregateShares,

    /// <summary>The replay table, where a partition cannot be dropped because another task needs it.</summary>
    ReportIds,
}
