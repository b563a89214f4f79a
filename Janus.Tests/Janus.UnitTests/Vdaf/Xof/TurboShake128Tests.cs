using Janus.Vdaf.Xof;

namespace Janus.UnitTests.Vdaf.Xof;

/// <summary>Known answers of RFC 9861 §5 and the stream's own laws.</summary>
[TestFixture]
internal sealed class TurboShake128Tests
{
    private static readonly TestCaseData[] KnownAnswers =
    [
        new TestCaseData(0, 0x1F, 32, "1e415f1c5983aff2169217277d17bb538cd945a397ddec541f1ce41af2c1b74c"),
        new TestCaseData(1, 0x1F, 32, "55cedd6f60af7bb29a4042ae832ef3f58db7299f893ebb9247247d856958daa9"),
        new TestCaseData(17, 0x1F, 32, "9c97d036a3bac819db70ede0ca554ec6e4c2a1a4ffbfd9ec269ca6a111161233"),
        new TestCaseData(17 * 17, 0x1F, 32, "96c77c279e0126f7fc07c9b07f5cdae1e0be60bdbe10620040e75d7223a624d2"),
        new TestCaseData(17 * 17 * 17, 0x1F, 32, "d4976eb56bcf118520582b709f73e1d6853e001fdaf80e1b13e0d0599d5fb372"),
        new TestCaseData(17 * 17 * 17 * 17, 0x1F, 32, "da67c7039e98bf530cf7a37830c6664e14cbab7f540f58403b1b82951318ee5c"),
    ];

    [TestCaseSource(nameof(KnownAnswers))]
    public void Known_answers_are_found(int length, int domain, int outputLength, string expected)
    {
        Assert.That(Convert.ToHexStringLower(Hash(Pattern(length), (byte)domain, outputLength)), Is.EqualTo(expected));
    }

    [Test]
    public void Known_answer_is_found_far_into_the_stream()
    {
        Assert.That(
            Convert.ToHexStringLower(Hash([], 0x1F, 10_032).AsSpan(10_000)),
            Is.EqualTo("a3b9b0385900ce761f22aed548e754da10a5242d62e8c658e3f3a923a7555607"));
    }

    [TestCase(3, 0x01, "bf323f940494e88ee1c540fe660be8a0c93f43d15ec006998462fa994eed5dab")]
    [TestCase(1, 0x06, "8ec9c66465ed0d4a6c35d13506718d687a25cb05c74cca1e42501abd83874a67")]
    [TestCase(3, 0x07, "b658576001cad9b1e5f399a9f77723bba05458042d68206f7252682dba3663ed")]
    [TestCase(7, 0x0B, "8deeaa1aec47ccee569f659c21dfa8e112db3cee37b18178b2acd805b799cc37")]
    [TestCase(1, 0x30, "553122e2135e363c3292bed2c6421fa232bab03daa07c7d6636603286506325b")]
    [TestCase(3, 0x7F, "16274cc656d44cefd422395d0f9053bda6d28e122aba15c765e5ad0e6eaf26f9")]
    public void Known_answers_are_found_for_other_domains(int length, int domain, string expected)
    {
        byte[] message = new byte[length];
        Array.Fill(message, (byte)0xFF);

        Assert.That(Convert.ToHexStringLower(Hash(message, (byte)domain, 32)), Is.EqualTo(expected));
    }

    [Test]
    public void Absorbing_and_squeezing_in_any_pieces_gives_the_same_stream()
    {
        byte[] message = Pattern(700);
        byte[] expected = Hash(message, 1, 700);
        foreach (int piece in new[] { 1, 3, 7, 8, 9, 16, 167, 168, 169, 336 })
        {
            TurboShake128 sponge = new(1);
            byte[] output = new byte[700];
            for (int i = 0; i < message.Length; i += piece)
            {
                sponge.Absorb(message.AsSpan(i, Math.Min(piece, message.Length - i)));
            }

            for (int i = 0; i < output.Length; i += piece)
            {
                sponge.Squeeze(output.AsSpan(i, Math.Min(piece, output.Length - i)));
            }

            Assert.That(output, Is.EqualTo(expected), $"pieces of {piece} bytes");
        }
    }

    private static byte[] Hash(byte[] message, byte domain, int length)
    {
        TurboShake128 sponge = new(domain);
        byte[] output = new byte[length];
        sponge.Absorb(message);
        sponge.Squeeze(output);
        return output;
    }

    // ptn(n) of RFC 9861 §5: 00, 01, …, FA, repeated.
    private static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i % 0xFB))];
}
