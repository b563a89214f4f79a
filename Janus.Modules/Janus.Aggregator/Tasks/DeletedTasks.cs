using Janus.Datastore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

/// <summary>Lets this process forget tasks as soon as they are deleted, wherever that is done.</summary>
internal sealed partial class DeletedTasks : BackgroundService
{
    // A fraction of the time for which a deleted task's rows stay: what has slipped through the notification.
    private static readonly TimeSpan PollInterval = GarbageRemoval.DeletionDelay / 6;

    private readonly TaskDirectory _tasks;
    private readonly TaskStore _store;
    private readonly WorkSignal _signal;
    private readonly TimeProvider _time;
    private readonly ILogger<DeletedTasks> _logger;

    public DeletedTasks(TaskDirectory tasks, TaskStore store, WorkSignal signal, TimeProvider time, ILogger<DeletedTasks> logger)
    {
        _tasks = tasks;
        _store = store;
        _signal = signal;
        _time = time;
        _logger = logger;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        WorkWaiter waiter = _signal.CreateWaiter(WorkKind.Tasks);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await waiter.WaitAsync(PollInterval, stoppingToken);
                IReadOnlyCollection<int> keys = _tasks.Keys;
                if (keys.Count > 0)
                {
                    await ForgetAsync(keys, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogFailed(exception);
                await Task.Delay(PollInterval, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ForgetAsync(IReadOnlyCollection<int> keys, CancellationToken cancellationToken)
    {
        foreach (int key in await _store.FindGoneAsync(keys, cancellationToken))
        {
            _tasks.Forget(key);
            LogForgotten(key);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "the task with key {Key} was deleted")]
    private partial void LogForgotten(int key);

    [LoggerMessage(Level = LogLevel.Warning, Message = "cannot look for deleted tasks; trying again")]
    private partial void LogFailed(Exception exception);
}
