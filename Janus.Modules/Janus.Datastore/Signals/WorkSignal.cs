using Janus.Dap;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Janus.Datastore;

/// <summary>
/// Wakes workers when a transaction says that it made work for them. It listens from the first waiter on, connects again
/// when it must, and wakes everyone when it has connected, because notifications may have been missed.
/// </summary>
/// <remarks>Waiting always ends after a time: what a failure swallows is found by the poll.</remarks>
public sealed partial class WorkSignal : IAsyncDisposable
{
    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(30);
    private readonly DirectSource _direct;
    private readonly DatabaseState _state;
    private readonly TimeProvider _time;
    private readonly ILogger<WorkSignal> _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Outage _outage;
    private readonly long[] _versions = new long[Enum.GetValues<WorkKind>().Length];
    private TaskCompletionSource _changed = NewChange();
    private Task? _listening;

    internal WorkSignal(DirectSource direct, DatabaseState state, TimeProvider time, ILogger<WorkSignal> logger)
    {
        _direct = direct;
        _state = state;
        _outage = new Outage(time);
        _time = time;
        _logger = logger;
    }

    /// <summary>Makes a waiter for one kind of work; each worker has its own.</summary>
    public WorkWaiter CreateWaiter(WorkKind kind)
    {
        lock (_lock)
        {
            _listening ??= Task.Run(ListenAsync);
            return new WorkWaiter(this, kind, _versions[(int)kind]);
        }
    }

    /// <summary>
    /// How often there has been a notification of this kind, as far as this process has heard: for whoever keeps something
    /// in memory, and reads it again when the number is another or when some time has passed.
    /// </summary>
    public long VersionOf(WorkKind kind)
    {
        lock (_lock)
        {
            _listening ??= Task.Run(ListenAsync);
            return _versions[(int)kind];
        }
    }

    /// <summary>Stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_listening is { } listening)
        {
            await listening;
        }

        _stop.Dispose();
    }

    /// <summary>Waits until the kind's version is another than the given one, or for the time, and returns the version.</summary>
    internal async Task<long> WaitAsync(WorkKind kind, long seen, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(atMost, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                long version = _versions[(int)kind];
                if (version != seen || timeout.IsCancellationRequested)
                {
                    return version;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ListenAsync()
    {
        CancellationToken stop = _stop.Token;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await ListenOnceAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (!_direct.IsOwn && _state.Failed(exception, "listening for work"))
            {
                // What has happened to the database is in the log.
            }
            catch (Exception exception)
            {
                // After a failover, the connections lead to what was the right server before.
                _direct.Source.Clear();
                if (_outage.Fail())
                {
                    LogDisconnected(exception.Message, ReconnectDelay.TotalSeconds);
                }
            }

            await Task.Delay(ReconnectDelay, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListenOnceAsync(CancellationToken stop)
    {
        await using NpgsqlConnection connection = await _direct.Source.OpenConnectionAsync(stop);
        connection.Notification += (_, notification) =>
        {
            if (Notification.KindOf(notification.Payload) is { } kind)
            {
                Raise(kind);
            }
        };
        await ExecuteAsync(connection, $"LISTEN {Notification.Channel}", stop);
        LogListening();
        NoteListening();
        Raise(Enum.GetValues<WorkKind>());
        while (true)
        {
            if (!await connection.WaitAsync(ProbeInterval, stop))
            {
                // A connection that has died without a word fails here.
                await ExecuteAsync(connection, "SELECT", stop);
                NoteListening();
            }
        }
    }

    private void NoteListening()
    {
        if (_outage.Succeed() is { } ended)
        {
            LogListeningAgain(ended.Duration.TotalSeconds, ended.Failures);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private void Raise(params ReadOnlySpan<WorkKind> kinds)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            foreach (WorkKind kind in kinds)
            {
                _versions[(int)kind]++;
            }

            changed = _changed;
            _changed = NewChange();
        }

        changed.SetResult();
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "listening for work")]
    private partial void LogListening();

    [LoggerMessage(Level = LogLevel.Information, Message = "listening for work again after {Seconds:0.0} s; attempts that failed: {Failures}")]
    private partial void LogListeningAgain(double seconds, long failures);

    [LoggerMessage(Level = LogLevel.Warning, Message = "listening for work broke off with {Error}; it is tried every {DelaySeconds} s, workers poll meanwhile")]
    private partial void LogDisconnected(string error, double delaySeconds);
}
