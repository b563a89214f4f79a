using System.Security.Cryptography;
using Janus.Hpke;
using Janus.Hpke.Kems;
using Janus.Hpke.X25519;

namespace Janus.UnitTests.Hpke;

/// <summary>Both implementations of X25519, each alone and against the other.</summary>
public sealed class X25519Tests
{
    /// <summary>u-coordinates of points of small order, canonical or not; the last three are zero, one and p - 1 with bit 255 set.</summary>
    private static readonly string[] LowOrder =
    [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ];

    public static IEnumerable<string> Implementations =>
        LibcryptoX25519.IsSupported ? [nameof(LibcryptoX25519), nameof(NSecX25519)] : [nameof(NSecX25519)];

    [TestCaseSource(nameof(Implementations))]
    public void The_iterated_test_of_RFC_7748_is_reproduced(string implementation)
    {
        IX25519 x25519 = Create(implementation);
        byte[] scalar = new byte[32];
        scalar[0] = 9;
        byte[] point = [.. scalar];
        for (int i = 0; i < 1000; i++)
        {
            using IDhPrivateKey key = x25519.Parse(scalar);
            byte[] result = new byte[32];
            Assert.That(key.TryAgree(point, result), Is.True);
            (scalar, point) = (result, scalar);
        }

        Assert.That(Convert.ToHexString(scalar), Is.EqualTo("684CF59BA83309552800EF566F2F4D3C1C3887C49360E3875F2EB94D99532C51"));
    }

    [TestCaseSource(nameof(Implementations))]
    public void Points_of_low_order_are_refused(string implementation)
    {
        X25519Kem kem = new(Create(implementation));
        HpkeSuite suite = new(HpkeKemId.X25519HkdfSha256, HpkeKdfId.HkdfSha256, HpkeAeadId.Aes128Gcm);
        using HpkeKeyPair keyPair = HpkeKeyPair.Import(kem, RandomNumberGenerator.GetBytes(32));
        foreach (byte[] point in LowOrder.Select(Convert.FromHexString))
        {
            string hex = Convert.ToHexString(point);
            Assert.That(kem.TryDecap(keyPair.Parsed, point, new byte[32]), Is.False, hex);
            Assert.That(kem.TryEncap(point, new byte[32], new byte[32]), Is.False, hex);
            Assert.That(new HpkeRecipient(suite, keyPair, []).TryOpen(point, [], new byte[16], out _), Is.False, hex);
            Assert.That(() => new HpkeSender(suite, point, []), Throws.ArgumentException, hex);
        }
    }

    [TestCaseSource(nameof(Implementations))]
    public void Every_X25519_vector_opens(string implementation)
    {
        X25519Kem kem = new(Create(implementation));
        foreach (HpkeVector vector in HpkeVector.All.Where(vector => vector.Suite.Kem == kem.Id))
        {
            using HpkeKeyPair keyPair = HpkeKeyPair.Import(kem, Convert.FromHexString(vector.PrivateKey));
            HpkeRecipient recipient = new(vector.Suite, keyPair, Convert.FromHexString(vector.Info));
            HpkeVector.Message message = vector.Messages[0];

            bool opened = recipient.TryOpen(
                Convert.FromHexString(vector.Enc),
                Convert.FromHexString(message.Aad),
                Convert.FromHexString(message.Ciphertext),
                out byte[]? plaintext);

            Assert.That(opened, Is.True, vector.ToString());
            Assert.That(plaintext, Is.EqualTo(Convert.FromHexString(message.Plaintext)));
        }
    }

    [TestCaseSource(nameof(Implementations))]
    public void A_refused_point_does_not_disturb_what_follows(string implementation)
    {
        using IDhPrivateKey key = Create(implementation).Parse(RandomNumberGenerator.GetBytes(32));
        byte[] before = new byte[32];
        byte[] after = new byte[32];

        Assert.That(key.TryAgree(key.PublicKey, before), Is.True);
        Assert.That(key.TryAgree(new byte[32], after), Is.False);
        using (ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            Assert.That(other.VerifyHash(before, other.SignHash(before)), Is.True);
        }

        Assert.That(key.TryAgree(key.PublicKey, after), Is.True);
        Assert.That(after, Is.EqualTo(before));
    }

    [Test]
    public void Libcrypto_and_NSec_agree_on_any_key_and_point()
    {
        RequireLibcrypto();
        for (int i = 0; i < 300; i++)
        {
            byte[] privateKey = RandomNumberGenerator.GetBytes(32);
            byte[] point = RandomNumberGenerator.GetBytes(32);
            if (i < 32)
            {
                // Around the prime and the end of the range, where a point is not in its canonical form.
                Array.Fill(point, (byte)0xff);
                point[31] = (byte)(i % 2 == 0 ? 0x7f : 0xff);
                point[0] = (byte)(0xe0 + i);
            }

            using IDhPrivateKey libcrypto = new LibcryptoX25519().Parse(privateKey);
            using IDhPrivateKey nsec = new NSecX25519().Parse(privateKey);
            byte[] one = new byte[32];
            byte[] two = new byte[32];

            Assert.That(libcrypto.PublicKey.ToArray(), Is.EqualTo(nsec.PublicKey.ToArray()));
            Assert.That(libcrypto.TryAgree(point, one), Is.EqualTo(nsec.TryAgree(point, two)), Convert.ToHexString(point));
            Assert.That(one, Is.EqualTo(two), Convert.ToHexString(point));
        }
    }

    [Test]
    public void What_one_implementation_seals_the_other_opens()
    {
        RequireLibcrypto();
        X25519Kem[] kems = [new(new LibcryptoX25519()), new(new NSecX25519())];
        using HpkeKeyPair first = HpkeKeyPair.Import(kems[0], RandomNumberGenerator.GetBytes(32));
        using HpkeKeyPair second = HpkeKeyPair.Import(kems[1], first.ExportPrivateKey());
        byte[] enc = new byte[32];
        byte[] sealing = new byte[32];
        byte[] opening = new byte[32];

        Assert.That(kems[0].TryEncap(first.PublicKey.Span, enc, sealing), Is.True);
        Assert.That(kems[1].TryDecap(second.Parsed, enc, opening), Is.True);
        Assert.That(opening, Is.EqualTo(sealing));
        Assert.That(kems[1].TryEncap(second.PublicKey.Span, enc, sealing), Is.True);
        Assert.That(kems[0].TryDecap(first.Parsed, enc, opening), Is.True);
        Assert.That(opening, Is.EqualTo(sealing));
    }

    private static IX25519 Create(string implementation) =>
        implementation == nameof(NSecX25519) ? new NSecX25519() : new LibcryptoX25519();

    private static void RequireLibcrypto()
    {
        if (!LibcryptoX25519.IsSupported)
        {
            Assert.Ignore("no libcrypto.so.3 with X25519 on this machine");
        }
    }
}
