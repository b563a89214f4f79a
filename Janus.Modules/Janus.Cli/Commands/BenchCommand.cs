using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Janus.Cli.Bench;
using Janus.Cli.Files;
using Janus.Cli.Values;
using Janus.Codec;
using Janus.Vdaf;
using Spectre.Console;

namespace Janus.Cli.Commands;

/// <summary><c>janus bench vdaf</c>: how fast the VDAFs are on this machine.</summary>
internal static class BenchCommand
{
    private const int MaximumThreads = 1024;
    private const int MaximumBatch = 1 << 20;
    private const string StandardOutput = "-";

    public static Command Create()
    {
        Option<BenchVdaf[]> vdafs = new("--vdaf")
        {
            Description = "The VDAFs to measure, such as Prio3Sum(255) or sum:255. Default: those named below.",
            HelpName = "NAME",
            AllowMultipleArgumentsPerToken = true,
            Arity = ArgumentArity.OneOrMore,
            CustomParser = result => [.. result.Tokens.Select(token => TextOption.Read(result, "--vdaf", () => BenchVdaf.Parse(token.Value))!)],
        };
        Option<string?> isa = TextOption.Choice<string?>(
            "--isa",
            $"The instruction set, or all that this machine has, each in a process of its own. Default: the best one, or what {InstructionSets.Variable} says.",
            IsaNames.All.Append("all").ToDictionary(name => name, string? (name) => name));
        Option<int> threads = Number("--threads", 1, MaximumThreads, "The number of threads, each with a batch of its own.", 1);
        Option<int?> batch = Number<int?>(
            "--batch", 1, MaximumBatch, "The number of reports of a batch. Default: 256, or 8 of more than 50,000 elements.", null);
        Option<string?> json = new("--json") { Description = "Write the figures to a file as well; \"-\" prints them instead of the table.", HelpName = "FILE" };
        Option<bool> quick = new("--quick") { Description = "Only see that everything works; the figures mean little." };
        Command vdaf = new("vdaf", "Measure how long an aggregator and a client take for a report, also in X25519 key agreements")
        {
            vdafs, isa, threads, batch, json, quick,
        };
        vdaf.SetAction((result, cancellationToken) => RunAsync(
            new BenchRun(
                result.GetValue(vdafs) is { Length: > 0 } chosen ? chosen : BenchVdaf.Defaults,
                result.GetValue(threads),
                result.GetValue(batch),
                result.GetValue(quick) ? Sampling.Quick : Sampling.Full),
            result.GetValue(isa),
            result.GetValue(json),
            result.InvocationConfiguration,
            cancellationToken));
        vdaf.WithNotes($"""
            helper  from the seed to the out share added to the aggregate share
            leader  from the decrypted bytes to the out share added to the aggregate share
            shard   from the measurement to the public share and the input shares

            Unless others are named: {string.Join(", ", BenchVdaf.Defaults.Select(standard => standard.Name))}.
            """);
        vdaf.WithExamples(
            "janus bench vdaf",
            "janus bench vdaf --vdaf \"Prio3Histogram(100,10)\" \"Prio3SumVec(1,1000,32)\" --isa all",
            "janus bench vdaf --threads 8 --json figures.json");
        return new Command("bench", "Measure the speed of this machine") { vdaf };
    }

    private static Option<T> Number<T>(string name, int minimum, int maximum, string description, T standard)
    {
        Option<T> option = TextOption.Create(name, "N", description, text =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= minimum && number <= maximum
                ? (T)(object)number
                : throw new FormatException($"a number from {minimum} to {maximum} expected, {Quote.Of(text)} given"));
        option.DefaultValueFactory = _ => standard;
        return option;
    }

    private static async Task<int> RunAsync(
        BenchRun run, string? isa, string? json, InvocationConfiguration terminal, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> isas = isa is null ? [] : IsaNames.Select(isa, IsaNames.Supported);

        // Opened before anything is measured: a path that cannot be written is told at once.
        await using FileStream? file = json is null or StandardOutput ? null : new FileStream(json, FileMode.OpenOrCreate, FileAccess.Write);
        BenchReport report = isa is null
            ? BenchProgress.Show(Terminal.On(terminal.Error), progress => run.Run(progress, cancellationToken))
            : await MeasureEachAsync(isas, run, cancellationToken);
        string text = JsonSerializer.Serialize(report, CliJsonContext.Default.BenchReport);
        if (json == StandardOutput)
        {
            await terminal.Output.WriteLineAsync(text);
            return 0;
        }

        BenchTable.Write(Terminal.On(terminal.Output), report);
        if (file is not null)
        {
            await WriteAsync(file, text, cancellationToken);
        }

        return 0;
    }

    private static async Task<BenchReport> MeasureEachAsync(IReadOnlyList<string> isas, BenchRun run, CancellationToken cancellationToken)
    {
        List<BenchReport> reports = [];
        foreach (string isa in isas)
        {
            reports.Add(await IsaProcess.RunAsync(isa, run, cancellationToken));
        }

        return BenchReport.Merge(reports);
    }

    private static async Task WriteAsync(FileStream file, string text, CancellationToken cancellationToken)
    {
        if (file.CanSeek)
        {
            file.SetLength(0);
        }

        await using StreamWriter writer = new(file);
        await writer.WriteLineAsync(text.AsMemory(), cancellationToken);
    }
}
