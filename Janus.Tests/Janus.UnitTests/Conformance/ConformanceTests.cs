using System.Globalization;
using System.Text.RegularExpressions;

namespace Janus.UnitTests.Conformance;

/// <summary>The shape of docs/conformance.md; whether its tests have run and passed is for scripts/conformance.</summary>
[TestFixture]
public sealed partial class ConformanceTests
{
    // How often the drafts, DAP and Taskprov, write one of their keywords, and how many readings we had to choose.
    private const int Keywords = 174 + 28;
    private const int Readings = 17;

    private static readonly string[] Levels = ["MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY", "REQUIRED", "RECOMMENDED", "SHALL"];
    private static readonly ConformanceDocument Document = ConformanceDocument.Current;

    [Test]
    public void Every_row_has_an_id_of_its_own()
    {
        Assert.That(Document.Rows.Select(row => row.Id), Is.Unique);
        Assert.That(Document.Rows.Select(row => row.Id), Is.All.Match("^[a-z0-9]+(-[a-z0-9]+)*-[0-9]+$"));
    }

    [Test]
    public void Every_row_is_complete()
    {
        IEnumerable<ConformanceRow> incomplete = Document.Rows.Where(
            row => row.Cells.Count != (IsReading(row) ? 4 : 6) || row.Cells.Any(string.IsNullOrEmpty));
        Assert.That(incomplete, Is.Empty);
    }

    [Test]
    public void Every_row_has_tests_or_a_reason() =>
        Assert.That(Document.Rows.Where(row => !Proof().IsMatch(row.Proof)), Is.Empty);

    [Test]
    public void A_section_has_a_row_for_each_keyword_of_the_draft()
    {
        int total = 0;
        foreach (string section in Document.Rows.Where(row => !IsReading(row)).Select(row => row.Section).Distinct())
        {
            Match heading = Heading().Match(section);
            Assert.That(heading.Success, Is.True, section);
            int expected = int.Parse(heading.Groups["keywords"].Value, CultureInfo.InvariantCulture);
            Assert.That(Document.Rows.Count(row => row.Section == section && Levels.Contains(row.Level)), Is.EqualTo(expected), section);
            total += expected;
        }

        Assert.That(total, Is.EqualTo(Keywords));
        Assert.That(Document.Rows.Count(IsReading), Is.EqualTo(Readings));
    }

    [Test]
    public void A_level_is_a_keyword_or_in_lower_case() =>
        Assert.That(
            Document.Rows.Where(row => !IsReading(row)).Select(row => row.Level), Is.All.AnyOf([.. Levels, "must", "may"]));

    [Test]
    public void Every_test_that_is_named_is_in_the_sources()
    {
        string[] sources =
        [
            .. Directory.GetFiles(Path.Combine(Document.Root, "Janus.Tests"), "*.cs", SearchOption.AllDirectories)
                .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"))
                .Select(File.ReadAllText),
        ];
        IEnumerable<(string Class, string Method)> named = Document.Rows.SelectMany(row => ConformanceDocument.TestsOf(row.Proof)).Distinct();
        Assert.That(
            named.Where(test => !sources.Any(source =>
                Regex.IsMatch(source, $@"\bclass {test.Class}\b") && Regex.IsMatch(source, $@"\b{test.Method}\("))),
            Is.Empty);
    }

    [Test]
    public void What_no_test_proves_is_listed()
    {
        string[] listed = IdsIn(Document.Sections["Requirements no test can prove"]);
        IEnumerable<string> unproved = Document.Rows.Where(row => row.Proof.StartsWith("none:", StringComparison.Ordinal)).Select(row => row.Id);
        Assert.That(unproved, Is.SubsetOf(listed));
        Assert.That(listed.Concat(IdsIn(Document.Sections["Deviations"])), Is.SubsetOf(Document.Rows.Select(row => row.Id)));
    }

    private static bool IsReading(ConformanceRow row) => row.Id.StartsWith("reading-", StringComparison.Ordinal);

    private static string[] IdsIn(string text) => [.. Id().Matches(text).Select(match => match.Value)];

    [GeneratedRegex(@"^((Taskprov )?§[0-9.]+|Appendix [A-Z][0-9.]*) \((?<anchor>[a-z0-9-]+)\): (?<keywords>[0-9]+)$")]
    private static partial Regex Heading();

    // Tests, something that is missing, or both; or the reason why there are none.
    [GeneratedRegex(@"^(`\w+\.\w+`(, `\w+\.\w+`)*(, missing: .+)?|(none|missing): .+)$")]
    private static partial Regex Proof();

    [GeneratedRegex(@"\b[a-z0-9]+(-[a-z0-9]+)*-[0-9]+\b")]
    private static partial Regex Id();
}
