namespace Janus.Datastore;

/// <summary>What a worker may wait for.</summary>
public enum WorkKind
{
    /// <summary>Reports wait to be put into aggregation jobs.</summary>
    Reports,

    /// <summary>Aggregation jobs wait to be stepped.</summary>
    AggregationJobs,

    /// <summary>Collection jobs wait to be stepped.</summary>
    CollectionJobs,
}
