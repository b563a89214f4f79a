namespace Janus.Datastore;

/// <summary>Where an aggregate share of the Helper stands. The numbers are stored.</summary>
public enum AggregateShareState : short
{
    /// <summary>Its request is stored and a driver is to compute it; the batch is not collected yet.</summary>
    InProgress = 1,

    /// <summary>The answer is there and the batch is collected.</summary>
    Finished = 2,

    /// <summary>There is no answer, and the batch is not collected; the same request may be tried again.</summary>
    Failed = 3,

    /// <summary>
    /// The Leader deleted the resource. A batch that was collected stays so, and the same request finds its answer again;
    /// without an answer, the same request may be tried again.
    /// </summary>
    Deleted = 4,
}
