using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Janus.Hpke;

/// <summary>Opens messages sealed to one key pair under one suite and info (RFC 9180 §6.1).</summary>
/// <remarks>
/// May be used from many threads at once. It borrows the key pair, which must live as long as it does. Input that is
/// malformed or forged is a result, never an exception.
/// </remarks>
public sealed class HpkeRecipient
{
    private readonly HpkeKeyPair _keyPair;
    private readonly KeySchedule _schedule;

    /// <summary>Prepares opening with <paramref name="keyPair"/>, whose KEM is the suite's.</summary>
    /// <exception cref="ArgumentException">The suite is not supported, or the key pair is for another KEM.</exception>
    public HpkeRecipient(HpkeSuite suite, HpkeKeyPair keyPair, ReadOnlySpan<byte> info)
    {
        ArgumentNullException.ThrowIfNull(keyPair);
        _schedule = new KeySchedule(suite, info);
        if (keyPair.Kem != suite.Kem)
        {
            throw new ArgumentException($"expected a key pair for {suite.Kem}, got one for {keyPair.Kem}", nameof(keyPair));
        }

        _keyPair = keyPair;
        Suite = suite;
    }

    /// <summary>The suite.</summary>
    public HpkeSuite Suite { get; }

    /// <summary>
    /// Opens <paramref name="ciphertext"/> into the start of <paramref name="plaintext"/>, which has room for Nt bytes
    /// less than the ciphertext and lies apart from it in memory.
    /// </summary>
    /// <returns>False if any of the inputs is malformed, forged, or sealed to another key, info or suite.</returns>
    /// <exception cref="ArgumentException">The room for the plaintext is too small.</exception>
    /// <exception cref="ObjectDisposedException">The key pair has been disposed of.</exception>
    public bool TryOpen(
        ReadOnlySpan<byte> enc,
        ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> ciphertext,
        Span<byte> plaintext,
        out int bytesWritten)
    {
        bytesWritten = 0;
        int length = ciphertext.Length - Aeads.Nt;
        if (length < 0)
        {
            return false;
        }

        if (plaintext.Length < length)
        {
            throw new ArgumentException($"expected room for {length} bytes, got {plaintext.Length}", nameof(plaintext));
        }

        Span<byte> secrets = stackalloc byte[Kdfs.MaxNh + Aeads.MaxNk + Aeads.Nn];
        Span<byte> sharedSecret = secrets[.._keyPair.KemOf.Nsecret];
        Span<byte> key = secrets.Slice(Kdfs.MaxNh, _schedule.Nk);
        Span<byte> nonce = secrets[^Aeads.Nn..];
        try
        {
            if (!_keyPair.KemOf.TryDecap(_keyPair.Parsed, enc, sharedSecret))
            {
                return false;
            }

            _schedule.Derive(sharedSecret, key, nonce);
            if (!Aeads.TryOpen(_schedule.Aead, key, nonce, aad, ciphertext, plaintext[..length]))
            {
                return false;
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secrets);
        }

        bytesWritten = length;
        return true;
    }

    /// <summary>Opens <paramref name="ciphertext"/> into a new array, null after a failure.</summary>
    /// <returns>False if any of the inputs is malformed, forged, or sealed to another key, info or suite.</returns>
    /// <exception cref="ObjectDisposedException">The key pair has been disposed of.</exception>
    public bool TryOpen(
        ReadOnlySpan<byte> enc,
        ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> ciphertext,
        [NotNullWhen(true)] out byte[]? plaintext)
    {
        byte[] room = new byte[Math.Max(ciphertext.Length - Aeads.Nt, 0)];
        bool opened = TryOpen(enc, aad, ciphertext, room, out _);
        plaintext = opened ? room : null;
        return opened;
    }

    /// <summary>Sets up the context that belongs to an encapsulated key, null after a failure (RFC 9180 §5.1.1).</summary>
    /// <returns>False if the encapsulated key is malformed.</returns>
    /// <exception cref="ObjectDisposedException">The key pair has been disposed of.</exception>
    public bool TrySetupContext(ReadOnlySpan<byte> enc, [NotNullWhen(true)] out HpkeContext? context)
    {
        Span<byte> sharedSecret = stackalloc byte[Kdfs.MaxNh];
        sharedSecret = sharedSecret[.._keyPair.KemOf.Nsecret];
        context = _keyPair.KemOf.TryDecap(_keyPair.Parsed, enc, sharedSecret)
            ? new HpkeContext(_schedule, seals: false, sharedSecret)
            : null;
        CryptographicOperations.ZeroMemory(sharedSecret);
        return context is not null;
    }
}
