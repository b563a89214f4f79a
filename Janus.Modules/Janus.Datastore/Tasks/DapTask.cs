using System.Security.Cryptography;
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

    /// <summary>
    /// What a Leader presents to the Helper and accepts from the Collector, or what a Helper accepts from the Leader; valid
    /// now or not. None when it comes from elsewhere.
    /// </summary>
    public IReadOnlyList<AuthToken> Tokens { get; init; } = [];

    /// <summary>
    /// The peer with whom an advertised task was opted into, and whose tokens are the task's; <see langword="null"/> for a
    /// task that an operator has added.
    /// </summary>
    public int? TaskprovPeerKey { get; init; }

    /// <summary>What requests about the task have to advertise; <see langword="null"/> for a task that an operator has added.</summary>
    public TaskConfiguration? AdvertisedConfiguration => TaskprovPeerKey is null ? null : Configuration;

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

    /// <summary>
    /// How old a report may get here, in time-precision units; <see langword="null"/> keeps reports for ever. Each
    /// Aggregator chooses its own; what it means is told in <see cref="ReportExpiry"/>.
    /// </summary>
    public ulong? ReportExpiryAge { get; init; }

    /// <summary>The noise that this Aggregator adds to its aggregate shares; none when <see langword="null"/>.</summary>
    public DifferentialPrivacyStrategy? DifferentialPrivacy { get; init; }

    /// <summary>When the task was added here.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// The token that a Leader presents to the Helper at an instant, of those that are valid the one that became so last;
    /// <see langword="null"/> when there is none.
    /// </summary>
    public AuthToken? TokenToPresentAt(DateTimeOffset now) => AuthToken.ToPresentAt(Tokens, now);

    /// <summary>Whether both are the same task but for when it was added and for its tokens.</summary>
    public bool IsSameTask(DapTask other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Id == other.Id
            && Role == other.Role
            && Configuration.Equals(other.Configuration)
            && CryptographicOperations.FixedTimeEquals(VerifyKey, other.VerifyKey)
            && VerificationKeyId == other.VerificationKeyId
            && CollectorHpkeConfig.Equals(other.CollectorHpkeConfig)
            && TaskprovPeerKey == other.TaskprovPeerKey
            && TargetBatchSize == other.TargetBatchSize
            && BatchTimeWindow == other.BatchTimeWindow
            && Asynchronous == other.Asynchronous
            && ReportExpiryAge == other.ReportExpiryAge
            && DifferentialPrivacy == other.DifferentialPrivacy;
    }

    /// <summary>The ID and the role, never a key or a token.</summary>
    public override string ToString() => $"{nameof(DapTask)} {Id} ({Role})";
}
