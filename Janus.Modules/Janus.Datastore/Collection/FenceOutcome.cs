namespace Janus.Datastore;

/// <summary>What became of an attempt to mark a batch collected.</summary>
public enum FenceOutcome
{
    /// <summary>The batch takes no more reports, and the Leader's aggregate share is stored.</summary>
    Fenced,

    /// <summary>The batch takes no more reports; those that it has are still to be aggregated.</summary>
    Closed,

    /// <summary>The batch is no longer what the caller read, or has noise by now, so the aggregate share must be computed anew.</summary>
    Changed,

    /// <summary>A bucket of the batch has been collected by someone else.</summary>
    Overlap,

    /// <summary>Reports of the batch were aggregated with another aggregation parameter.</summary>
    OtherAggParam,

    /// <summary>The lease is another worker's now, or the job is gone.</summary>
    LeaseLost,
}
