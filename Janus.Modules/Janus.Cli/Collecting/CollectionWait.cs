using System.Globalization;
using Janus.Cli.Values;
using Janus.Collector;
using Janus.Dap;
using Spectre.Console;

namespace Janus.Cli.Collecting;

/// <summary>Waits for the result of a collection job with somebody who wants to know why it takes long, and what to do after giving up.</summary>
internal sealed class CollectionWait
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private readonly IAnsiConsole _console;
    private readonly CollectionTexts _texts;
    private readonly string _command;
    private readonly TimeProvider _time;
    private CollectionJobHandle? _job;
    private bool _explained;

    /// <summary>Prepares to wait.</summary>
    /// <param name="console">Where to tell what goes on.</param>
    /// <param name="texts">What to tell.</param>
    /// <param name="command">The command with all options but those for what is collected: what <c>--resume</c> is appended to.</param>
    /// <param name="time">The clock.</param>
    public CollectionWait(IAnsiConsole console, CollectionTexts texts, string command, TimeProvider time)
    {
        _console = console;
        _texts = texts;
        _command = command;
        _time = time;
    }

    /// <summary>How long one waits before being told why that may be.</summary>
    public static TimeSpan ExplainAfter { get; } = TimeSpan.FromSeconds(15);

    /// <summary>Waits for a result; when it does not come, the job's handle has been written.</summary>
    /// <param name="collect">Collects, and reports its progress.</param>
    /// <param name="job">The job, if it exists already.</param>
    /// <param name="timeout">How long the result is waited for at most.</param>
    /// <exception cref="CliException">The Leader refused a request, or is out of reach, or the time is over.</exception>
    public async Task<CollectionResult> RunAsync(
        Func<IProgress<CollectionProgress>, Task<CollectionResult>> collect, CollectionJobHandle? job, TimeSpan? timeout)
    {
        _job = job;
        long start = _time.GetTimestamp();
        try
        {
            Task<CollectionResult> collecting = AggregatorCalls.RunAsync(() => CollectAsync(collect));
            return _console.Profile.Out.IsTerminal
                ? await _console.Status().StartAsync("waiting for the aggregators", status => WatchAsync(
                    collecting, start, waited => status.Status($"waiting for the aggregators ({DurationText.Round(waited)})")))
                : await WatchAsync(collecting, start, _ => { });
        }
        catch (Exception failure) when (_job is not null && MayGoOn(failure))
        {
            TimeSpan waited = _time.GetElapsedTime(start);
            bool isOver = failure is CliException { InnerException: TimeoutException } && waited >= timeout;
            if (isOver)
            {
                Explain(waited);
            }

            // Not wrapped at the width of the terminal: it is to be copied.
            _console.Profile.Out.Writer.WriteLine(CollectionTexts.ExplainLeaving(_command, _job));
            if (isOver)
            {
                throw new CliException(string.Create(CultureInfo.InvariantCulture, $"no result within {timeout!.Value.TotalSeconds}s"), failure);
            }

            throw;
        }
    }

    // The Leader still has the job, as far as one can tell.
    private static bool MayGoOn(Exception failure) => failure switch
    {
        OperationCanceledException => true,
        CliException { InnerException: DapResponseException refusal } => HttpRetry.IsRetryable(refusal.Status),
        CliException { InnerException: AggregateShareException } => false,
        _ => failure is CliException,
    };

    private async Task<CollectionResult> CollectAsync(Func<IProgress<CollectionProgress>, Task<CollectionResult>> collect)
    {
        try
        {
            return await collect(new JobMemory(this));
        }
        catch (DapResponseException refusal) when (_texts.FindRemedy(refusal) is { } remedy)
        {
            throw new CliException($"{refusal.Message.ReplaceLineEndings(" ")}: {remedy}", refusal);
        }
    }

    private async Task<CollectionResult> WatchAsync(Task<CollectionResult> collecting, long start, Action<TimeSpan> show)
    {
        while (!collecting.IsCompleted)
        {
            using CancellationTokenSource over = new();
            await Task.WhenAny(collecting, Task.Delay(Tick, _time, over.Token));
            await over.CancelAsync();
            TimeSpan waited = _time.GetElapsedTime(start);
            show(waited);
            if (waited >= ExplainAfter && _job is not null && !collecting.IsCompleted)
            {
                Explain(waited);
            }
        }

        return await collecting;
    }

    private void Explain(TimeSpan waited)
    {
        if (!_explained)
        {
            _explained = true;
            _console.WriteLine(_texts.ExplainWaiting(waited));
        }
    }

    private sealed class JobMemory(CollectionWait wait) : IProgress<CollectionProgress>
    {
        public void Report(CollectionProgress value) => wait._job = value.Job;
    }
}
