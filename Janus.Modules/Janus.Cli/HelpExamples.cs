using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace Janus.Cli;

/// <summary>Appends notes and examples to the help of the commands that have some.</summary>
internal static class HelpExamples
{
    private static readonly ConditionalWeakTable<Command, string[]> Examples = [];
    private static readonly ConditionalWeakTable<Command, string> Notes = [];

    /// <summary>Gives <paramref name="command"/> examples, each a whole command line.</summary>
    public static Command WithExamples(this Command command, params string[] examples)
    {
        Examples.Add(command, examples);
        return command;
    }

    /// <summary>Gives <paramref name="command"/> notes that are too long for its description, which stands in lists too.</summary>
    public static Command WithNotes(this Command command, string notes)
    {
        Notes.Add(command, notes);
        return command;
    }

    /// <summary>The examples of <paramref name="command"/>.</summary>
    public static IReadOnlyList<string> Of(Command command) => Examples.TryGetValue(command, out string[]? examples) ? examples : [];

    /// <summary>Makes <c>--help</c> print the examples.</summary>
    public static void Install(Command root)
    {
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        if (help.Action is HelpAction standard)
        {
            help.Action = new HelpWithExamples(standard);
        }
    }

    private sealed class HelpWithExamples(HelpAction standard) : SynchronousCommandLineAction
    {
        // Who asks for help has not yet given what the command needs.
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int result = standard.Invoke(parseResult);
            TextWriter output = parseResult.InvocationConfiguration.Output;
            if (Notes.TryGetValue(parseResult.CommandResult.Command, out string? notes))
            {
                output.WriteLine(notes + Environment.NewLine);
            }

            if (!Examples.TryGetValue(parseResult.CommandResult.Command, out string[]? examples))
            {
                return result;
            }

            output.WriteLine("Examples:");
            foreach (string example in examples)
            {
                output.WriteLine($"  {example}");
            }

            output.WriteLine();
            return result;
        }
    }
}
