using System.Globalization;
using System.Numerics;
using Janus.Hpke;

namespace Janus.UnitTests.Hpke;

public sealed class HpkeKeyPairTests
{
    private static readonly BigInteger P256Prime = Parse("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF");
    private static readonly BigInteger P256B = Parse("5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B");

    public static IEnumerable<HpkeKemId> Kems => Enum.GetValues<HpkeKemId>().Where(kem => kem != HpkeKemId.Reserved);

    public static IEnumerable<HpkeKemId> NistKems => Kems.Where(kem => kem != HpkeKemId.X25519HkdfSha256);

    public static IEnumerable<TestCaseData> Orders =>
    [
        new(HpkeKemId.P256HkdfSha256, "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"),
        new(
            HpkeKemId.P384HkdfSha384,
            "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973"),
        new(
            HpkeKemId.P521HkdfSha512,
            "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA"
            + "51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409"),
    ];

    [TestCaseSource(nameof(NistKems))]
    public void Points_off_the_curve_compressed_points_and_infinity_are_refused(HpkeKemId kem)
    {
        using HpkeKeyPair keyPair = HpkeKeyPair.Generate(kem);
        byte[] point = keyPair.PublicKey.ToArray();
        byte[] offCurve = [.. point];
        offCurve[^1] ^= 1;
        byte[] compressedForm = [.. point];
        compressedForm[0] = 0x02;
        byte[] hybridForm = [.. point];
        hybridForm[0] = (byte)(0x06 | (point[^1] & 1));
        byte[] allZero = new byte[point.Length];
        byte[] origin = [0x04, .. allZero[1..]];
        byte[] allOnes = [.. Enumerable.Repeat((byte)0xff, point.Length)];
        allOnes[0] = 0x04;

        foreach (byte[] bad in (byte[][])[offCurve, compressedForm, hybridForm, allZero, origin, allOnes])
        {
            AssertRefused(kem, bad);
        }
    }

    [Test]
    public void A_P256_coordinate_beyond_the_prime_is_refused_even_if_it_reduces_to_a_point()
    {
        int x = Enumerable.Range(0, 100).First(candidate => Root(candidate) is not null);
        BigInteger y = Root(x)!.Value;
        byte[] canonical = [0x04, .. Bytes(x), .. Bytes(y)];
        byte[] beyond = [0x04, .. Bytes(x + P256Prime), .. Bytes(y)];
        HpkeSuite suite = new(HpkeKemId.P256HkdfSha256, HpkeKdfId.HkdfSha256, HpkeAeadId.Aes128Gcm);

        Assert.That(() => new HpkeSender(suite, canonical, []), Throws.Nothing);
        AssertRefused(HpkeKemId.P256HkdfSha256, beyond);
    }

    [TestCaseSource(nameof(Orders))]
    public void Private_keys_of_NIST_curves_lie_between_zero_and_the_order(HpkeKemId kem, string order)
    {
        byte[] n = Convert.FromHexString(order);
        byte[] below = [.. n];
        below[^1]--;
        byte[] above = [.. n];
        above[^1]++;
        byte[] one = new byte[n.Length];
        one[^1] = 1;

        Assert.That(() => HpkeKeyPair.Import(kem, new byte[n.Length]), Throws.ArgumentException);
        Assert.That(() => HpkeKeyPair.Import(kem, n), Throws.ArgumentException);
        Assert.That(() => HpkeKeyPair.Import(kem, above), Throws.ArgumentException);
        using HpkeKeyPair generator = HpkeKeyPair.Import(kem, one);
        using HpkeKeyPair negated = HpkeKeyPair.Import(kem, below);

        // (n - 1) G = -G: the same x, another y.
        Assert.That(
            negated.PublicKey[1..(1 + n.Length)].ToArray(), Is.EqualTo(generator.PublicKey[1..(1 + n.Length)].ToArray()));
        Assert.That(negated.PublicKey.ToArray(), Is.Not.EqualTo(generator.PublicKey.ToArray()));
    }

