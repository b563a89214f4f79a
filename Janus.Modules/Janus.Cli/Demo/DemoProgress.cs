using System.Globalization;
using Spectre.Console;

namespace Janus.Cli.Demo;

/// <summary>Shows how far the steps of a demo are: bars on a terminal, lines elsewhere.</summary>
internal sealed class DemoProgress
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(1);
    private readonly IAnsiConsole _console;
    private readonly ProgressContext? _bars;
    private readonly Lock _lock = new();

    private DemoProgress(IAnsiConsole console, ProgressContext? bars)
    {
        _console = console;
        _bars = bars;
    }

    /// <summary>Runs <paramref name="work"/> and shows what it tells.</summary>
    public static async Task<T> ShowAsync<T>(IAnsiConsole console, Func<DemoProgress, Task<T>> work) => console.Profile.Out.IsTerminal
        ? await console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(bars => work(new DemoProgress(console, bars)))
        : await work(new DemoProgress(console, bars: null));

    /// <summary>Adds a step; the result takes how much of <paramref name="whole"/> is done.</summary>
    public Action<long> Add(string name, long whole)
    {
        if (_bars?.AddTask(name, maxValue: whole) is { } bar)
        {
            return done => bar.Value = done;
        }

        long shownAt = 0;
        long shown = 0;
        return done =>
        {
            lock (_lock)
            {
                bool isDue = shownAt == 0 || TimeProvider.System.GetElapsedTime(shownAt) >= LineInterval || done >= whole;
                if (done > shown && isDue)
                {
                    (shown, shownAt) = (done, TimeProvider.System.GetTimestamp());
                    _console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {done:N0} of {whole:N0}"));
                }
            }
        };
    }
}
