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
                throw Failure("parse a private key");
            }
        }
    }

    public ReadOnlySpan<byte> PublicKey => _publicKey;

    public bool TryAgree(ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret)
    {
        using Libcrypto.PKeyHandle peer = ParsePeer(peerPublicKey);
        using Libcrypto.PKeyContextHandle context = Libcrypto.NewContext(_key, 0);
        if (context.IsInvalid
            || Libcrypto.DeriveInit(context) != Libcrypto.Success
            || Libcrypto.DeriveSetPeer(context, peer, validate: 0) != Libcrypto.Success)
        {
            throw Failure("begin an agreement");
        }

        nuint length = (nuint)sharedSecret.Length;
        fixed (byte* output = sharedSecret)
        {
            if (Libcrypto.Derive(context, output, ref length) != Libcrypto.Success)
            {
                // It fails so on an all-zero result; nothing here needs the reason, but it must not stay queued.
                Libcrypto.ClearErrors();
                return false;
            }
        }

        return length == (nuint)sharedSecret.Length && !IsZero(sharedSecret);
    }

    public void Dispose() => _key.Dispose();

    private static Libcrypto.PKeyHandle ParsePeer(ReadOnlySpan<byte> publicKey)
    {
        fixed (byte* bytes = publicKey)
        {
            Libcrypto.PKeyHandle peer = Libcrypto.NewRawPublicKey(Libcrypto.X25519Type, 0, bytes, (nuint)publicKey.Length);
            if (peer.IsInvalid)
            {
                peer.Dispose();
                throw Failure("parse a public key");
            }

            return peer;
        }
    }

    private static bool IsZero(ReadOnlySpan<byte> bytes)
    {
        int any = 0;
        foreach (byte b in bytes)
        {
            any |= b;
        }

        return any == 0;
    }

    private static CryptographicException Failure(string what)
    {
        Libcrypto.ClearErrors();
        return new CryptographicException($"libcrypto could not {what}");
    }
}