    [TestCaseSource(nameof(Kems))]
    public void Wrong_lengths_of_keys_and_key_material_are_argument_exceptions(HpkeKemId kem)
    {
        using HpkeKeyPair keyPair = HpkeKeyPair.Generate(kem);
        int length = keyPair.ExportPrivateKey().Length;
        byte[] ikm = [.. Enumerable.Range(0, length).Select(i => (byte)i)];

        Assert.That(() => HpkeKeyPair.Import(kem, []), Throws.ArgumentException);
        Assert.That(() => HpkeKeyPair.Import(kem, new byte[length - 1]), Throws.ArgumentException);
        Assert.That(() => HpkeKeyPair.Import(kem, new byte[length + 1]), Throws.ArgumentException);
        Assert.That(() => HpkeKeyPair.DeriveKeyPair(kem, ikm.AsSpan(1)), Throws.ArgumentException);
        using HpkeKeyPair one = HpkeKeyPair.DeriveKeyPair(kem, ikm);
        using HpkeKeyPair two = HpkeKeyPair.DeriveKeyPair(kem, ikm);
        Assert.That(one.ExportPrivateKey(), Is.EqualTo(two.ExportPrivateKey()));
    }

    [Test]
    public void An_unknown_kem_is_an_argument_exception()
    {
        Assert.That(() => HpkeKeyPair.Generate((HpkeKemId)0x0021), Throws.ArgumentException.With.Message.Contains("33"));
        Assert.That(() => HpkeKeyPair.Import(HpkeKemId.Reserved, new byte[32]), Throws.ArgumentException);
    }

    [TestCaseSource(nameof(Kems))]
    public void A_disposed_key_pair_neither_opens_nor_exports(HpkeKemId kem)
    {
        HpkeSuite suite = new(kem, HpkeKdfId.HkdfSha256, HpkeAeadId.Aes128Gcm);
        HpkeKeyPair keyPair = HpkeKeyPair.Generate(kem);
        HpkeRecipient recipient = new(suite, keyPair, []);
        (byte[] enc, byte[] ciphertext) = new HpkeSender(suite, keyPair.PublicKey.Span, []).Seal([], [1, 2, 3]);
        keyPair.Dispose();
        keyPair.Dispose();

        Assert.That(() => recipient.TryOpen(enc, [], ciphertext, out _), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => keyPair.ExportPrivateKey(), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void Printing_a_key_pair_shows_only_the_name_of_its_type()
    {
        using HpkeKeyPair keyPair = HpkeKeyPair.Generate(HpkeKemId.X25519HkdfSha256);

        Assert.That($"{keyPair}", Is.EqualTo("HpkeKeyPair"));
    }

    private static void AssertRefused(HpkeKemId kem, byte[] publicKey)
    {
        HpkeSuite suite = new(kem, HpkeKdfId.HkdfSha256, HpkeAeadId.Aes128Gcm);
        using HpkeKeyPair keyPair = HpkeKeyPair.Generate(kem);

        string hex = Convert.ToHexString(publicKey);
        Assert.That(() => new HpkeSender(suite, publicKey, []), Throws.ArgumentException, hex);
        Assert.That(new HpkeRecipient(suite, keyPair, []).TryOpen(publicKey, [], new byte[16], out _), Is.False, hex);
        Assert.That(new HpkeRecipient(suite, keyPair, []).TrySetupContext(publicKey, out _), Is.False, hex);
    }

    /// <summary>A y with (x, y) on P-256, if x has one.</summary>
    private static BigInteger? Root(BigInteger x)
    {
        BigInteger square = ((((x * x) - 3) * x) + P256B) % P256Prime;
        square = square.Sign < 0 ? square + P256Prime : square;
        BigInteger y = BigInteger.ModPow(square, (P256Prime + 1) / 4, P256Prime);
        return y * y % P256Prime == square ? y : null;
    }

    private static BigInteger Parse(string hex) => BigInteger.Parse("0" + hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static byte[] Bytes(BigInteger value)
    {
        byte[] bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[32 - bytes.Length], .. bytes];
    }
}
