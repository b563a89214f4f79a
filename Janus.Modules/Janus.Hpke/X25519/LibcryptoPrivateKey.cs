using System.Security.Cryptography;
using Janus.Hpke.Kems;

namespace Janus.Hpke.X25519;

/// <summary>An X25519 private key that libcrypto has parsed.</summary>
/// <remarks>
/// An EVP_PKEY may be read by many threads at once; an EVP_PKEY_CTX belongs to one, so each agreement has its own.
/// </remarks>
internal sealed unsafe class LibcryptoPrivateKey : IDhPrivateKey
{
    private readonly Libcrypto.PKeyHandle _key;
    private readonly byte[] _publicKey = new byte[X25519Kem.KeyLength];

    /// <exception cref="CryptographicException">The library refuses to work.</exception>
    internal LibcryptoPrivateKey(ReadOnlySpan<byte> privateKey)
    {
        fixed (byte* bytes = privateKey)
        {
            _key = Libcrypto.NewRawPrivateKey(Libcrypto.X25519Type, 0, bytes, (nuint)privateKey.Length);
        }

        nuint length = (nuint)_publicKey.Length;
        fixed (byte* output = _publicKey)
        {
            if (_key.IsInvalid
                || Libcrypto.GetRawPublicKey(_key, output, ref length) != Libcrypto.Success
                || length != (nuint)_publicKey.Length)
            {
                _key.Dispose();
                throw LibcryptoAgreement.Failure("parse a private key");
            }
        }
    }

    public ReadOnlySpan<byte> PublicKey => _publicKey;

    public bool TryAgree(ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret)
    {
        using LibcryptoAgreement agreement = Begin(peerPublicKey);
        return agreement.TryDerive(sharedSecret);
    }

    /// <summary>Prepares an agreement with a peer.</summary>
    /// <exception cref="CryptographicException">The library refuses to work.</exception>
    internal LibcryptoAgreement Begin(ReadOnlySpan<byte> peerPublicKey) => new(_key, peerPublicKey);

    public void Dispose() => _key.Dispose();
}
