using Janus.Dap;
using Janus.Messages;

namespace Janus.Datastore;

/// <summary>A task as one Aggregator knows it: the configuration of DAP §4.2 (task-configuration) and this role's keys.</summary>
public sealed record DapTask
{
    /// <summary>The task's short number in this database; 0 until it has been added.</summary>
    public int Key { get; init; }

    /// <summary>The task ID.</summary>
    public required TaskId Id { get; init; }

    /// <summary>The role of this Aggregator in the task, Leader or Helper.</summary>
    public required Role Role { get; init; }

    /// <summary>What all participants agree on, with its exact bytes.</summary>
    public required TaskConfiguration Configuration { get; init; }

    /// <summary>The VDAF verification key that both Aggregators share.</summary>
    public required byte[] VerifyKey { get; init; }

    /// <summary>Names <see cref="VerifyKey"/> in aggregation jobs.</summary>
    public byte VerificationKeyId { get; init; }

    /// <summary>What aggregate shares are encrypted to.</summary>
    public required HpkeConfig CollectorHpkeConfig { get; init; }

    /// <summary>What a Leader presents to the Helper; <see langword="null"/> on a Helper.</summary>
    public BearerToken? AggregatorToken { get; init; }

    /// <summary>The SHA-256 of what a Helper expects of the Leader, 32 bytes; <see langword="null"/> on a Leader.</summary>
    public byte[]? AggregatorTokenHash { get; init; }

    /// <summary>The SHA-256 of what a Leader expects of the Collector, 32 bytes; <see langword="null"/> on a Helper.</summary>
    public byte[]? CollectorTokenHash { get; init; }

    /// <summary>
    /// How many reports the Leader puts into a batch of its choice; the minimum batch size when <see langword="null"/>.
    /// </summary>
    public ulong? TargetBatchSize { get; init; }

    /// <summary>
    /// The longest time a batch of the Leader's choice spans, in time-precision units; unlimited when <see langword="null"/>.
    /// </summary>
    public ulong? BatchTimeWindow { get; init; }

    /// <summary>
    /// Whether a Helper answers later: it stores a request, answers without a body, and lets a driver do the work;
    /// <see langword="false"/> on a Leader, who takes either kind of answer.
    /// </summary>
    public bool Asynchronous { get; init; }

    /// <summary>The noise that this Aggregator adds to its aggregate shares; none when <see langword="null"/>.</summary>
    public DifferentialPrivacyStrategy? DifferentialPrivacy { get; init; }

    /// <summary>When the task was added here.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The ID and the role, never a key or a token.</summary>
    public override string ToString() => $"{nameof(DapTask)} {Id} ({Role})";
}
