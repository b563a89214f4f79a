using System.Text.RegularExpressions;
using Janus.Testing;

namespace Janus.IntegrationTests.Documentation;

/// <summary>A Markdown file, taken apart into its code and its prose.</summary>
public sealed partial class DocumentText
{
    private DocumentText(string path, IReadOnlyList<Block> blocks, IReadOnlyList<string> spans, string prose)
    {
        Path = path;
        Blocks = blocks;
        Spans = spans;
        Prose = prose;
    }

    /// <summary>The path below the root of the checkout.</summary>
    public string Path { get; }

    /// <summary>The blocks of code, fenced or indented.</summary>
    public IReadOnlyList<Block> Blocks { get; }

    /// <summary>What stands between backticks in the prose.</summary>
    public IReadOnlyList<string> Spans { get; }

    /// <summary>Everything but the blocks.</summary>
    public string Prose { get; }

    /// <summary>The documents for those who use Janus: README.md and docs/, without the one that is made of statements.</summary>
    public static IReadOnlyList<DocumentText> All { get; } =
    [
        Read("README.md"),
        .. Directory.GetFiles(Checkout.Path("docs"), "*.md").Where(path => !path.EndsWith("queries.md", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .Select(path => Read(System.IO.Path.GetRelativePath(Checkout.Root, path))),
    ];

    public static DocumentText Read(string path)
    {
        List<Block> blocks = [];
        List<string> prose = [];
        List<string> code = [];
        string? language = null;
        string before = "";
        foreach (string line in File.ReadAllLines(Checkout.Path(path)).Append(""))
        {
            bool isFence = line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            if (isFence && language is null)
            {
                language = line.Trim()[3..];
            }
            else if (isFence)
            {
                blocks.Add(new Block(language!, Dedent(code)));
                (language, code) = (null, []);
            }
            else if (language is not null)
            {
                code.Add(line);
            }
            else if (IndentedLine().IsMatch(line) && (code.Count > 0 || before.Length == 0 || before.EndsWith(':') || before.StartsWith('#')))
            {
                code.Add(line);
            }
            else
            {
                if (code.Count > 0)
                {
                    blocks.Add(new Block("", Dedent(code)));
                    code = [];
                }

                prose.Add(line);
            }

            before = line;
        }

        string text = string.Join('\n', prose);
        return new DocumentText(path, blocks, [.. Span().Matches(text).Select(match => Spaces().Replace(match.Groups[1].Value, " "))], text);
    }

    public override string ToString() => Path;

    private static string Dedent(IReadOnlyList<string> lines)
    {
        int indent = lines.Where(line => line.Trim().Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty().Min();
        return string.Join('\n', lines.Select(line => line.Length >= indent ? line[indent..] : ""));
    }

    [GeneratedRegex(@"^ {4,}\S")]
    private static partial Regex IndentedLine();

    [GeneratedRegex(@"`([^`]+)`")]
    private static partial Regex Span();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    /// <summary>A block of code; of a fenced one with the words behind its fence.</summary>
    public sealed record Block(string Language, string Text);
}
