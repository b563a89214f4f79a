namespace Janus.Datastore;

/// <summary>Where an aggregation job stands. The numbers are stored.</summary>
public enum AggregationJobState : short
{
    /// <summary>Its reports are not verified yet.</summary>
    InProgress = 1,

    /// <summary>Its output shares are committed.</summary>
    Finished = 2,

    /// <summary>The Leader gave up; its reports are dropped.</summary>
    Abandoned = 3,

    /// <summary>The Leader deleted it at the Helper; what it committed stays.</summary>
    Deleted = 4,
}
