using System.CommandLine;
using System.CommandLine.Help;
using Janus.Cli.Commands;
using Janus.Codec;
using Janus.Dap;
using Janus.Vdaf;

namespace Janus.Cli;

/// <summary>The command line: one root command, one file for each command.</summary>
public static class CommandLineProgram
{
    private const string RootName = "janus";
    private const int Failure = 1;
    private const int UsageError = 2;

    /// <summary>Runs the command that <paramref name="arguments"/> name; the result is the exit code: 0 success, 1 failure, 2 wrong usage.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, IProcessHost host)
    {
        try
        {
            // Now rather than when the first report is verified.
            _ = InstructionSets.Current;
        }
        catch (InvalidOperationException wrong)
        {
            await Console.Error.WriteLineAsync($"janus: {wrong.Message}");
            return Failure;
        }

        Option<bool> verbose = new("--verbose") { Description = "Show the whole of an error: kind, cause and stack trace.", Recursive = true };
        ParseResult parsed = CreateRootCommand(host, verbose).Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            return ReportUsage(parsed);
        }

        using Interruption interruption = new();
        try
        {
            // Signals are ours: a process has to finish what is in flight, however long that takes.
            InvocationConfiguration configuration = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(configuration, interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("janus: interrupted");
            return interruption.ExitCode;
        }
        catch (Exception failure)
        {
            await Console.Error.WriteLineAsync(parsed.GetValue(verbose) ? failure.ToString() : $"janus: {Failures.Describe(failure)}");
            return Failure;
        }
    }

    // Not System.CommandLine's RootCommand, which goes by the executable's file name.
    private static Command CreateRootCommand(IProcessHost host, Option<bool> verbose)
    {
        Command root = new(RootName, "Janus: an aggregator for the Distributed Aggregation Protocol, its client and its collector")
        {
            new HelpOption { Recursive = true },
            new VersionOption(),
            DemoCommand.Create(),
            RunCommand.Create(host),
            MigrateCommand.Create(host),
            HealthCommand.Create(),
            LogLevelCommand.Create(),
            DatastoreKeyCommand.Create(host),
            TaskCommand.Create(host),
            TaskprovCommand.Create(host),
            CollectionJobCommand.Create(host),
            GarbageCommand.Create(host),
            HpkeKeyCommand.Create(host),
            UploadCommand.Create(),
            CollectCommand.Create(),
            VdafCommand.Create(),
            BenchCommand.Create(),
        };
        root.Options.Add(verbose);
        HelpExamples.Install(root);
        return root;
    }

    private static string UnknownWord(ParseResult parsed, string word)
    {
        Command command = parsed.CommandResult.Command;
        bool isOption = word.StartsWith('-');
        IEnumerable<string> names = isOption
            ? command.Options.Concat(RecursiveOptions(command)).Where(option => !option.Hidden).Select(option => option.Name)
            : command.Subcommands.Select(sub => sub.Name);
        string kind = isOption ? "option" : command.Subcommands.Count > 0 ? "command" : "argument";
        return $"unknown {kind} {Quote.Of(word)}{Spelling.Suggestion(word, names)}";
    }

    private static IEnumerable<Option> RecursiveOptions(Command command) =>
        command.Parents.OfType<Command>().SelectMany(parent => parent.Options.Where(option => option.Recursive).Concat(RecursiveOptions(parent)));

    private static int ReportUsage(ParseResult parsed)
    {
        // What follows from a word that was mistyped is not told beside it: its value, or the errors of a command that was not meant.
        string[] options = [.. parsed.UnmatchedTokens.Where(word => word.StartsWith("--", StringComparison.Ordinal))];
        string[] unknown = options.Length > 0 ? options : [.. parsed.UnmatchedTokens.Take(1)];
        IEnumerable<string> arguments = parsed.Tokens.Select(token => token.Value);
        IEnumerable<string> messages = unknown.Length > 0
            ? unknown.Select(word => UnknownWord(parsed, word))
            : parsed.Errors.Select(error => Failures.Describe(error.Message, arguments));
        foreach (string message in messages.Distinct())
        {
            Console.Error.WriteLine($"janus: {message}");
        }

        List<string> path = [];
        for (Command? command = parsed.CommandResult.Command; command is { Name: not RootName }; command = command.Parents.OfType<Command>().FirstOrDefault())
        {
            path.Insert(0, command.Name);
        }

        Console.Error.WriteLine($"Try 'janus {string.Concat(path.Select(name => name + " "))}--help'.");
        return UsageError;
    }
}
