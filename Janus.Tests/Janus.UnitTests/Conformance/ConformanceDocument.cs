using System.Text.RegularExpressions;
using Janus.Testing;

namespace Janus.UnitTests.Conformance;

/// <summary>docs/conformance.md, read as scripts/conformance reads it.</summary>
public sealed partial class ConformanceDocument
{
    private ConformanceDocument(string root)
    {
        Root = root;
        List<ConformanceRow> rows = [];
        Dictionary<string, List<string>> sections = [];
        string section = string.Empty;
        foreach (string line in File.ReadLines(Path.Combine(root, "docs", "conformance.md")))
        {
            if (line.StartsWith('#'))
            {
                section = line.TrimStart('#', ' ');
                sections.Add(section, []);
            }
            else if (line.StartsWith('|') && !line.StartsWith("| ID |", StringComparison.Ordinal) && !line.StartsWith("|-", StringComparison.Ordinal))
            {
                rows.Add(new ConformanceRow(section, [.. line.Trim('|').Split('|', StringSplitOptions.TrimEntries)]));
            }
            else if (sections.TryGetValue(section, out List<string>? text))
            {
                text.Add(line);
            }
        }

        Rows = rows;
        Sections = sections.ToDictionary(pair => pair.Key, pair => string.Join('\n', pair.Value));
    }

    /// <summary>The document of the repository that the tests were built in.</summary>
    public static ConformanceDocument Current { get; } = new(Checkout.Root);

    /// <summary>The repository's folder.</summary>
    public string Root { get; }

    public IReadOnlyList<ConformanceRow> Rows { get; }

    /// <summary>The text below each heading, without tables.</summary>
    public IReadOnlyDictionary<string, string> Sections { get; }

    /// <summary>The tests that a proof names.</summary>
    public static IEnumerable<(string Class, string Method)> TestsOf(string proof) =>
        TestName().Matches(proof).Select(match => (match.Groups["class"].Value, match.Groups["method"].Value));

    [GeneratedRegex("`(?<class>[A-Za-z0-9]+)\\.(?<method>\\w+)`")]
    private static partial Regex TestName();
}
