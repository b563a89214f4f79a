using System.Text.Json;
using System.Text.Json.Nodes;
using Janus.Datastore;
using Spectre.Console;

namespace Janus.Cli.Commands;

/// <summary>Shows how far a re-encryption is: a bar on a terminal, lines of JSON elsewhere.</summary>
internal static class ReEncryptionOutput
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(1);

    /// <summary>Runs <paramref name="work"/> and shows what it reports.</summary>
    public static Task<ReEncryptionResult> ShowAsync(
        TextWriter output, TimeProvider time, Func<IProgress<ReEncryptionProgress>, Task<ReEncryptionResult>> work)
    {
        IAnsiConsole console = Terminal.On(output);
        return console.Profile.Out.IsTerminal ? ShowBarAsync(console, work) : ShowLinesAsync(output, time, work);
    }

    private static async Task<ReEncryptionResult> ShowLinesAsync(
        TextWriter output, TimeProvider time, Func<IProgress<ReEncryptionProgress>, Task<ReEncryptionResult>> work)
    {
        long began = time.GetTimestamp();
        TimeSpan shown = -LineInterval;
        ReEncryptionResult result = await work(new Reporter(progress =>
        {
            TimeSpan elapsed = time.GetElapsedTime(began);
            if (elapsed - shown >= LineInterval)
            {
                shown = elapsed;
                WriteLine(output, "progress", progress.Done, elapsed, new JsonObject { ["column"] = progress.Column, ["total"] = progress.Total });
            }
        }));
        WriteLine(output, "finished", result.Replaced, time.GetElapsedTime(began), new JsonObject { ["remaining"] = result.Remaining.Sum(count => count.Rows) });
        return result;
    }

    private static void WriteLine(TextWriter output, string happened, long done, TimeSpan elapsed, JsonObject rest)
    {
        JsonObject line = new() { ["event"] = happened, ["done"] = done, ["seconds"] = Math.Round(elapsed.TotalSeconds, 1) };
        foreach ((string name, JsonNode? value) in rest)
        {
            line[name] = value!.DeepClone();
        }

        output.WriteLine(line.ToJsonString(JsonSerializerOptions.Default));
        output.Flush();
    }

    private static Task<ReEncryptionResult> ShowBarAsync(IAnsiConsole console, Func<IProgress<ReEncryptionProgress>, Task<ReEncryptionResult>> work) => console.Progress()
        .AutoClear(true)
        .Columns(new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
        .StartAsync(context =>
        {
            ProgressTask task = context.AddTask("counting", maxValue: 1);
            return work(new Reporter(progress =>
            {
                task.Description = Markup.Escape(progress.Column);
                task.MaxValue = progress.Total;
                task.Value = progress.Done;
            }));
        });

    // Told in order and at once, unlike Progress<T>.
    private sealed class Reporter(Action<ReEncryptionProgress> report) : IProgress<ReEncryptionProgress>
    {
        public void Report(ReEncryptionProgress value) => report(value);
    }
}
