using System.Security.Cryptography;
using System.Text;
using Janus.Dap;

namespace Janus.UnitTests.Dap;

[TestFixture]
public sealed class BearerTokenTests
{
    [Test]
    public void A_generated_token_is_32_bytes_in_base64url()
    {
        BearerToken token = BearerToken.Generate();

        Assert.That(token.Secret, Does.Match("^[A-Za-z0-9_-]{43}$"));
        Assert.That(BearerToken.Generate(), Is.Not.EqualTo(token));
        Assert.That(BearerToken.Parse(token.Secret), Is.EqualTo(token));
    }

    [TestCase("a")]
    [TestCase("abc-._~+/019AZ==")]
    public void Characters_of_rfc_6750_are_taken(string text) =>
        Assert.That(BearerToken.Parse(text).Secret, Is.EqualTo(text));

    [TestCase(null)]
    [TestCase("")]
    [TestCase("=")]
    [TestCase("a b")]
    [TestCase("a=b")]
    [TestCase("ä")]
    [TestCase("a\n")]
    [TestCase("a,b")]
    public void Other_characters_are_refused(string? text) =>
        Assert.That(BearerToken.TryParse(text, out _), Is.False);

    [Test]
    public void The_message_of_a_refusal_does_not_repeat_the_token() =>
        Assert.That(
            () => BearerToken.Parse("secret word"),
            Throws.TypeOf<FormatException>().With.Message.Not.Contains("secret"));

    [Test]
    public void A_token_does_not_print_itself()
    {
        BearerToken token = BearerToken.Parse("open-sesame");

        Assert.That(token.ToString(), Is.EqualTo("BearerToken"));
        Assert.That($"{token}", Does.Not.Contain("sesame"));
    }

    [Test]
    public void Its_hash_recognizes_a_token()
    {
        BearerToken token = BearerToken.Parse("open-sesame");

        Assert.That(token.Hash(), Is.EqualTo(SHA256.HashData(Encoding.ASCII.GetBytes("open-sesame"))));
        Assert.That(token.Matches(token.Hash()), Is.True);
        Assert.That(token.Matches(BearerToken.Parse("open-sesamf").Hash()), Is.False);
        Assert.That(token.Matches([]), Is.False);
    }

    [Test]
    public void Tokens_compare_by_value()
    {
        BearerToken token = BearerToken.Parse("open-sesame");

        Assert.That(token == BearerToken.Parse("open-sesame"), Is.True);
        Assert.That(token != BearerToken.Parse("open"), Is.True);
        Assert.That(token, Is.Not.EqualTo(default(BearerToken)));
        Assert.That(token.GetHashCode(), Is.EqualTo(BearerToken.Parse("open-sesame").GetHashCode()));
        Assert.That(() => default(BearerToken).Secret, Throws.InvalidOperationException);
    }

    [TestCase("Bearer abc", "abc")]
    [TestCase("bearer  abc ", "abc")]
    public void A_token_is_read_from_its_header(string header, string expected)
    {
        Assert.That(BearerToken.TryParseAuthorization(header, out BearerToken token), Is.True);
        Assert.That(token.Secret, Is.EqualTo(expected));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("Bearer")]
    [TestCase("Bearer ")]
    [TestCase("Basic abc")]
    [TestCase("abc")]
    public void Another_header_has_no_token(string? header) =>
        Assert.That(BearerToken.TryParseAuthorization(header, out _), Is.False);
}
