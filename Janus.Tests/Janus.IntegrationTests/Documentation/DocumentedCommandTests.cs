using System.CommandLine;
using System.Text.RegularExpressions;
using Janus.Cli;
using Janus.Host.Hosting;
using Janus.IntegrationTests.Embedded;
using Janus.Testing;

namespace Janus.IntegrationTests.Documentation;

/// <summary>Every command that a document, the help or an error text tells to give exists, with its options; what needs nothing is run.</summary>
[TestFixture]
public sealed partial class DocumentedCommandTests
{
    private static readonly Command Root = CommandLineProgram.CreateRootCommand(new JanusProcess(), new Option<bool>("--verbose") { Recursive = true });

    private static readonly DocumentedCommand[] InDocuments =
    [
        .. DocumentText.All.SelectMany(document => (DocumentedCommand[])
        [
            .. document.Blocks.Where(block => block.Language is not ("yaml" or "mermaid")).SelectMany(block => DocumentedCommand.In(document.Path, block.Text, isBlock: true)),
            .. document.Spans.SelectMany(span => DocumentedCommand.In(document.Path, span, isBlock: false)),
        ]),
        .. Directory.GetFiles(Checkout.Path("docs", "kubernetes"), "*.yaml").SelectMany(file => Commands().Matches(File.ReadAllText(file)).SelectMany(match => DocumentedCommand.In(Path.GetFileName(file), match.Value, isBlock: false))),
    ];

    private static readonly DocumentedCommand[] InHelp =
        [.. All(Root).SelectMany(command => HelpExamples.Of(command).SelectMany(example => DocumentedCommand.In("help", example, isBlock: true)))];

    private static readonly DocumentedCommand[] InTexts =
    [
        .. Sources().SelectMany(file => Quoted().Matches(File.ReadAllText(file))
            .SelectMany(match => DocumentedCommand.In(Path.GetFileName(file), match.Groups[1].Value, isBlock: false))),
    ];

    [Test]
    public void Every_command_and_option_that_is_written_somewhere_exists()
    {
        Assert.That(InDocuments, Has.Length.GreaterThan(80));
        Assert.That(InHelp, Has.Length.GreaterThan(60));
        Assert.That(InTexts, Has.Length.GreaterThan(30));
        Assert.That(InDocuments.Concat(InHelp).Concat(InTexts).Select(Mistake).OfType<string>(), Is.Empty);
    }

    [Test]
    public void Every_whole_command_can_be_given()
    {
        DocumentedCommand[] whole = [.. InDocuments.Concat(InHelp).Where(command => command.IsWhole)];

        Assert.That(whole, Has.Length.GreaterThan(100));
        Assert.That(
            whole.Select(command => (command, Errors: Root.Parse([.. command.Words]).Errors)).Where(pair => pair.Errors.Count > 0)
                .Select(pair => $"{pair.command}: {pair.Errors[0].Message}"),
            Is.Empty);
    }

    [Test]
    public void Commands_of_the_readmes_table_exist_and_none_is_missing()
    {
        HashSet<Command> named = [];
        foreach (string row in DocumentText.Read("README.md").Prose.Split('\n').Where(line => line.StartsWith("| `janus ", StringComparison.Ordinal)))
        {
            Command last = Root;
            foreach (string span in Span().Matches(row.Split('|')[1]).Select(match => match.Groups[1].Value))
            {
                string[] words = [.. span.Split(' ').Where(word => word is not ("janus" or "…") && word.Any(char.IsLower))];
                Command start = span.StartsWith("janus ", StringComparison.Ordinal) ? Root : last.Parents.OfType<Command>().First();
                last = words.Aggregate(start, (command, word) => command.Subcommands.SingleOrDefault(sub => sub.Name == word)
                    ?? throw new AssertionException($"README.md: {span}: there is no command {word}"));
                named.UnionWith(All(last));
                named.UnionWith(last.Parents.OfType<Command>());
            }
        }

        // What is below a peer is told by docs/taskprov.md.
        Assert.That(All(Root).Except([Root]).Where(command => !named.Contains(command)).Select(command => $"{command.Parents.First().Name} {command.Name}"), Is.Empty);
    }

    [Test]
    public async Task Every_command_has_help_and_those_that_need_nothing_run()
    {
        foreach (Command command in All(Root))
        {
            (int exitCode, string output) = await RunAsync([.. NameOf(command), "--help"]);
            Assert.That((exitCode, output.Contains("Usage:", StringComparison.Ordinal)), Is.EqualTo((0, true)), command.Name);
        }

        using TestDirectory directory = new();
        DocumentedCommand[] free = [.. InDocuments.Where(command => command.IsWhole && command.Words is ["hpke-key" or "datastore-key", "generate", ..] && !command.Words.Contains("--append"))];
        Assert.That(free, Has.Length.GreaterThan(4));
        foreach ((int index, DocumentedCommand command) in free.Index())
        {
            string[] words = [.. command.Words];
            int path = 1 + Math.Max(Array.IndexOf(words, "--output"), Array.IndexOf(words, "-o"));
            if (path > 0)
            {
                words[path] = directory.Path($"{index}");
            }

            Assert.That((await RunAsync(words)).ExitCode, Is.Zero, command.Place);
            Assert.That(path == 0 || OperatingSystem.IsWindows() || File.GetUnixFileMode(words[path]) == (UnixFileMode.UserRead | UnixFileMode.UserWrite), command.Place);
        }
    }

    [Test]
    public async Task The_help_of_run_names_every_role() =>
        Assert.That(
            DocumentedNames.Flat((await RunAsync(["run", "--help"])).Output),
            Does.Contain(string.Join(", ", new JanusProcess().Roles)));

    private static async Task<(int ExitCode, string Output)> RunAsync(string[] words)
    {
        StringWriter output = new();
        int exitCode = await Root.Parse(words).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = new StringWriter() });
        return (exitCode, output.ToString());
    }

    private static string? Mistake(DocumentedCommand written)
    {
        Command command = Root;
        foreach (string word in written.Words)
        {
            string name = word.Split('=')[0].TrimEnd('.', ',', ')');
            if (name.StartsWith("--", StringComparison.Ordinal))
            {
                if (!OptionsOf(command).Any(option => option.Name == name || option.Aliases.Contains(name)))
                {
                    return $"{written.Place}: there is no option {name}";
                }
            }
            else if (command.Subcommands.SingleOrDefault(sub => sub.Name == name) is { } sub)
            {
                command = sub;
            }
            else if (command.Subcommands.Count > 0 && name.Length > 0)
            {
                return $"{written.Place}: there is no command {name}";
            }
        }

        return null;
    }

    private static IEnumerable<Option> OptionsOf(Command command) =>
        command.Options.Concat(command.Parents.OfType<Command>().SelectMany(parent => OptionsOf(parent).Where(option => option.Recursive)));

    private static IEnumerable<Command> All(Command command) => [command, .. command.Subcommands.SelectMany(All)];

    private static string[] NameOf(Command command) => command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? [.. NameOf(parent), command.Name] : [];

    private static IEnumerable<string> Sources() =>
        ((string[])["Janus.Host", "Janus.Modules"]).SelectMany(folder => Directory.GetFiles(Checkout.Path(folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Append(Checkout.Path("appsettings.yaml"));

    [GeneratedRegex(@"'(janus [a-z][^'{}""\n]*)[^'\n]*'")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"docker run [^\n]*")]
    private static partial Regex Commands();

    [GeneratedRegex(@"`([^`]+)`")]
    private static partial Regex Span();
}
