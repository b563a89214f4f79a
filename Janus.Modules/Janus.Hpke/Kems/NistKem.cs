using System.Security.Cryptography;

namespace Janus.Hpke.Kems;

/// <summary>DHKEM over a NIST curve, through the BCL's ECDH (RFC 9180 §7.1).</summary>
internal sealed class NistKem : DhKem
{
    private readonly ECCurve _curve;
    private readonly byte[] _order;
    private readonly byte _topByteMask;
    private readonly byte[] _candidatePrefix;

    private NistKem(HpkeKemId id, HashAlgorithmName hash, ECCurve curve, int nsk, byte topByteMask, string order)
        : base(id, hash, 1 + (2 * nsk), nsk)
    {
        _curve = curve;
        _order = Convert.FromHexString(order);
        _topByteMask = topByteMask;
        _candidatePrefix = Kdfs.ExpandPrefix(SuiteId, "candidate"u8, nsk);
    }

    internal static NistKem P256 { get; } = new(
        HpkeKemId.P256HkdfSha256,
        HashAlgorithmName.SHA256,
        ECCurve.NamedCurves.nistP256,
        32,
        0xff,
        "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");

    internal static NistKem P384 { get; } = new(
        HpkeKemId.P384HkdfSha384,
        HashAlgorithmName.SHA384,
        ECCurve.NamedCurves.nistP384,
        48,
        0xff,
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973");

    internal static NistKem P521 { get; } = new(
        HpkeKemId.P521HkdfSha512,
        HashAlgorithmName.SHA512,
        ECCurve.NamedCurves.nistP521,
        66,
        0x01,
        "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA"
        + "51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409");

    internal override void GeneratePrivateKey(Span<byte> privateKey)
    {
        do
        {
            RandomNumberGenerator.Fill(privateKey);
            privateKey[0] &= _topByteMask;
        }
        while (!TryNormalize(privateKey));
    }

    internal override void DerivePrivateKey(ReadOnlySpan<byte> ikm, Span<byte> privateKey)
    {
        Span<byte> prk = stackalloc byte[Kdfs.MaxNh];
        prk = prk[..Nsecret];
        ExtractDkpPrk(ikm, prk);
        byte[] info = [.. _candidatePrefix, 0];
        for (int counter = 0; counter <= byte.MaxValue; counter++)
        {
            info[^1] = (byte)counter;
            Kdfs.Expand(Hash, prk, info, privateKey);
            privateKey[0] &= _topByteMask;
            if (TryNormalize(privateKey))
            {
                CryptographicOperations.ZeroMemory(prk);
                return;
            }
        }

        throw new CryptographicException("no private key could be derived from the key material");
    }

    internal override IDhPrivateKey Parse(ReadOnlySpan<byte> privateKey) => new NistPrivateKey(_curve, privateKey);

    internal override bool TryNormalize(Span<byte> privateKey)
    {
        // 0 < key < order, without branching on the key's bytes: the borrow of key - order decides.
        int any = 0;
        int borrow = 0;
        for (int i = privateKey.Length - 1; i >= 0; i--)
        {
            any |= privateKey[i];
            borrow = (privateKey[i] - _order[i] - borrow) >> 31 & 1;
        }

        return any != 0 & borrow == 1;
    }
}
