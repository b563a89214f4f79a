using System.Security.Cryptography;

namespace Janus.Hpke;

/// <summary>
/// The key schedule of base mode (RFC 9180 §5.1) with everything computed ahead that depends on the suite and the
/// info only.
/// </summary>
internal sealed class KeySchedule
{
    private const byte ModeBase = 0x00;

    private readonly HashAlgorithmName _hash;
    private readonly byte[] _suiteId;
    private readonly byte[] _secretIkm;
    private readonly byte[] _keyInput;
    private readonly byte[] _nonceInput;
    private readonly byte[] _exporterInput;

    /// <exception cref="ArgumentException">The suite is not supported.</exception>
    internal KeySchedule(HpkeSuite suite, ReadOnlySpan<byte> info)
    {
        suite.ThrowIfUnsupported(nameof(suite));
        Aead = suite.Aead;
        Nk = Aeads.Nk(suite.Aead);
        _hash = Kdfs.HashOf(suite.Kdf);
        Nh = Kdfs.Nh(_hash);
        _suiteId =
        [
            .. "HPKE"u8,
            (byte)((ushort)suite.Kem >> 8), (byte)suite.Kem,
            (byte)((ushort)suite.Kdf >> 8), (byte)suite.Kdf,
            (byte)((ushort)suite.Aead >> 8), (byte)suite.Aead,
        ];

        byte[] context = [ModeBase, .. Hash("psk_id_hash"u8, []), .. Hash("info_hash"u8, info)];
        _secretIkm = Kdfs.ExtractPrefix(_suiteId, "secret"u8);
        _keyInput = [.. Kdfs.ExpandPrefix(_suiteId, "key"u8, Nk), .. context];
        _nonceInput = [.. Kdfs.ExpandPrefix(_suiteId, "base_nonce"u8, Aeads.Nn), .. context];
        _exporterInput = [.. Kdfs.ExpandPrefix(_suiteId, "exp"u8, Nh), .. context];
    }

    internal HpkeAeadId Aead { get; }

    /// <summary>The length of the AEAD's key, in bytes.</summary>
    internal int Nk { get; }

    /// <summary>The length of the hash's output and of the exporter secret, in bytes.</summary>
    internal int Nh { get; }

    /// <summary>Derives the key (Nk bytes) and the base nonce (Nn bytes) from the KEM's shared secret.</summary>
    internal void Derive(ReadOnlySpan<byte> sharedSecret, Span<byte> key, Span<byte> baseNonce)
    {
        Span<byte> secret = stackalloc byte[Kdfs.MaxNh];
        secret = secret[..Nh];
        Kdfs.Extract(_hash, sharedSecret, _secretIkm, secret);
        Kdfs.Expand(_hash, secret, _keyInput, key);
        Kdfs.Expand(_hash, secret, _nonceInput, baseNonce);
        CryptographicOperations.ZeroMemory(secret);
    }

    /// <summary>Derives the exporter secret (Nh bytes), which single messages do without.</summary>
    internal void DeriveExporterSecret(ReadOnlySpan<byte> sharedSecret, Span<byte> exporterSecret)
    {
        Span<byte> secret = stackalloc byte[Kdfs.MaxNh];
        secret = secret[..Nh];
        Kdfs.Extract(_hash, sharedSecret, _secretIkm, secret);
        Kdfs.Expand(_hash, secret, _exporterInput, exporterSecret);
        CryptographicOperations.ZeroMemory(secret);
    }

    /// <summary>LabeledExpand of the exporter secret with the label "sec" (RFC 9180 §5.3).</summary>
    internal void Export(ReadOnlySpan<byte> exporterSecret, ReadOnlySpan<byte> exporterContext, Span<byte> exported) =>
        Kdfs.Expand(
            _hash, exporterSecret, [.. Kdfs.ExpandPrefix(_suiteId, "sec"u8, exported.Length), .. exporterContext], exported);

    /// <summary>LabeledExtract with an empty salt (RFC 9180 §4).</summary>
    private byte[] Hash(ReadOnlySpan<byte> label, ReadOnlySpan<byte> ikm)
    {
        byte[] hash = new byte[Nh];
        Kdfs.Extract(_hash, [], [.. Kdfs.ExtractPrefix(_suiteId, label), .. ikm], hash);
        return hash;
    }
}
