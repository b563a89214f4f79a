namespace Janus.Benchmarks.Queries;

/// <summary>The kinds of tasks in a filled database.</summary>
internal enum TaskKind
{
    /// <summary>Leader, time-interval.</summary>
    LeaderInterval,

    /// <summary>Leader, leader-selected.</summary>
    LeaderSelected,

    /// <summary>Leader, leader-selected with a time window.</summary>
    LeaderWindowed,

    /// <summary>Leader, time-interval, with aggregation parameters.</summary>
    LeaderParameter,

    /// <summary>Helper, time-interval.</summary>
    HelperInterval,

    /// <summary>Helper, leader-selected.</summary>
    HelperSelected,
}
