namespace Janus.Datastore;

/// <summary>Where an aggregation job stands. The numbers are stored.</summary>
public enum AggregationJobState : short
{
    /// <summary>A driver is to do its next step: on a Helper, one whose request it deferred.</summary>
    InProgress = 1,

    /// <summary>Its output shares are committed.</summary>
    Finished = 2,

    /// <summary>The Leader gave up; its reports are dropped or go into another job.</summary>
    Abandoned = 3,

    /// <summary>The Leader deleted it at the Helper; what it committed stays, unless the Leader counts its batch without it.</summary>
    Deleted = 4,

    /// <summary>A Helper has answered a step and the VDAF has more: the Leader is to continue.</summary>
    AwaitingContinuation = 5,

    /// <summary>The Leader gave up; its reports are let go as soon as the Helper has confirmed that it deleted the job.</summary>
    Settling = 6,
}
