namespace Janus.Host.Configuration;

/// <summary>What a process does; on the command line and in the configuration in kebab-case.</summary>
internal enum ProcessRole
{
    /// <summary>Every role.</summary>
    All,

    /// <summary>Serves the protocol over HTTP.</summary>
    Aggregator,

    /// <summary>Puts uploaded reports into aggregation jobs.</summary>
    AggregationJobCreator,

    /// <summary>Drives aggregation jobs.</summary>
    AggregationJobDriver,

    /// <summary>Drives collection jobs.</summary>
    CollectionJobDriver,

    /// <summary>Rotates HPKE keys.</summary>
    KeyRotator,

    /// <summary>Removes what has expired.</summary>
    GarbageCollector,
}
