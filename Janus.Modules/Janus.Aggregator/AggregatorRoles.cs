namespace Janus.Aggregator;

/// <summary>What a process does; any role runs in any number of processes.</summary>
[Flags]
public enum AggregatorRoles
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Serves the DAP endpoints over HTTP.</summary>
    Aggregator = 1,

    /// <summary>Puts waiting reports into aggregation jobs.</summary>
    AggregationJobCreator = 2,

    /// <summary>Drives aggregation jobs, also those that a Helper has deferred.</summary>
    AggregationJobDriver = 4,

    /// <summary>Drives collection jobs, and the aggregate shares that a Helper has deferred.</summary>
    CollectionJobDriver = 8,

    /// <summary>Rotates HPKE keys.</summary>
    KeyRotator = 16,

    /// <summary>Removes what has expired.</summary>
    GarbageCollector = 32,

    /// <summary>Everything.</summary>
    All = Aggregator | AggregationJobCreator | AggregationJobDriver | CollectionJobDriver | KeyRotator | GarbageCollector,
}
