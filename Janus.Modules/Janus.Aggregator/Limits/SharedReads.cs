namespace Janus.Aggregator;

/// <summary>Reads of the same thing at the same time are one: whoever comes meanwhile waits for it.</summary>
/// <remarks>It goes on when some of those who wait give up, and is given up with the last of them.</remarks>
/// <typeparam name="TKey">What is read.</typeparam>
/// <typeparam name="T">What comes of it.</typeparam>
internal sealed class SharedReads<TKey, T>
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Read> _reads = [];

    /// <summary>Reads, or waits for who does.</summary>
    /// <param name="key">What is read.</param>
    /// <param name="read">Reads it, if nobody does.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="OperationCanceledException">The wait was broken off.</exception>
    public async Task<T> ReadAsync(TKey key, Func<CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        Read joined = Join(key, read);
        try
        {
            return await joined.Result.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(key, joined);
        }
    }

    private Read Join(TKey key, Func<CancellationToken, Task<T>> read)
    {
        lock (_lock)
        {
            // What has been read may have changed since: only those who came before it was there have it.
            if (!_reads.TryGetValue(key, out Read? joined) || joined.IsCompleted)
            {
                joined = new Read(read);
                _reads[key] = joined;
            }

            joined.Waiting++;
            return joined;
        }
    }

    private void Leave(TKey key, Read left)
    {
        lock (_lock)
        {
            if (--left.Waiting > 0)
            {
                return;
            }

            if (_reads.TryGetValue(key, out Read? present) && present == left)
            {
                _reads.Remove(key);
            }
        }

        // Nobody can join any more.
        left.Dispose();
    }

    private sealed class Read : IDisposable
    {
        private readonly CancellationTokenSource _abandoned = new();
        private readonly Lazy<Task<T>> _result;

        public Read(Func<CancellationToken, Task<T>> read)
        {
            CancellationToken token = _abandoned.Token;
            _result = new Lazy<Task<T>>(() => read(token));
        }

        /// <summary>How many wait for it.</summary>
        public int Waiting { get; set; }

        public bool IsCompleted => _result is { IsValueCreated: true, Value.IsCompleted: true };

        /// <summary>What comes of it; the first who asks begins.</summary>
        public Task<T> Result => _result.Value;

        public void Dispose()
        {
            _abandoned.Cancel();
            _abandoned.Dispose();
        }
    }
}
