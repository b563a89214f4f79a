using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Janus.Hpke;

/// <summary>The AEADs of RFC 9180 §7.3 over the BCL's.</summary>
internal static class Aeads
{
    /// <summary>The nonce length of every supported AEAD, in bytes.</summary>
    internal const int Nn = 12;

    /// <summary>The tag length of every supported AEAD, in bytes.</summary>
    internal const int Nt = 16;

    /// <summary>The longest key, in bytes.</summary>
    internal const int MaxNk = 32;

    internal static bool IsSupported(HpkeAeadId aead) => aead switch
    {
        HpkeAeadId.Aes128Gcm or HpkeAeadId.Aes256Gcm => AesGcm.IsSupported,
        HpkeAeadId.ChaCha20Poly1305 => ChaCha20Poly1305.IsSupported,
        _ => false,
    };

    internal static int Nk(HpkeAeadId aead) => aead switch
    {
        HpkeAeadId.Aes128Gcm => 16,
        HpkeAeadId.Aes256Gcm or HpkeAeadId.ChaCha20Poly1305 => 32,
        _ => throw Unsupported(aead),
    };

    internal static int TagLength(HpkeAeadId aead) => IsSupported(aead) ? Nt : throw Unsupported(aead);

    /// <summary>Encrypts; <paramref name="ciphertext"/> is exactly Nt bytes longer than <paramref name="plaintext"/>.</summary>
    internal static void Seal(
        HpkeAeadId aead,
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> plaintext,
        Span<byte> ciphertext)
    {
        Span<byte> body = ciphertext[..plaintext.Length];
        Span<byte> tag = ciphertext[plaintext.Length..];
        if (aead == HpkeAeadId.ChaCha20Poly1305)
        {
            using ChaCha20Poly1305 chaCha = new(key);
            chaCha.Encrypt(nonce, plaintext, body, tag, aad);
            return;
        }

        using AesGcm gcm = new(key, Nt);
        gcm.Encrypt(nonce, plaintext, body, tag, aad);
    }

    /// <summary>
    /// Decrypts; <paramref name="plaintext"/> is exactly Nt bytes shorter than <paramref name="ciphertext"/>,
    /// and all zero after a failure.
    /// </summary>
    internal static bool TryOpen(
        HpkeAeadId aead,
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> ciphertext,
        Span<byte> plaintext)
    {
        ReadOnlySpan<byte> body = ciphertext[..plaintext.Length];
        ReadOnlySpan<byte> tag = ciphertext[plaintext.Length..];
        try
        {
            if (aead == HpkeAeadId.ChaCha20Poly1305)
            {
                using ChaCha20Poly1305 chaCha = new(key);
                chaCha.Decrypt(nonce, body, tag, plaintext, aad);
                return true;
            }

            using AesGcm gcm = new(key, Nt);
            gcm.Decrypt(nonce, body, tag, plaintext, aad);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            // The BCL has no other way to tell; the exception ends here.
            CryptographicOperations.ZeroMemory(plaintext);
            return false;
        }
    }

    /// <summary>ComputeNonce: the base nonce XOR the big-endian sequence number (RFC 9180 §5.2).</summary>
    internal static void ComputeNonce(ReadOnlySpan<byte> nonceAtZero, ulong sequenceNumber, Span<byte> nonce)
    {
        nonceAtZero.CopyTo(nonce);
        Span<byte> tail = nonce[(Nn - sizeof(ulong))..];
        BinaryPrimitives.WriteUInt64BigEndian(tail, BinaryPrimitives.ReadUInt64BigEndian(tail) ^ sequenceNumber);
    }

    private static ArgumentException Unsupported(HpkeAeadId aead) =>
        new($"the HPKE AEAD {aead} is not supported", nameof(aead));
}
