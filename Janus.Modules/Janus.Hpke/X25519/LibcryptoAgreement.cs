using System.Security.Cryptography;

namespace Janus.Hpke.X25519;

/// <summary>An agreement of two X25519 keys that libcrypto has prepared, for one thread at a time.</summary>
internal sealed unsafe class LibcryptoAgreement : IDisposable
{
    private readonly Libcrypto.PKeyHandle _peer;
    private readonly Libcrypto.PKeyContextHandle _context;

    /// <exception cref="CryptographicException">The library refuses to work.</exception>
    internal LibcryptoAgreement(Libcrypto.PKeyHandle key, ReadOnlySpan<byte> peerPublicKey)
    {
        fixed (byte* bytes = peerPublicKey)
        {
            _peer = Libcrypto.NewRawPublicKey(Libcrypto.X25519Type, 0, bytes, (nuint)peerPublicKey.Length);
        }

        if (_peer.IsInvalid)
        {
            throw Failure("parse a public key");
        }

        _context = Libcrypto.NewContext(key, 0);
        if (_context.IsInvalid
            || Libcrypto.DeriveInit(_context) != Libcrypto.Success
            || Libcrypto.DeriveSetPeer(_context, _peer, validate: 0) != Libcrypto.Success)
        {
            Dispose();
            throw Failure("begin an agreement");
        }
    }

    /// <summary>Computes the shared secret, as often as it is called.</summary>
    /// <returns>False if the shared secret is all zero.</returns>
    internal bool TryDerive(Span<byte> sharedSecret)
    {
        nuint length = (nuint)sharedSecret.Length;
        fixed (byte* output = sharedSecret)
        {
            if (Libcrypto.Derive(_context, output, ref length) != Libcrypto.Success)
            {
                // It fails so on an all-zero result; nothing here needs the reason, but it must not stay queued.
                Libcrypto.ClearErrors();
                return false;
            }
        }

        return length == (nuint)sharedSecret.Length && !IsZero(sharedSecret);
    }

    public void Dispose()
    {
        _context.Dispose();
        _peer.Dispose();
    }

    internal static CryptographicException Failure(string what)
    {
        Libcrypto.ClearErrors();
        return new CryptographicException($"libcrypto could not {what}");
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
}
