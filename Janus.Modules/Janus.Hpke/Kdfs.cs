using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Janus.Hpke;

/// <summary>HKDF over one-shot HMACs, and what RFC 9180 §4 puts in front of its inputs.</summary>
internal static class Kdfs
{
    /// <summary>The longest hash output, in bytes.</summary>
    internal const int MaxNh = 64;

    /// <summary>What every labelled input begins with, after the length if it has one.</summary>
    internal static ReadOnlySpan<byte> VersionLabel => "HPKE-v1"u8;

    internal static bool IsSupported(HpkeKdfId kdf) =>
        kdf is HpkeKdfId.HkdfSha256 or HpkeKdfId.HkdfSha384 or HpkeKdfId.HkdfSha512;

    internal static HashAlgorithmName HashOf(HpkeKdfId kdf) => kdf switch
    {
        HpkeKdfId.HkdfSha256 => HashAlgorithmName.SHA256,
        HpkeKdfId.HkdfSha384 => HashAlgorithmName.SHA384,
        HpkeKdfId.HkdfSha512 => HashAlgorithmName.SHA512,
        _ => throw new ArgumentException($"the HPKE KDF {kdf} is not supported", nameof(kdf)),
    };

    internal static int Nh(HashAlgorithmName hash) =>
        hash == HashAlgorithmName.SHA256 ? 32 : hash == HashAlgorithmName.SHA384 ? 48 : 64;

    /// <summary>HKDF-Extract; <paramref name="prk"/> gets Nh bytes and is that long.</summary>
    internal static void Extract(HashAlgorithmName hash, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> ikm, Span<byte> prk) =>
        CryptographicOperations.HmacData(hash, salt, ikm, prk);

    /// <summary>HKDF-Expand, to as many bytes as <paramref name="okm"/> has (at most 255 Nh).</summary>
    /// <remarks>The BCL's own Expand allocates a native hash per call; nearly all of ours are a single block.</remarks>
    internal static void Expand(HashAlgorithmName hash, ReadOnlySpan<byte> prk, ReadOnlySpan<byte> info, Span<byte> okm)
    {
        int nh = Nh(hash);
        int blocks = (okm.Length + nh - 1) / nh;
        Debug.Assert(blocks <= 255, "callers check the length");
        Span<byte> block = stackalloc byte[MaxNh];
        block = block[..nh];
        byte[]? rented = info.Length > 448 ? new byte[nh + info.Length + 1] : null;
        Span<byte> input = rented ?? stackalloc byte[512 + 1];
        input = input[..(nh + info.Length + 1)];
        info.CopyTo(input[nh..]);
        for (int i = 1; i <= blocks; i++)
        {
            input[^1] = (byte)i;
            CryptographicOperations.HmacData(hash, prk, i == 1 ? input[nh..] : input, block);
            block.CopyTo(input);
            Span<byte> rest = okm[((i - 1) * nh)..];
            block[..Math.Min(nh, rest.Length)].CopyTo(rest);
        }

        CryptographicOperations.ZeroMemory(block);
        CryptographicOperations.ZeroMemory(input[..nh]);
    }

    /// <summary>The input of LabeledExtract before its secret part: version, suite ID, label (RFC 9180 §4).</summary>
    internal static byte[] ExtractPrefix(ReadOnlySpan<byte> suiteId, ReadOnlySpan<byte> label) =>
        [.. VersionLabel, .. suiteId, .. label];

    /// <summary>The info of LabeledExpand before its variable part: length, version, suite ID, label (RFC 9180 §4).</summary>
    internal static byte[] ExpandPrefix(ReadOnlySpan<byte> suiteId, ReadOnlySpan<byte> label, int length)
    {
        Span<byte> encodedLength = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(encodedLength, checked((ushort)length));
        return [.. encodedLength, .. VersionLabel, .. suiteId, .. label];
    }
}
