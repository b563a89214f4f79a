namespace Janus.Aggregator;

/// <summary>Cuts the reports of an aggregation job into chunks and works on them in parallel.</summary>
internal static class ReportChunks
{
    private const int MaximumReports = 64;

    // As many as the widest vector has lanes: with fewer, some would be idle.
    private const int MinimumReports = 8;
    private const int MaximumBytes = 8 << 20;

    /// <summary>
    /// Calls <paramref name="work"/> for each chunk, on at most <paramref name="threads"/> threads, each with a
    /// state of its own. Working memory is at most <paramref name="threads"/> × max(8 MiB, eight reports), and that of the VDAF for as many threads.
    /// </summary>
    /// <param name="reports">The number of reports.</param>
    /// <param name="bytesPerReport">The working memory that one report needs.</param>
    /// <param name="threads">The most threads to use.</param>
    /// <param name="newState">Makes the state of one thread.</param>
    /// <param name="work">Processes the reports of a range of indices.</param>
    /// <param name="done">Takes a thread's state at its end; never called concurrently.</param>
    /// <param name="cancellationToken">Stops between chunks.</param>
    public static void ForEach<TState>(
        int reports,
        long bytesPerReport,
        int threads,
        Func<TState> newState,
        Action<Range, TState> work,
        Action<TState> done,
        CancellationToken cancellationToken)
    {
        int chunk = (int)Math.Clamp(MaximumBytes / Math.Max(1, bytesPerReport), MinimumReports, MaximumReports);
        int chunks = (reports + chunk - 1) / chunk;
        Lock gate = new();
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        Parallel.For(
            0,
            chunks,
            options,
            newState,
            (index, _, state) =>
            {
                int start = index * chunk;
                work(start..Math.Min(start + chunk, reports), state);
                return state;
            },
            state =>
            {
                lock (gate)
                {
                    done(state);
                }
            });
    }
}
