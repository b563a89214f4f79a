using System.Security.Cryptography;

namespace Janus.Hpke.Kems;

/// <summary>DHKEM over one group and one hash (RFC 9180 §4.1), base mode only.</summary>
internal abstract class DhKem
{
    /// <summary>The longest encoded public key, in bytes (P-521).</summary>
    internal const int MaxNpk = 133;

    /// <summary>The longest encoded private key and the longest Diffie-Hellman output, in bytes (P-521).</summary>
    internal const int MaxNsk = 66;

    private readonly byte[] _eaePrkPrefix;
    private readonly byte[] _sharedSecretPrefix;

    private protected DhKem(HpkeKemId id, HashAlgorithmName hash, int npk, int nsk)
    {
        Id = id;
        Hash = hash;
        Npk = npk;
        Nsk = nsk;
        Nsecret = Kdfs.Nh(hash);
        SuiteId = [.. "KEM"u8, (byte)((ushort)id >> 8), (byte)id];
        _eaePrkPrefix = Kdfs.ExtractPrefix(SuiteId, "eae_prk"u8);
        _sharedSecretPrefix = Kdfs.ExpandPrefix(SuiteId, "shared_secret"u8, Nsecret);
    }

    internal HpkeKemId Id { get; }

    /// <summary>The length of an encoded public key and of an encapsulated key, in bytes.</summary>
    internal int Npk { get; }

    /// <summary>The length of an encoded private key and of a Diffie-Hellman output, in bytes.</summary>
    internal int Nsk { get; }

    /// <summary>The length of the shared secret, in bytes.</summary>
    internal int Nsecret { get; }

    private protected HashAlgorithmName Hash { get; }

    private protected byte[] SuiteId { get; }

    internal static bool IsSupported(HpkeKemId id) =>
        id is HpkeKemId.X25519HkdfSha256 or HpkeKemId.P256HkdfSha256 or HpkeKemId.P384HkdfSha384 or HpkeKemId.P521HkdfSha512;

    /// <exception cref="ArgumentException">The KEM is not supported.</exception>
    internal static DhKem Of(HpkeKemId id) => id switch
    {
        HpkeKemId.X25519HkdfSha256 => X25519Kem.Default,
        HpkeKemId.P256HkdfSha256 => NistKem.P256,
        HpkeKemId.P384HkdfSha384 => NistKem.P384,
        HpkeKemId.P521HkdfSha512 => NistKem.P521,
        _ => throw new ArgumentException($"the HPKE KEM {id} is not supported", nameof(id)),
    };

    /// <summary>Draws a private key, Nsk bytes in its exported form.</summary>
    internal abstract void GeneratePrivateKey(Span<byte> privateKey);

    /// <summary>DeriveKeyPair (RFC 9180 §7.1.3): the private key, Nsk bytes in its exported form.</summary>
    internal abstract void DerivePrivateKey(ReadOnlySpan<byte> ikm, Span<byte> privateKey);

    /// <summary>Parses a private key of Nsk bytes, clamping it if the group does (RFC 9180 §7.1.2).</summary>
    /// <exception cref="ArgumentException">The bytes are not a private key of the group.</exception>
    internal abstract IDhPrivateKey Parse(ReadOnlySpan<byte> privateKey);

    /// <summary>Whether Nsk bytes are a private key; makes them canonical where the group does (RFC 9180 §7.1.2).</summary>
    internal abstract bool TryNormalize(Span<byte> privateKey);

    /// <summary>Encap: fills <paramref name="enc"/> (Npk bytes) and <paramref name="sharedSecret"/> (Nsecret bytes).</summary>
    /// <returns>False if the recipient's public key is not valid.</returns>
    internal bool TryEncap(ReadOnlySpan<byte> recipientPublicKey, Span<byte> enc, Span<byte> sharedSecret)
    {
        Span<byte> ephemeral = stackalloc byte[MaxNsk];
        ephemeral = ephemeral[..Nsk];
        GeneratePrivateKey(ephemeral);
        try
        {
            return TryEncap(ephemeral, recipientPublicKey, enc, sharedSecret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(ephemeral);
        }
    }

    /// <summary>Encap with a given ephemeral private key; only for the vectors to call directly.</summary>
    internal bool TryEncap(
        ReadOnlySpan<byte> ephemeralPrivateKey, ReadOnlySpan<byte> recipientPublicKey, Span<byte> enc, Span<byte> sharedSecret)
    {
        using IDhPrivateKey ephemeral = Parse(ephemeralPrivateKey);
        ephemeral.PublicKey.CopyTo(enc);
        return TryAgreeAndExpand(ephemeral, recipientPublicKey, enc, recipientPublicKey, sharedSecret);
    }

    /// <summary>Decap: fills <paramref name="sharedSecret"/> (Nsecret bytes) from an encapsulated key of any length.</summary>
    /// <returns>False if the encapsulated key is not a valid public key of the group.</returns>
    internal bool TryDecap(IDhPrivateKey recipient, ReadOnlySpan<byte> enc, Span<byte> sharedSecret) =>
        enc.Length == Npk && TryAgreeAndExpand(recipient, enc, enc, recipient.PublicKey, sharedSecret);

    private bool TryAgreeAndExpand(
        IDhPrivateKey ours,
        ReadOnlySpan<byte> theirs,
        ReadOnlySpan<byte> enc,
        ReadOnlySpan<byte> recipientPublicKey,
        Span<byte> sharedSecret)
    {
        Span<byte> labeledIkm = stackalloc byte[32 + MaxNsk];
        labeledIkm = labeledIkm[..(_eaePrkPrefix.Length + Nsk)];
        Span<byte> prk = stackalloc byte[Kdfs.MaxNh];
        prk = prk[..Nsecret];
        try
        {
            _eaePrkPrefix.CopyTo(labeledIkm);
            if (!ours.TryAgree(theirs, labeledIkm[_eaePrkPrefix.Length..]))
            {
                return false;
            }

            Kdfs.Extract(Hash, [], labeledIkm, prk);
            int prefix = _sharedSecretPrefix.Length;
            Span<byte> info = stackalloc byte[32 + (2 * MaxNpk)];
            info = info[..(prefix + (2 * Npk))];
            _sharedSecretPrefix.CopyTo(info);
            enc.CopyTo(info[prefix..]);
            recipientPublicKey.CopyTo(info[(prefix + Npk)..]);
            Kdfs.Expand(Hash, prk, info, sharedSecret);
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(labeledIkm);
            CryptographicOperations.ZeroMemory(prk);
        }
    }

    /// <summary>LabeledExtract with an empty salt and the label "dkp_prk" (RFC 9180 §7.1.3).</summary>
    private protected void ExtractDkpPrk(ReadOnlySpan<byte> ikm, Span<byte> prk)
    {
        byte[] labeledIkm = [.. Kdfs.ExtractPrefix(SuiteId, "dkp_prk"u8), .. ikm];
        Kdfs.Extract(Hash, [], labeledIkm, prk);
        CryptographicOperations.ZeroMemory(labeledIkm);
    }
}
