using System.Security.Cryptography;
using Janus.Dap;
using Janus.Datastore;
using Janus.Hpke;
using Janus.Messages;
using Janus.Vdaf;
using Janus.Vdaf.PingPong;

namespace Janus.Testing;

/// <summary>A task with everything that any participant knows of it, the Collector's private key included.</summary>
public sealed class TestTask
{
    /// <summary>The length of a batch bucket in the time-interval mode.</summary>
    public static readonly TimePrecision Precision = new(60);

    private static readonly DateTimeOffset CreatedAt = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Makes a task with keys and tokens of its own.</summary>
    public TestTask(TestTaskOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CollectorKeyPair = options.Agreement?.CollectorKeyPair ?? HpkeKeyPair.Generate(Dap.HpkeConfigs.MandatorySuite.Kem);
        CollectorHpkeConfig = Dap.HpkeConfigs.Create(new HpkeConfigId(200), Dap.HpkeConfigs.MandatorySuite, CollectorKeyPair);
        Configuration = new TaskConfiguration(new TaskConfigurationFields
        {
            TaskInfo = options.Agreement is null ? "a test"u8.ToArray() : RandomNumberGenerator.GetBytes(16),
            LeaderAggregatorEndpoint = new Url(options.Leader.ToString()),
            HelperAggregatorEndpoint = new Url(options.Helper.ToString()),
            TimePrecision = Precision,
            MinBatchSize = options.MinBatchSize,
            BatchMode = options.BatchMode,
            VdafType = options.MultiRound is null ? options.Vdaf.Type : MultiRoundVdaf.Type,
            VdafConfiguration = options.MultiRound?.EncodeConfiguration() ?? options.Vdaf.EncodeConfiguration(),
            Extensions = [.. options.TaskInterval is { } interval ? [TaskExtension.TaskInterval(interval)] : Array.Empty<TaskExtension>(), .. options.Extensions],
        });
        Vdaf = new TestVdafs().Create(Configuration);
        PingPong = new PingPongTopology(Vdaf);
        VerificationKeyId = options.Agreement is null ? options.VerificationKeyId : options.Agreement.VerifyKeyInits[^1].Id;
        Asynchronous = options.Asynchronous;
        TargetBatchSize = options.TargetBatchSize;
        ReportExpiryAge = options.ReportExpiryAge;
        if (options.Agreement is { } agreement)
        {
            Id = TaskprovDerivation.TaskIdOf(Configuration);
            VerifyKey = TaskprovDerivation.VerifyKeyOf(agreement.VerifyKeyInits[^1].Secret, Id, VerifyKey.Length);
            AggregatorToken = agreement.AggregatorToken;
            CollectorToken = agreement.CollectorToken;
            TaskprovHeader = Dap.TaskprovHeader.Format(Configuration);
        }
        LeaderNoise = options.LeaderNoise is { } ofLeader ? DifferentialPrivacyStrategy.Parse(ofLeader) : null;
        HelperNoise = options.HelperNoise is { } ofHelper ? DifferentialPrivacyStrategy.Parse(ofHelper) : null;
    }

    /// <summary>What requests about the task advertise; <see langword="null"/> for a task that was added.</summary>
    public string? TaskprovHeader { get; }

    public TaskId Id { get; } = TaskId.Random();

    public TaskConfiguration Configuration { get; }

    public IVdaf Vdaf { get; }

    public PingPongTopology PingPong { get; }

    public byte[] Context => DapVersion.Newest.VdafContext(Id);

    public byte[] VerifyKey { get; } = RandomNumberGenerator.GetBytes(32);

    public byte VerificationKeyId { get; }

    public bool Asynchronous { get; }

    /// <summary>How many reports the Leader puts into a batch of its choice, if not the minimum.</summary>
    public ulong? TargetBatchSize { get; }

    /// <summary>How old reports may get on both sides, in time-precision units; for ever if it is not set.</summary>
    public ulong? ReportExpiryAge { get; }

    public DifferentialPrivacyStrategy? LeaderNoise { get; }

    public DifferentialPrivacyStrategy? HelperNoise { get; }

    /// <summary>What the Leader presents to the Helper.</summary>
    public BearerToken AggregatorToken { get; } = BearerToken.Generate();

    /// <summary>What the Collector presents to the Leader.</summary>
    public BearerToken CollectorToken { get; } = BearerToken.Generate();

    public HpkeKeyPair CollectorKeyPair { get; }

    public HpkeConfig CollectorHpkeConfig { get; }

    public AggregatorUrls LeaderUrls => new(Configuration.LeaderAggregatorEndpoint);

    public AggregatorUrls HelperUrls => new(Configuration.HelperAggregatorEndpoint);

    /// <summary>The task as the Leader or the Helper stores it.</summary>
    public DapTask For(Role role) => new()
    {
        Id = Id,
        Role = role,
        Configuration = Configuration,
        VerifyKey = VerifyKey,
        VerificationKeyId = VerificationKeyId,
        CollectorHpkeConfig = CollectorHpkeConfig,
        Tokens = role == Role.Leader
            ? [AuthToken.FirstToPresent(AggregatorToken, CreatedAt), AuthToken.FirstFromCollector(CollectorToken, CreatedAt)]
            : [AuthToken.FirstFromLeader(AggregatorToken, CreatedAt)],
        Asynchronous = role == Role.Helper && Asynchronous,
        TargetBatchSize = role == Role.Leader ? TargetBatchSize : null,
        ReportExpiryAge = ReportExpiryAge,
        DifferentialPrivacy = role == Role.Leader ? LeaderNoise : HelperNoise,
        CreatedAt = CreatedAt,
    };

    /// <summary>Decrypts an aggregate share as the Collector, or returns <see langword="null"/>.</summary>
    public byte[]? Open(Role sender, CollectionJobReq request, HpkeCiphertext encrypted) =>
        new AggregateShareOpener(DapVersion.Newest, Id, Configuration, sender, CollectorHpkeConfig, CollectorKeyPair).TryOpen(request, encrypted, out byte[]? share)
            ? share
            : null;

    /// <summary>The type's name: it holds secrets.</summary>
    public override string ToString() => nameof(TestTask);
}
