using System.Security.Cryptography;
using Janus.Hpke.Kems;

namespace Janus.Hpke;

/// <summary>Seals messages to one recipient under one suite and info, each with its own encapsulated key (RFC 9180 §6.1).</summary>
/// <remarks>Holds no secret, and may be used from many threads at once.</remarks>
public sealed class HpkeSender
{
    private readonly DhKem _kem;
    private readonly byte[] _recipientPublicKey;
    private readonly KeySchedule _schedule;

    /// <summary>Prepares sealing to the encoded public key <paramref name="recipientPublicKey"/> of Npk bytes.</summary>
    /// <exception cref="ArgumentException">The suite is not supported, or the public key is not one of its KEM.</exception>
    public HpkeSender(HpkeSuite suite, ReadOnlySpan<byte> recipientPublicKey, ReadOnlySpan<byte> info)
    {
        _schedule = new KeySchedule(suite, info);
        _kem = DhKem.Of(suite.Kem);
        if (recipientPublicKey.Length != _kem.Npk)
        {
            throw new ArgumentException(
                $"expected a public key of {_kem.Npk} bytes, got {recipientPublicKey.Length}", nameof(recipientPublicKey));
        }

        _recipientPublicKey = recipientPublicKey.ToArray();
        Suite = suite;

        // An agreement tells an invalid key now rather than at the first message.
        Span<byte> enc = stackalloc byte[DhKem.MaxNpk];
        Span<byte> sharedSecret = stackalloc byte[Kdfs.MaxNh];
        if (!_kem.TryEncap(_recipientPublicKey, enc[.._kem.Npk], sharedSecret[.._kem.Nsecret]))
        {
            throw new ArgumentException("the recipient's public key is not valid", nameof(recipientPublicKey));
        }

        CryptographicOperations.ZeroMemory(sharedSecret);
    }

    /// <summary>The suite.</summary>
    public HpkeSuite Suite { get; }

    /// <summary>
    /// Seals <paramref name="plaintext"/> and authenticates <paramref name="aad"/>, filling <paramref name="enc"/>
    /// (Nenc bytes) and <paramref name="ciphertext"/> (Nt bytes more than the plaintext, and apart from it in memory).
    /// </summary>
    /// <exception cref="ArgumentException">An output has the wrong length.</exception>
    public void Seal(ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext, Span<byte> enc, Span<byte> ciphertext)
    {
        if (enc.Length != _kem.Npk)
        {
            throw new ArgumentException($"expected room for {_kem.Npk} bytes, got {enc.Length}", nameof(enc));
        }

        if (ciphertext.Length - Aeads.Nt != plaintext.Length)
        {
            throw new ArgumentException(
                $"expected room for {(long)plaintext.Length + Aeads.Nt} bytes, got {ciphertext.Length}", nameof(ciphertext));
        }

        Span<byte> secrets = stackalloc byte[Kdfs.MaxNh + Aeads.MaxNk + Aeads.Nn];
        Span<byte> sharedSecret = secrets[.._kem.Nsecret];
        Span<byte> key = secrets.Slice(Kdfs.MaxNh, _schedule.Nk);
        Span<byte> nonce = secrets[^Aeads.Nn..];
        try
        {
            Encap(enc, sharedSecret);
            _schedule.Derive(sharedSecret, key, nonce);
            Aeads.Seal(_schedule.Aead, key, nonce, aad, plaintext, ciphertext);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secrets);
        }
    }

    /// <summary>Seals <paramref name="plaintext"/> and authenticates <paramref name="aad"/>, into new arrays.</summary>
    public (byte[] Enc, byte[] Ciphertext) Seal(ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext)
    {
        byte[] enc = new byte[_kem.Npk];
        byte[] ciphertext = new byte[checked(plaintext.Length + Aeads.Nt)];
        Seal(aad, plaintext, enc, ciphertext);
        return (enc, ciphertext);
    }

    /// <summary>Sets up a context for several messages, and its encapsulated key of Nenc bytes (RFC 9180 §5.1.1).</summary>
    public (byte[] Enc, HpkeContext Context) SetupContext()
    {
        Span<byte> sharedSecret = stackalloc byte[Kdfs.MaxNh];
        sharedSecret = sharedSecret[.._kem.Nsecret];
        byte[] enc = new byte[_kem.Npk];
        Encap(enc, sharedSecret);
        HpkeContext context = new(_schedule, seals: true, sharedSecret);
        CryptographicOperations.ZeroMemory(sharedSecret);
        return (enc, context);
    }

    private void Encap(Span<byte> enc, Span<byte> sharedSecret)
    {
        if (!_kem.TryEncap(_recipientPublicKey, enc, sharedSecret))
        {
            throw new CryptographicException("a public key that was valid before is refused");
        }
    }
}
