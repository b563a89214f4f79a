namespace Janus.Datastore;

/// <summary>Where a collection job stands. The numbers are stored.</summary>
public enum CollectionJobState : short
{
    /// <summary>Its batch is not complete yet.</summary>
    Waiting = 1,

    /// <summary>Its batch is marked collected and the Leader's aggregate share is stored; the Helper is to be asked.</summary>
    Fenced = 2,

    /// <summary>The answer is there.</summary>
    Finished = 3,

    /// <summary>There will be no answer.</summary>
    Failed = 4,

    /// <summary>The Collector deleted it.</summary>
    Deleted = 5,
}
