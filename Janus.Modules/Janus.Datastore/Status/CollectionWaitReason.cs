namespace Janus.Datastore;

/// <summary>Why a collection job has no result yet, for programs.</summary>
public enum CollectionWaitReason
{
    /// <summary>It does not wait: it is finished, failed or deleted.</summary>
    None,

    /// <summary>Its interval has not ended: more reports may come.</summary>
    IntervalNotEnded,

    /// <summary>There are fewer reports than the minimum batch size.</summary>
    TooFewReports,

    /// <summary>There are enough reports, and some are not aggregated yet.</summary>
    ReportsNotAggregated,

    /// <summary>A batch of the Leader's choice is not full yet.</summary>
    NoBatch,

    /// <summary>Its batch is closed, and the Helper's aggregate share is missing.</summary>
    HelperShareMissing,

    /// <summary>It has all that it needs, and waits for a driver.</summary>
    NoDriver,
}
