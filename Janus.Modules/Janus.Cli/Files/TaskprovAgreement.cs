using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Cli.Files;

/// <summary>What one party knows of what two Aggregators share for all advertised tasks; the Leader knows everything.</summary>
internal sealed record TaskprovAgreement
{
    /// <summary>The party.</summary>
    public required Role Recipient { get; init; }

    /// <summary>The Leader's endpoint.</summary>
    public required Url Leader { get; init; }

    /// <summary>The Helper's endpoint.</summary>
    public required Url Helper { get; init; }

    /// <summary>The secret that verification keys are derived from, which the Aggregators know.</summary>
    public byte[]? VerifyKeyInit { get; init; }

    /// <summary>Names <see cref="VerifyKeyInit"/>.</summary>
    public byte VerificationKeyId { get; init; }

    /// <summary>What aggregate shares are encrypted to.</summary>
    public required HpkeConfig CollectorHpkeConfig { get; init; }

    /// <summary>What the Leader presents to the Helper.</summary>
    public BearerToken? AggregatorToken { get; init; }

    /// <summary>What the Collector presents to the Leader.</summary>
    public BearerToken? CollectorToken { get; init; }

    /// <summary>The part of the Leader's knowledge that another party gets.</summary>
    public TaskprovAgreement For(Role recipient) => this with
    {
        Recipient = recipient,
        VerifyKeyInit = recipient is Role.Collector ? null : VerifyKeyInit,
        VerificationKeyId = recipient is Role.Collector ? (byte)0 : VerificationKeyId,
        AggregatorToken = recipient is Role.Collector ? null : AggregatorToken,
        CollectorToken = recipient is Role.Helper ? null : CollectorToken,
    };

    /// <summary>The peer as this Aggregator stores it.</summary>
    public TaskprovPeer ToPeer(DateTimeOffset createdAt)
    {
        bool isLeader = Recipient is Role.Leader;
        return new TaskprovPeer
        {
            Endpoint = TaskprovEndpoints.Normalize((isLeader ? Helper : Leader).ToString())!,
            PeerRole = isLeader ? Role.Helper : Role.Leader,
            CollectorHpkeConfig = CollectorHpkeConfig,
            VerifyKeyInits = [new TaskprovVerifyKeyInit { Id = VerificationKeyId, Secret = VerifyKeyInit!, CreatedAt = createdAt }],
            Tokens = isLeader
                ? [AuthToken.FirstToPresent(AggregatorToken!.Value, createdAt), AuthToken.FirstFromCollector(CollectorToken!.Value, createdAt)]
                : [AuthToken.FirstFromLeader(AggregatorToken!.Value, createdAt)],
            CreatedAt = createdAt,
        };
    }

    /// <summary>The party, never a secret.</summary>
    public override string ToString() => $"{nameof(TaskprovAgreement)} ({Recipient})";
}
