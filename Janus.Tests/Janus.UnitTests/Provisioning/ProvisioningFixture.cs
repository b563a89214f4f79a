using Janus.Dap;
using Janus.Hpke;
using Janus.Messages;
using Janus.Provisioning;

namespace Janus.UnitTests.Provisioning;

/// <summary>What the tests of the module start from: a task and an agreement without mistakes.</summary>
internal static class ProvisioningFixture
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 30, 45, TimeSpan.Zero);

    public static TaskTerms Terms => new()
    {
        Leader = new Url("https://leader.example/"),
        Helper = new Url("https://helper.example/"),
        Measurement = MeasurementEncoding.Parse("sum:1000"),
        MinBatchSize = 100,
    };

    public static HpkeConfig CollectorHpkeConfig { get; } = MakeHpkeConfig();

    public static NewTask Task(TaskTerms terms) => new() { Terms = terms, CollectorHpkeConfig = CollectorHpkeConfig };

    public static TaskprovAgreement Agreement(Role ours) => new()
    {
        Recipient = ours,
        Leader = new Url("https://leader.example/"),
        Helper = new Url("https://helper.example/"),
        CollectorHpkeConfig = CollectorHpkeConfig,
    };

    /// <summary>The problems of what is refused, each with its field.</summary>
    public static IReadOnlyList<(ProvisioningField? Field, string Text)> ProblemsOf(Action refused) =>
        [.. Assert.Throws<ProvisioningException>(() => refused())!.Problems.Select(problem => (problem.Field, problem.ToString()))];

    private static HpkeConfig MakeHpkeConfig()
    {
        using HpkeKeyPair pair = HpkeKeyPair.Generate(HpkeConfigs.MandatorySuite.Kem);
        return HpkeConfigs.Create(new HpkeConfigId(1), HpkeConfigs.MandatorySuite, pair);
    }
}
