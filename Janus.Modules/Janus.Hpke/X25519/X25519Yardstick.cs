using System.Security.Cryptography;
using Janus.Hpke.Kems;

namespace Janus.Hpke.X25519;

/// <summary>
/// One X25519 key agreement, to be computed again and again: a unit in which speed compares over machines. Where HPKE
/// uses libcrypto it is the derivation alone, as <c>openssl speed ecdhx25519</c> measures it. For one thread.
/// </summary>
internal sealed class X25519Yardstick : IDisposable
{
    private readonly IDhPrivateKey _key;
    private readonly byte[] _peer;
    private readonly byte[] _sharedSecret = new byte[X25519Kem.KeyLength];
    private readonly LibcryptoAgreement? _agreement;

    /// <summary>Draws the keys of both sides.</summary>
    public X25519Yardstick()
    {
        Span<byte> privateKey = stackalloc byte[X25519Kem.KeyLength];
        X25519Kem.Default.GeneratePrivateKey(privateKey);
        using (IDhPrivateKey peer = X25519Kem.Default.Parse(privateKey))
        {
            _peer = peer.PublicKey.ToArray();
        }

        X25519Kem.Default.GeneratePrivateKey(privateKey);
        _key = X25519Kem.Default.Parse(privateKey);
        CryptographicOperations.ZeroMemory(privateKey);
        _agreement = (_key as LibcryptoPrivateKey)?.Begin(_peer);
    }

    /// <summary>What computes it, such as <c>OpenSSL 3.0.19</c>.</summary>
    public string Library => _agreement is null || OperatingSystem.IsWindows() ? "libsodium" : $"OpenSSL {Version(SafeEvpPKeyHandle.OpenSslVersion)}";

    /// <summary>Computes the agreement once.</summary>
    /// <exception cref="CryptographicException">It failed.</exception>
    public void Agree()
    {
        if (!(_agreement?.TryDerive(_sharedSecret) ?? _key.TryAgree(_peer, _sharedSecret)))
        {
            throw new CryptographicException("the X25519 agreement failed");
        }
    }

    public void Dispose()
    {
        _agreement?.Dispose();
        _key.Dispose();
        CryptographicOperations.ZeroMemory(_sharedSecret);
    }

    // OPENSSL_VERSION_NUMBER is 0xMNN00PP0 from OpenSSL 3 on, and libcrypto.so.3 is that.
    private static string Version(long number) => $"{number >> 28}.{(number >> 20) & 0xFF}.{(number >> 4) & 0xFF}";
}
