using Janus.Dap;
using Janus.Messages;

namespace Janus.Datastore;

/// <summary>
/// Another Aggregator with which we take part in tasks that are advertised, and what both have agreed on beforehand:
/// Taskprov (taskprov).
/// </summary>
public sealed record TaskprovPeer
{
    /// <summary>The peer's short number in this database; 0 until it has been added.</summary>
    public int Key { get; init; }

    /// <summary>The peer's URL in the form of <see cref="Dap.TaskprovEndpoints.Normalize"/>.</summary>
    public required string Endpoint { get; init; }

    /// <summary>What the peer is in the tasks, Leader or Helper; we are the other.</summary>
    public required Role PeerRole { get; init; }

    /// <summary>What aggregate shares are encrypted to.</summary>
    public required HpkeConfig CollectorHpkeConfig { get; init; }

    /// <summary>
    /// How many reports we as the Leader put into a batch of our choice, if that is more than a task's minimum batch size.
    /// </summary>
    public ulong? TargetBatchSize { get; init; }

    /// <summary>The longest time that a batch of our choice spans, whole seconds; unlimited when <see langword="null"/>.</summary>
    public TimeSpan? BatchTimeWindow { get; init; }

    /// <summary>Whether we as the Helper answer later.</summary>
    public bool Asynchronous { get; init; }

    /// <summary>How old reports of new tasks may become, whole seconds; for ever when <see langword="null"/>.</summary>
    public TimeSpan? ReportExpiryAge { get; init; }

    /// <summary>The noise that we add to our aggregate shares of new tasks; none when <see langword="null"/>.</summary>
    public DifferentialPrivacyStrategy? DifferentialPrivacy { get; init; }

    /// <summary>Whether new tasks of this peer are opted into; those that are here go on.</summary>
    public bool AcceptsNewTasks { get; init; } = true;

    /// <summary>The shared secrets, oldest first.</summary>
    public required IReadOnlyList<TaskprovVerifyKeyInit> VerifyKeyInits { get; init; }

    /// <summary>
    /// What we present to the Helper and accept from the Collector, or accept from the Leader, for all tasks of this peer;
    /// valid now or not.
    /// </summary>
    public IReadOnlyList<AuthToken> Tokens { get; init; } = [];

    /// <summary>When the peer was added here.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The secret with an ID, or the newest one for <see langword="null"/>; <see langword="null"/> if there is none.</summary>
    public TaskprovVerifyKeyInit? VerifyKeyInit(byte? id) =>
        VerifyKeyInits.LastOrDefault(init => id is null || init.Id == id);

    /// <summary>The endpoint and the role, never a secret.</summary>
    public override string ToString() => $"{nameof(TaskprovPeer)} {Endpoint} ({PeerRole})";
}
