using Janus.Cli.Values;
using Janus.Dap;
using Janus.Datastore;

namespace Janus.Cli.Files;

/// <summary>A peer without its secrets, as people and programs read it.</summary>
internal sealed record TaskprovPeerDescription
{
    /// <summary>The peer's number here.</summary>
    public required int Peer { get; init; }

    /// <summary>The peer's endpoint.</summary>
    public required string Endpoint { get; init; }

    /// <summary>What the peer is: leader or helper.</summary>
    public required string PeerRole { get; init; }

    /// <summary>Whether new tasks are opted into.</summary>
    public required bool NewTasks { get; init; }

    /// <summary>The IDs of the shared secrets, oldest first; a Leader uses the last one.</summary>
    public required IReadOnlyList<int> VerificationKeyIds { get; init; }

    /// <summary>The labels of its tokens.</summary>
    public required IReadOnlyList<string> Tokens { get; init; }

    /// <summary>The Collector's encoded HpkeConfig, base64url.</summary>
    public required string CollectorHpkeConfig { get; init; }

    /// <summary>How many reports the Leader puts into a batch of its choice, if set.</summary>
    public ulong? TargetBatchSize { get; init; }

    /// <summary>How long a batch of the Leader's choice lasts at most, in seconds, if set.</summary>
    public long? BatchTimeWindow { get; init; }

    /// <summary>Whether we as the Helper answer later; null for a Leader.</summary>
    public bool? Asynchronous { get; init; }

    /// <summary>How old reports of its new tasks may get here, in seconds; null for ever.</summary>
    public long? ReportExpiryAge { get; init; }

    /// <summary>The noise of this Aggregator for its new tasks, if any.</summary>
    public string? DifferentialPrivacy { get; init; }

    /// <summary>When the peer was added here.</summary>
    public required string CreatedAt { get; init; }

    /// <summary>Describes a peer.</summary>
    public static TaskprovPeerDescription Of(TaskprovPeer peer) => new()
    {
        Peer = peer.Key,
        Endpoint = peer.Endpoint,
        PeerRole = TaskFile.NameOf(peer.PeerRole),
        NewTasks = peer.AcceptsNewTasks,
        VerificationKeyIds = [.. peer.VerifyKeyInits.Select(init => (int)init.Id)],
        Tokens = [.. peer.Tokens.Select(token => token.Label)],
        CollectorHpkeConfig = CollectorKeyFile.Encode(peer.CollectorHpkeConfig),
        TargetBatchSize = peer.TargetBatchSize,
        BatchTimeWindow = (long?)peer.BatchTimeWindow?.TotalSeconds,
        Asynchronous = peer.PeerRole == Messages.Role.Leader ? peer.Asynchronous : null,
        ReportExpiryAge = (long?)peer.ReportExpiryAge?.TotalSeconds,
        DifferentialPrivacy = peer.DifferentialPrivacy?.ToString(),
        CreatedAt = InstantText.Format(peer.CreatedAt),
    };
}
