using Janus.Codec;

namespace Janus.UnitTests.Codec;

[TestFixture]
public sealed class QuoteTests
{
    [TestCase("", "\"\"")]
    [TestCase("forty-two", "\"forty-two\"")]
    [TestCase("say \"x\"", "\"say \\\"x\\\"\"")]
    [TestCase("a\nWarning: b\r\t", "\"a\\nWarning: b\\r\\t\"")]
    [TestCase("\u001b[31mred", "\"\\u{1b}[31mred\"")]
    [TestCase("a\u202eb\u2028c\u0085", "\"a\\u{202e}b\\u{2028}c\\u{85}\"")]
    [TestCase("Straße 漢", "\"Straße 漢\"")]
    public void Text_is_quoted_on_one_line(string text, string expected) => Assert.That(Quote.Of(text), Is.EqualTo(expected));

    [Test]
    public void Long_text_is_cut_and_its_length_is_told() =>
        Assert.That(Quote.Of(new string('7', 200_000)), Is.EqualTo($"\"{new string('7', 59)}…\" (200,000 characters)"));

    [Test]
    public void Text_of_the_most_characters_is_whole() =>
        Assert.That(Quote.Of(new string('7', 60)), Is.EqualTo($"\"{new string('7', 60)}\""));

    [Test]
    public void Cut_does_not_fall_into_the_middle_of_a_character() =>
        Assert.That(Quote.Of("x" + string.Concat(Enumerable.Repeat("😀", 60))), Is.EqualTo($"\"x{string.Concat(Enumerable.Repeat("😀", 29))}…\" (121 characters)"));

    [TestCase("xxx😀", "xxx…")]
    [TestCase("xx😀y", "xx…")]
    [TestCase("x😀yz", "x😀…")]
    public void Line_is_not_cut_in_the_middle_of_a_character(string text, string expected) => Assert.That(Quote.Line(text, 4), Is.EqualTo(expected));

    [Test]
    public void Half_of_a_character_is_not_shown() => Assert.Multiple(() =>
    {
        Assert.That(Quote.Line("x\ud83d"), Is.EqualTo("x\ufffd"));
        Assert.That(Quote.Line("\ude00x"), Is.EqualTo("\ufffdx"));
    });

    [Test]
    public void Url_is_shown_without_credentials_and_fragment() =>
        Assert.That(Quote.Of(new Uri("https://me:secret@helper.example:8443/dap/?step=1#x")), Is.EqualTo("https://helper.example:8443/dap/?step=1"));

    [Test]
    public void Long_url_is_cut() => Assert.That(Quote.Of(new Uri("https://helper.example/" + new string('a', 10_000))), Has.Length.EqualTo(200));

    [Test]
    public void List_shows_a_dozen() => Assert.That(
        Quote.List([.. Enumerable.Range(1, 2000).Select(i => $"c{i}")]),
        Does.StartWith("\"c1\", \"c2\"").And.EndWith("\"c12\" and 1,988 more"));

    [Test]
    public void Message_of_an_exception_names_no_parameter() => Assert.Multiple(() =>
    {
        Assert.That(Quote.MessageOf(new ArgumentException("a length expected", "x")), Is.EqualTo("a length expected"));
        Assert.That(Quote.MessageOf(new ArgumentOutOfRangeException("x", 7, "a length expected")), Is.EqualTo("a length expected"));
        Assert.That(Quote.MessageOf(new IOException("two\nlines")), Is.EqualTo("two lines"));
    });
}
