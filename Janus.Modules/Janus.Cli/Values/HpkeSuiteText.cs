using Janus.Hpke;

namespace Janus.Cli.Values;

/// <summary>The short names of HPKE's algorithms.</summary>
internal static class HpkeSuiteText
{
    /// <summary>The KEMs by name.</summary>
    public static IReadOnlyDictionary<string, HpkeKemId?> Kems { get; } = new Dictionary<string, HpkeKemId?>
    {
        ["x25519"] = HpkeKemId.X25519HkdfSha256,
        ["p256"] = HpkeKemId.P256HkdfSha256,
        ["p384"] = HpkeKemId.P384HkdfSha384,
        ["p521"] = HpkeKemId.P521HkdfSha512,
    };

    /// <summary>The KDFs by name.</summary>
    public static IReadOnlyDictionary<string, HpkeKdfId?> Kdfs { get; } = new Dictionary<string, HpkeKdfId?>
    {
        ["sha256"] = HpkeKdfId.HkdfSha256,
        ["sha384"] = HpkeKdfId.HkdfSha384,
        ["sha512"] = HpkeKdfId.HkdfSha512,
    };

    /// <summary>The AEADs by name.</summary>
    public static IReadOnlyDictionary<string, HpkeAeadId?> Aeads { get; } = new Dictionary<string, HpkeAeadId?>
    {
        ["aes128gcm"] = HpkeAeadId.Aes128Gcm,
        ["aes256gcm"] = HpkeAeadId.Aes256Gcm,
        ["chacha20poly1305"] = HpkeAeadId.ChaCha20Poly1305,
    };
}
