namespace Janus.Datastore;

/// <summary>What a worker may wait for.</summary>
public enum WorkKind
{
    /// <summary>Reports wait to be put into aggregation jobs.</summary>
    Reports,

    /// <summary>Aggregation jobs of a Leader wait to be stepped.</summary>
    AggregationJobs,

    /// <summary>Aggregation jobs of a Helper wait to be stepped.</summary>
    HelperAggregationJobs,

    /// <summary>Aggregate shares of a Helper wait to be computed.</summary>
    AggregateShares,

    /// <summary>Collection jobs wait to be stepped.</summary>
    CollectionJobs,

    /// <summary>A task was deleted.</summary>
    Tasks,
}
