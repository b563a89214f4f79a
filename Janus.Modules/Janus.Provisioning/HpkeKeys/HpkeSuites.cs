using Janus.Dap;
using Janus.Datastore;
using Janus.Hpke;

namespace Janus.Provisioning;

/// <summary>The ciphersuites that an operator may choose for HPKE keys.</summary>
public static class HpkeSuites
{
    /// <summary>The ciphersuite of a new key; of each algorithm the one that all have to support, unless given.</summary>
    /// <exception cref="ProvisioningException">This machine does not support it.</exception>
    public static HpkeSuite Choose(HpkeKemId? kem, HpkeKdfId? kdf, HpkeAeadId? aead)
    {
        HpkeSuite standard = HpkeConfigs.MandatorySuite;
        HpkeSuite suite = new(kem ?? standard.Kem, kdf ?? standard.Kdf, aead ?? standard.Aead);
        return suite.IsSupported
            ? suite
            : throw new ProvisioningException(ProvisioningField.Ciphersuite, $"this machine does not support the HPKE suite {suite}");
    }

    /// <summary>The ciphersuites to rotate; all that are configured when none is given.</summary>
    /// <exception cref="ProvisioningException">One is not configured.</exception>
    public static IReadOnlyCollection<HpkeSuite> ChooseForRotation(IReadOnlyCollection<HpkeSuite> given, HpkeRotationPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(given);
        ArgumentNullException.ThrowIfNull(policy);
        Problems problems = new();
        foreach (HpkeSuite other in given.Except(policy.Suites))
        {
            problems.Add(
                ProvisioningField.Ciphersuite,
                $"{other} is not among Aggregator.KeyRotation.Ciphersuites ({string.Join(", ", policy.Suites)}): add it there, and the role key-rotator makes a key of it");
        }

        problems.ThrowIfAny();
        return given.Count == 0 ? [.. policy.Suites] : [.. given.Distinct()];
    }
}
