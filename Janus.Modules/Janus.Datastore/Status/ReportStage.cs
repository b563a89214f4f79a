namespace Janus.Datastore;

/// <summary>How far a report came that is counted. The numbers are stored.</summary>
public enum ReportStage : short
{
    /// <summary>A Leader stored it.</summary>
    Received = 1,

    /// <summary>A Leader refused it at upload.</summary>
    Refused = 2,

    /// <summary>It was verified and committed to a batch bucket.</summary>
    Aggregated = 3,

    /// <summary>It was rejected in aggregation, by this Aggregator or by the peer.</summary>
    Rejected = 4,

    /// <summary>A Leader gave it up with its aggregation job, which the Helper refused.</summary>
    Dropped = 5,
}
