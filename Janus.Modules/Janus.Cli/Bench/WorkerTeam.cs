using System.Diagnostics;

namespace Janus.Cli.Bench;

/// <summary>Threads that do the same work at the same time; a team of one is the caller's own thread.</summary>
/// <remarks>The threads live as long as the team, because the pools that hold buffers are per thread.</remarks>
internal sealed class WorkerTeam : IDisposable
{
    private readonly Thread[] _threads;
    private readonly Barrier _barrier;
    private readonly long[] _starts;
    private readonly long[] _ends;
    private Action<int>? _work;
    private int _calls;
    private Exception? _failure;

    /// <summary>Starts the threads.</summary>
    public WorkerTeam(int size)
    {
        Size = size;
        _starts = new long[size];
        _ends = new long[size];
        _threads = new Thread[size > 1 ? size : 0];
        _barrier = new Barrier(_threads.Length + 1);
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i;
            _threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"bench-{worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>The number of threads.</summary>
    public int Size { get; }

    /// <summary>Calls <paramref name="work"/> with each worker's number, <paramref name="calls"/> times in a row each.</summary>
    /// <returns>The time from the first start to the last end.</returns>
    public TimeSpan Run(Action<int> work, int calls)
    {
        (_work, _calls) = (work, calls);
        if (_threads.Length == 0)
        {
            Call(0);
        }
        else
        {
            _barrier.SignalAndWait();
            _barrier.SignalAndWait();
        }

        if (_failure is { } failure)
        {
            _failure = null;
            throw failure is CliException ? failure : new InvalidOperationException("a thread of the benchmark failed", failure);
        }

        return Stopwatch.GetElapsedTime(_starts.Min(), _ends.Max());
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        _work = null;
        if (_threads.Length > 0)
        {
            _barrier.SignalAndWait();
            Array.ForEach(_threads, thread => thread.Join());
        }

        _barrier.Dispose();
    }

    private void Work(int worker)
    {
        while (true)
        {
            _barrier.SignalAndWait();
            if (_work is null)
            {
                return;
            }

            Call(worker);
            _barrier.SignalAndWait();
        }
    }

    private void Call(int worker)
    {
        Action<int> work = _work!;
        _starts[worker] = Stopwatch.GetTimestamp();
        try
        {
            for (int i = 0; i < _calls; i++)
            {
                work(worker);
            }
        }
        catch (Exception failure)
        {
            Interlocked.CompareExchange(ref _failure, failure, null);
        }

        _ends[worker] = Stopwatch.GetTimestamp();
    }
}
