using System.Security.Cryptography;
using Janus.Dap;
using Janus.Datastore;
using Janus.Hpke;
using Janus.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Cli.Demo;

/// <summary>The demo's task: what all parties agree on, and the secrets that each of them has.</summary>
internal sealed class DemoTask : IDisposable
{
    private const byte CollectorConfigId = 1;
    private const uint TimePrecisionSeconds = 300;

    private readonly BearerToken _aggregatorToken = BearerToken.Generate();
    private readonly byte[] _verifyKey;

    /// <summary>Makes a task with new keys for a batch of exactly <paramref name="reports"/> reports.</summary>
    public DemoTask(DemoDeployment deployment, VdafDescription vdaf, BatchMode batchMode, ulong reports)
    {
        CollectorKeyPair = HpkeKeyPair.Generate(HpkeConfigs.MandatorySuite.Kem);
        CollectorHpkeConfig = HpkeConfigs.Create(new HpkeConfigId(CollectorConfigId), HpkeConfigs.MandatorySuite, CollectorKeyPair);
        _verifyKey = RandomNumberGenerator.GetBytes(vdaf.VerifyKeySize);
        Configuration = new TaskConfiguration(new TaskConfigurationFields
        {
            TaskInfo = "janus demo"u8.ToArray(),
            LeaderAggregatorEndpoint = deployment.Leader.Endpoint,
            HelperAggregatorEndpoint = deployment.Helper.Endpoint,
            TimePrecision = new TimePrecision(TimePrecisionSeconds),
            MinBatchSize = reports,
            BatchMode = batchMode,
            VdafType = vdaf.Type,
            VdafConfiguration = vdaf.EncodeConfiguration(),
        });
    }

    /// <summary>The task ID.</summary>
    public TaskId Id { get; } = TaskId.Random();

    /// <summary>The task configuration.</summary>
    public TaskConfiguration Configuration { get; }

    /// <summary>The Collector's HPKE configuration.</summary>
    public HpkeConfig CollectorHpkeConfig { get; }

    /// <summary>The Collector's key pair.</summary>
    public HpkeKeyPair CollectorKeyPair { get; }

    /// <summary>What the Collector presents to the Leader.</summary>
    public BearerToken CollectorToken { get; } = BearerToken.Generate();

    /// <summary>Whether the Helper answers later.</summary>
    public bool Asynchronous { get; init; }

    /// <summary>Provisions the task on both aggregators.</summary>
    public async Task ProvisionAsync(DemoDeployment deployment, CancellationToken cancellationToken)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        DapTask leader = new()
        {
            Id = Id,
            Role = Role.Leader,
            Configuration = Configuration,
            VerifyKey = _verifyKey,
            CollectorHpkeConfig = CollectorHpkeConfig,
            Tokens = [AuthToken.FirstToPresent(_aggregatorToken, now), AuthToken.FirstFromCollector(CollectorToken, now)],
            CreatedAt = now,
        };
        DapTask helper = leader with
        {
            Role = Role.Helper,
            Tokens = [AuthToken.FirstFromLeader(_aggregatorToken, now)],
            Asynchronous = Asynchronous,
        };
        await deployment.LeaderStores.GetRequiredService<TaskStore>().AddAsync(leader, cancellationToken);
        await deployment.HelperStores.GetRequiredService<TaskStore>().AddAsync(helper, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_verifyKey);
        CollectorKeyPair.Dispose();
    }
}
