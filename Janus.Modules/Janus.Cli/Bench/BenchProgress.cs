using Spectre.Console;

namespace Janus.Cli.Bench;

/// <summary>Shows how far a run is: a bar on a terminal, a line for each VDAF elsewhere.</summary>
/// <remarks>Nothing is drawn while something is measured.</remarks>
internal static class BenchProgress
{
    /// <summary>Runs <paramref name="work"/>, which tells each step before it takes it.</summary>
    public static BenchReport Show(IAnsiConsole console, Func<Action<BenchStep>, BenchReport> work) =>
        console.Profile.Out.IsTerminal ? ShowBar(console, work) : ShowLines(console, work);

    private static BenchReport ShowLines(IAnsiConsole console, Func<Action<BenchStep>, BenchReport> work)
    {
        string? shown = null;
        return work(step =>
        {
            if (step.Vdaf != shown)
            {
                shown = step.Vdaf;
                console.WriteLine(Title(step.Vdaf));
            }
        });
    }

    private static BenchReport ShowBar(IAnsiConsole console, Func<Action<BenchStep>, BenchReport> work) => console.Progress()
        .AutoRefresh(false)
        .AutoClear(true)
        .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
        .Start(context =>
        {
            ProgressTask task = context.AddTask("starting", maxValue: 1);
            return work(step =>
            {
                task.Description = Markup.Escape($"{Title(step.Vdaf)} {step.What}");
                task.Value = step.Done;
                context.Refresh();
            });
        });

    private static string Title(string vdaf) => $"measuring {IsaNames.Current} {vdaf}";
}
