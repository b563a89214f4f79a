using System.Text.RegularExpressions;
using Janus.Dap;
using Janus.Testing;

namespace Janus.UnitTests.Dap;

[TestFixture]
public sealed partial class TextsTests
{
    // What is counted in texts for people; bytes that are "expected" have fixed lengths and are left out.
    private const string Things = "reports|rows|values|measurements|elements|keys|jobs|tasks|weeks|times|columns|threads|batches|tokens|peers|files";

    [TestCase(0, "0 reports")]
    [TestCase(1, "1 report")]
    [TestCase(2, "2 reports")]
    [TestCase(2000, "2,000 reports")]
    public void A_noun_agrees_with_its_number(long count, string expected) => Assert.That(Plural.Of(count, "report"), Is.EqualTo(expected));

    [TestCase(1, "batch")]
    [TestCase(3, "batches")]
    public void A_plural_of_its_own_is_taken(long count, string expected) => Assert.That(Plural.Noun(count, "batch", "batches"), Is.EqualTo(expected));

    [TestCase("lsit", "list")]
    [TestCase("LIST", "list")]
    [TestCase("tsak", "task")]
    [TestCase("agregator", "aggregator")]
    [TestCase("collection-job-drivr", "collection-job-driver")]
    [TestCase("histgram", "histogram")]
    [TestCase("x", null)]
    [TestCase("upload", null)]
    public void The_nearest_name_is_suggested(string word, string? expected)
    {
        string[] names = ["list", "task", "aggregator", "collection-job-driver", "histogram", "set"];
        Assert.That(Spelling.Nearest(word, names), Is.EqualTo(expected));
        Assert.That(Spelling.Suggestion(word, names), Is.EqualTo(expected is null ? "" : $"; did you mean {expected}?"));
    }

    [Test]
    public void A_word_of_any_length_is_not_compared() => Assert.That(Spelling.Nearest(new string('x', 1_000_000), ["task"]), Is.Null);

    [Test]
    public void A_VDAF_that_is_mistyped_is_suggested() =>
        Assert.That(() => MeasurementEncoding.Parse("histgram:1,2"), Throws.TypeOf<UnsupportedVdafException>().With.Message.EndsWith("; did you mean histogram?"));

    [Test]
    public void No_text_of_a_command_or_a_log_counts_things_in_the_plural_whatever_their_number()
    {
        string[] mistakes =
        [
            .. Sources("Janus.Modules/Janus.Cli").SelectMany(file => Counted().Matches(File.ReadAllText(file)).Select(match => $"{Path.GetFileName(file)}: {match.Value}")),
            .. ((string[])["Janus.Host", "Janus.Modules"]).SelectMany(Sources)
                .SelectMany(file => Logged().Matches(File.ReadAllText(file)).Where(match => Counted().IsMatch(match.Value)).Select(match => $"{Path.GetFileName(file)}: {match.Value}")),
        ];

        Assert.That(mistakes, Is.Empty);
    }

    private static IEnumerable<string> Sources(string folder) => Directory.GetFiles(Checkout.Path(folder), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    // A number with its unit, as in reports/s, is none; the lengths of a column's names and the like are never one.
    [GeneratedRegex(@"[^""\n]*\{[^{}""\s][^{}""\n]*\} (expired |uploaded |aggregation )?(" + Things + @")\b(?!/)[^""\n]*")]
    private static partial Regex Counted();

    [GeneratedRegex(@"Message = ""[^""]*""")]
    private static partial Regex Logged();
}
