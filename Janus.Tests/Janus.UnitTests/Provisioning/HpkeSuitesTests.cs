using Janus.Dap;
using Janus.Datastore;
using Janus.Hpke;
using Janus.Provisioning;
using static Janus.UnitTests.Provisioning.ProvisioningFixture;

namespace Janus.UnitTests.Provisioning;

[TestFixture]
public sealed class HpkeSuitesTests
{
    private static readonly HpkeRotationPolicy Policy = new() { Suites = [HpkeConfigs.MandatorySuite] };

    [Test]
    public void Algorithms_are_those_that_all_support_unless_given()
    {
        Assert.That(HpkeSuites.Choose(null, null, null), Is.EqualTo(HpkeConfigs.MandatorySuite));
        Assert.That(HpkeSuites.Choose(HpkeKemId.P256HkdfSha256, null, null), Is.EqualTo(HpkeConfigs.MandatorySuite with { Kem = HpkeKemId.P256HkdfSha256 }));
    }

    [Test]
    public void A_suite_that_this_machine_does_not_support_is_refused() => Assert.That(
        ProblemsOf(() => HpkeSuites.Choose((HpkeKemId)0x7777, null, null)).Single().Field, Is.EqualTo(ProvisioningField.Ciphersuite));

    [Test]
    public void Only_configured_suites_are_rotated()
    {
        HpkeSuite other = HpkeConfigs.MandatorySuite with { Kem = HpkeKemId.P256HkdfSha256 };
        Assert.That(HpkeSuites.ChooseForRotation([], Policy), Is.EqualTo(new[] { HpkeConfigs.MandatorySuite }));
        Assert.That(HpkeSuites.ChooseForRotation([HpkeConfigs.MandatorySuite, HpkeConfigs.MandatorySuite], Policy), Is.EqualTo(new[] { HpkeConfigs.MandatorySuite }));
        Assert.That(ProblemsOf(() => HpkeSuites.ChooseForRotation([other], Policy)).Single().Text, Does.StartWith($"{other} is not among "));
    }
}
