using Janus.Hpke;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>What an <see cref="HpkeConfig"/> means to HPKE: DAP §4.4.1 (hpke-config).</summary>
public static class HpkeConfigs
{
    /// <summary>The suite that every implementation of DAP supports: DAP §7 (compliance).</summary>
    public static HpkeSuite MandatorySuite { get; } =
        new(HpkeKemId.X25519HkdfSha256, HpkeKdfId.HkdfSha256, HpkeAeadId.Aes128Gcm);

    /// <summary>The configuration's algorithms, supported or not.</summary>
    public static HpkeSuite Suite(this HpkeConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new HpkeSuite((HpkeKemId)config.KemId, (HpkeKdfId)config.KdfId, (HpkeAeadId)config.AeadId);
    }

    /// <summary>The configuration that announces the public key of <paramref name="keyPair"/>.</summary>
    /// <exception cref="ArgumentException">The key pair is for another KEM than the suite's.</exception>
    public static HpkeConfig Create(HpkeConfigId id, HpkeSuite suite, HpkeKeyPair keyPair)
    {
        ArgumentNullException.ThrowIfNull(keyPair);
        return keyPair.Kem == suite.Kem
            ? new HpkeConfig(id, (ushort)suite.Kem, (ushort)suite.Kdf, (ushort)suite.Aead, keyPair.PublicKey.ToArray())
            : throw new ArgumentException($"expected a key pair for {suite.Kem}, got one for {keyPair.Kem}", nameof(keyPair));
    }

    /// <summary>The first configuration whose suite this process supports, or <see langword="null"/>.</summary>
    public static HpkeConfig? FirstSupported(this HpkeConfigList list)
    {
        ArgumentNullException.ThrowIfNull(list);
        return list.Configs.FirstOrDefault(config => config.Suite().IsSupported);
    }
}
