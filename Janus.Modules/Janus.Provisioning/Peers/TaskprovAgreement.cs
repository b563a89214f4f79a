using System.Security.Cryptography;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Provisioning;

/// <summary>What one party knows of what two Aggregators share for all advertised tasks; the Leader knows everything.</summary>
public sealed record TaskprovAgreement
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

    /// <summary>A new agreement, as the Leader knows it: with random secrets in place of those that it lacks.</summary>
    public TaskprovAgreement WithSecrets() => this with
    {
        VerifyKeyInit = VerifyKeyInit ?? RandomNumberGenerator.GetBytes(TaskprovDerivation.VerifyKeyInitLength),
        AggregatorToken = AggregatorToken ?? BearerToken.Generate(),
        CollectorToken = CollectorToken ?? BearerToken.Generate(),
    };

    /// <summary>The peer as this Aggregator stores it, with settings that suit its role.</summary>
    /// <exception cref="ProvisioningException">The agreement or the settings have mistakes.</exception>
    public TaskprovPeer ToPeer(AggregatorSettings settings, DateTimeOffset createdAt)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Problems problems = new();
        EndpointRules.RequireTls(Leader, Helper, settings.AllowHttp, problems);
        problems.Read(ProvisioningField.CollectorHpkeConfig, () => TaskChecks.RequireSupported(CollectorHpkeConfig));
        problems.Read(ProvisioningField.VerifyKeyInit, () => TaskChecks.RequireVerifyKeyInit(VerifyKeyInit!));
        problems.ThrowIfAny();
        TaskprovPeer peer = Store(createdAt) with
        {
            TargetBatchSize = settings.TargetBatchSize,
            BatchTimeWindow = settings.BatchTimeWindow,
            Asynchronous = settings.Asynchronous,
            ReportExpiryAge = settings.ReportExpiryAge,
            DifferentialPrivacy = settings.DifferentialPrivacy,
        };
        TaskprovPeerChanges.RequireFitting(peer);
        return peer;
    }

    /// <summary>The party, never a secret.</summary>
    public override string ToString() => $"{nameof(TaskprovAgreement)} ({Recipient})";

    private TaskprovPeer Store(DateTimeOffset createdAt)
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
}
