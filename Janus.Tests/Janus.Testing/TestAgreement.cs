using System.Security.Cryptography;
using Janus.Dap;
using Janus.Datastore;
using Janus.Hpke;
using Janus.Messages;

namespace Janus.Testing;

/// <summary>What two Aggregators and a Collector share for all tasks that are advertised to them.</summary>
public sealed class TestAgreement
{
    private static readonly DateTimeOffset CreatedAt = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The shared secrets, oldest first; tasks are made with the last one.</summary>
    public List<TaskprovVerifyKeyInit> VerifyKeyInits { get; } = [NewInit(0)];

    public HpkeKeyPair CollectorKeyPair { get; } = HpkeKeyPair.Generate(Dap.HpkeConfigs.MandatorySuite.Kem);

    /// <summary>What the Leader presents to the Helper.</summary>
    public BearerToken AggregatorToken { get; set; } = BearerToken.Generate();

    /// <summary>What the Collector presents to the Leader.</summary>
    public BearerToken CollectorToken { get; set; } = BearerToken.Generate();

    /// <summary>A secret that both sides may add.</summary>
    public static TaskprovVerifyKeyInit NewInit(byte id) => new()
    {
        Id = id,
        Secret = RandomNumberGenerator.GetBytes(TaskprovVerifyKeyInit.Length),
        CreatedAt = CreatedAt.AddMinutes(id),
    };

    /// <summary>The peer as the Leader or the Helper stores it.</summary>
    public TaskprovPeer PeerOf(Role ours, Uri other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new TaskprovPeer
        {
            Endpoint = TaskprovEndpoints.Normalize(other.OriginalString)!,
            PeerRole = ours == Role.Leader ? Role.Helper : Role.Leader,
            CollectorHpkeConfig = Dap.HpkeConfigs.Create(new HpkeConfigId(200), Dap.HpkeConfigs.MandatorySuite, CollectorKeyPair),
            VerifyKeyInits = [.. VerifyKeyInits],
            Tokens = ours == Role.Leader
                ? [AuthToken.FirstToPresent(AggregatorToken, CreatedAt), AuthToken.FirstFromCollector(CollectorToken, CreatedAt)]
                : [AuthToken.FirstFromLeader(AggregatorToken, CreatedAt)],
            CreatedAt = CreatedAt,
        };
    }

    /// <summary>The type's name: it holds secrets.</summary>
    public override string ToString() => nameof(TestAgreement);
}
