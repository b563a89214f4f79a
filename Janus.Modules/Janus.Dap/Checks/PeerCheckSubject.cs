using Janus.Messages;

namespace Janus.Dap;

/// <summary>A task as one of its Aggregators has it, to be compared with the other one's.</summary>
public sealed record PeerCheckSubject
{
    /// <summary>The task ID.</summary>
    public required TaskId TaskId { get; init; }

    /// <summary>Our role, Leader or Helper.</summary>
    public required Role Role { get; init; }

    /// <summary>Our task configuration.</summary>
    public required TaskConfiguration Configuration { get; init; }

    /// <summary>Our verify key.</summary>
    public required ReadOnlyMemory<byte> VerifyKey { get; init; }

    /// <summary>Our verification key ID.</summary>
    public required byte VerificationKeyId { get; init; }

    /// <summary>What a Leader presents to the Helper now; <see langword="null"/> for none.</summary>
    public BearerToken? Token { get; init; }

    /// <summary>Whether the task is advertised to the peer, which learns of it with the first report.</summary>
    public bool IsAdvertised { get; init; }

    /// <summary>The other Aggregator.</summary>
    public Role Peer => Role == Role.Leader ? Role.Helper : Role.Leader;

    /// <summary>Where the other Aggregator is.</summary>
    public Url PeerEndpoint => Role == Role.Leader ? Configuration.HelperAggregatorEndpoint : Configuration.LeaderAggregatorEndpoint;

    /// <summary>The ID and the role, never a key or a token.</summary>
    public override string ToString() => $"{nameof(PeerCheckSubject)} {TaskId} ({Role})";
}
