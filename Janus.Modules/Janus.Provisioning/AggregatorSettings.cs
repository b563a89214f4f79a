using Janus.Dap;

namespace Janus.Provisioning;

/// <summary>What each Aggregator chooses for itself, about one task or about those of a peer.</summary>
public sealed record AggregatorSettings
{
    /// <summary>Leader, leader-selected: how many reports a batch gets; a task's minimum batch size unless given.</summary>
    public ulong? TargetBatchSize { get; init; }

    /// <summary>Leader, leader-selected: the longest time that a batch spans, whole seconds; unlimited unless given.</summary>
    public TimeSpan? BatchTimeWindow { get; init; }

    /// <summary>Helper: whether it answers later.</summary>
    public bool Asynchronous { get; init; }

    /// <summary>How old reports may get here, whole seconds; for ever unless given.</summary>
    public TimeSpan? ReportExpiryAge { get; init; }

    /// <summary>The noise that this Aggregator adds to its aggregate shares; none unless given.</summary>
    public DifferentialPrivacyStrategy? DifferentialPrivacy { get; init; }

    /// <summary>Whether http endpoints are taken that are not on this machine: for tests only.</summary>
    public bool AllowHttp { get; init; }
}
