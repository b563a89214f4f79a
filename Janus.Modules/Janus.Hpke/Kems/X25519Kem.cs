using System.Security.Cryptography;
using Janus.Hpke.X25519;

namespace Janus.Hpke.Kems;

/// <summary>DHKEM(X25519, HKDF-SHA256) (RFC 9180 §7.1).</summary>
internal sealed class X25519Kem : DhKem
{
    internal const int KeyLength = 32;

    private readonly IX25519 _x25519;

    internal X25519Kem(IX25519 x25519)
        : base(HpkeKemId.X25519HkdfSha256, HashAlgorithmName.SHA256, KeyLength, KeyLength) => _x25519 = x25519;

    /// <summary>Over libcrypto where it loads and passes its self-test, else over NSec: decided once.</summary>
    internal static X25519Kem Default { get; } = new(LibcryptoX25519.IsSupported ? new LibcryptoX25519() : new NSecX25519());

    internal override void GeneratePrivateKey(Span<byte> privateKey)
    {
        RandomNumberGenerator.Fill(privateKey);
        TryNormalize(privateKey);
    }

    internal override void DerivePrivateKey(ReadOnlySpan<byte> ikm, Span<byte> privateKey)
    {
        Span<byte> prk = stackalloc byte[KeyLength];
        ExtractDkpPrk(ikm, prk);
        Kdfs.Expand(Hash, prk, Kdfs.ExpandPrefix(SuiteId, "sk"u8, KeyLength), privateKey);
        CryptographicOperations.ZeroMemory(prk);
        TryNormalize(privateKey);
    }

    internal override IDhPrivateKey Parse(ReadOnlySpan<byte> privateKey) => _x25519.Parse(privateKey);

    internal override bool TryNormalize(Span<byte> privateKey)
    {
        // Clamping (RFC 7748 §5), which serialized private keys have undergone.
        privateKey[0] &= 0xf8;
        privateKey[31] = (byte)((privateKey[31] & 0x7f) | 0x40);
        return true;
    }
}
