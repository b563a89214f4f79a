using System.Text.RegularExpressions;

namespace Janus.IntegrationTests.Documentation;

/// <summary>A command line of Janus as it stands in a text, without the program's name.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Words">Its arguments.</param>
/// <param name="IsWhole">Whether it can be given as it stands: it is in a block of commands, and nothing in it is left out.</param>
public sealed partial record DocumentedCommand(string Place, IReadOnlyList<string> Words, bool IsWhole)
{
    private const string ATask = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    /// <summary>The commands of Janus in a piece of shell, whatever comes before or behind them.</summary>
    public static IEnumerable<DocumentedCommand> In(string place, string shell, bool isBlock)
    {
        string joined = HereDocument().Replace(shell, "").Replace("\\\n", " ", StringComparison.Ordinal);
        foreach (string line in joined.Split('\n').Select(line => Comment().Replace(line, "")))
        {
            bool isTemplate = line.Contains('…', StringComparison.Ordinal) || line.Contains('[', StringComparison.Ordinal) || line.Contains(" ...", StringComparison.Ordinal);
            string text = isTemplate ? Brackets().Replace(line, " ") : line;
            foreach (string[] words in Separator().Split(text).Select(SplitWords))
            {
                if (ArgumentsOf(words) is { Length: > 0 } arguments && arguments[0] != "test")
                {
                    yield return new DocumentedCommand($"{place}: {string.Join(' ', words)}", [.. arguments.Select(Example)], isBlock && !isTemplate);
                }
            }
        }
    }

    public override string ToString() => Place;

    // The last name of the program, or of its image, in a line such as "docker run --rm registry.example/janus:0.1.0 task list".
    private static string[] ArgumentsOf(string[] words)
    {
        if (words is ["tool", _, .. var arguments])
        {
            return arguments;
        }

        int program = Array.FindLastIndex(words, word => Program().IsMatch(word));
        bool isName = words is ["docker", "build" or "push", ..] or ["CREATE", ..] || (words is ["kubectl", ..] && program < Array.IndexOf(words, "--"));
        bool isOther = words is ["kubectl", ..] && !words.Contains("--");
        return program < 0 || isName || isOther ? [] : words[(program + 1)..];
    }

    private static string[] SplitWords(string command) =>
        [.. Word().Matches(Redirection().Replace(command, " ")).Select(match => match.Value.Replace("\"", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal))];

    private static string Example(string word) => word switch
    {
        "TASK-ID" => ATask,
        "ID" => "3",
        _ => word,
    };

    [GeneratedRegex(@"<<'END'.*?\nEND", RegexOptions.Singleline)]
    private static partial Regex HereDocument();

    [GeneratedRegex(@"(^|\s)#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"[\[\]|…]")]
    private static partial Regex Brackets();

    [GeneratedRegex(@"&&|\|\||;|\||(?<![0-9>])&(?!\d)")]
    private static partial Regex Separator();

    [GeneratedRegex(@"\s(2>&1|\d?>>?\s*\S+|<\s*\S+)")]
    private static partial Regex Redirection();

    [GeneratedRegex(@"(""[^""]*""|'[^']*'|[^\s""'])+")]
    private static partial Regex Word();

    [GeneratedRegex(@"^(ExecStart=)?(\$\()?((\./|/app/)?janus|registry\.example/janus:[0-9.]+|/opt/janus/Janus\.Host)$")]
    private static partial Regex Program();
}
