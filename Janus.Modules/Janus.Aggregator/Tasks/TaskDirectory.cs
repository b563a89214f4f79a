using System.Collections.Concurrent;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

/// <summary>
/// Finds tasks, keeps them in memory, and authenticates requests about them. A task is read again when it is asked for after
/// a change was notified, or after some seconds in any case; whoever works on it keeps what they have.
/// </summary>
internal sealed partial class TaskDirectory
{
    /// <summary>How long a task is taken for unchanged without a notification, should one be lost.</summary>
    public static readonly TimeSpan MaximumAge = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<TaskId, Known> _byId = [];
    private readonly ConcurrentDictionary<int, TaskId> _ids = [];
    private readonly ConcurrentDictionary<TaskId, bool> _unsupported = [];
    private readonly ConcurrentDictionary<TaskId, Lazy<Task<AggregatorTask?>>> _loading = [];
    private readonly TaskStore _store;
    private readonly AuthTokenStore _tokens;
    private readonly WorkSignal _signal;
    private readonly SupportedVdafs _vdafs;
    private readonly TaskprovTasks _taskprov;
    private readonly TimeProvider _time;
    private readonly ILogger<TaskDirectory> _logger;

    public TaskDirectory(
        TaskStore store,
        AuthTokenStore tokens,
        WorkSignal signal,
        SupportedVdafs vdafs,
        TaskprovTasks taskprov,
        TimeProvider time,
        ILogger<TaskDirectory> logger)
    {
        _store = store;
        _tokens = tokens;
        _signal = signal;
        _vdafs = vdafs;
        _taskprov = taskprov;
        _time = time;
        _logger = logger;
    }

    /// <summary>
    /// The task with this ID, or <see langword="null"/>; also for one that this implementation must not take part in:
    /// DAP §4.2.2 (task-extensions).
    /// </summary>
    public async ValueTask<AggregatorTask?> FindAsync(TaskId id, CancellationToken cancellationToken)
    {
        if (_byId.TryGetValue(id, out Known? known) && IsFresh(known))
        {
            return known.Task;
        }

        if (_unsupported.ContainsKey(id))
        {
            return null;
        }

        // Whoever comes meanwhile waits for the same reading, which goes on when the first of them gives up.
        Lazy<Task<AggregatorTask?>> loading = _loading.GetOrAdd(id, _ => new Lazy<Task<AggregatorTask?>>(() => LoadAsync(id)));
        return await loading.Value.WaitAsync(cancellationToken);
    }

    /// <summary>The task with this surrogate key.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    /// <exception cref="NotSupportedException">The task has an extension or a parameter that is not supported.</exception>
    /// <exception cref="UnsupportedVdafException">The task's VDAF is not supported.</exception>
    public async ValueTask<AggregatorTask> GetAsync(int key, CancellationToken cancellationToken)
    {
        if (_ids.TryGetValue(key, out TaskId id))
        {
            return await FindAsync(id, cancellationToken) ?? throw Missing(key);
        }

        Moment moment = Now();
        return await _store.FindAsync(key, cancellationToken) is { } stored ? Remember(stored, moment) : throw Missing(key);
    }

    /// <summary>
    /// The task that a Client's request is about, in which we are the Leader; one that is new here and advertised is opted into.
    /// </summary>
    /// <exception cref="DapProblemException">
    /// <c>unrecognizedTask</c>; or <c>invalidTask</c>: we opt out of the task that is advertised.
    /// </exception>
    /// <exception cref="HttpProblemException">429: there have been too many new tasks lately.</exception>
    public async ValueTask<AggregatorTask> RequireAsync(HttpContext context)
    {
        TaskId id = context.RouteId<TaskId>(DapRoute.TaskId);
        TaskConfiguration? advertised = _taskprov.AdvertisedIn(context.Request);
        TaskprovTasks.RequireMatch(id, advertised);
        AggregatorTask? task = await FindAsync(id, context.RequestAborted);
        if (task is null && advertised is not null)
        {
            TaskprovPeer? peer = await _taskprov.FindPeerAsync(advertised, Role.Leader, context.RequestAborted);
            task = await OptInAsync(id, advertised, Role.Leader, peer, null, context.RequestAborted);
        }

        return task is { Role: Role.Leader } ? task : throw Unrecognized(id, Role.Leader);
    }

    private async Task<AggregatorTask> OptInAsync(
        TaskId id, TaskConfiguration advertised, Role role, TaskprovPeer? peer, byte? verificationKeyId, CancellationToken cancellationToken)
    {
        Moment moment = Now();
        return Remember(await _taskprov.OptInAsync(id, advertised, role, peer, verificationKeyId, cancellationToken), moment);
    }

    private static DapProblemException Unrecognized(TaskId id, Role role)
    {
        string detail = $"no task with this ID has its {role} here; add the task, or correct the aggregator's URL in the task configuration";
        return new DapProblemException(DapProblemType.UnrecognizedTask, detail, id);
    }

    private static InvalidOperationException Missing(int key) => new($"there is no task with key {key}");

    private async Task<AggregatorTask?> LoadAsync(TaskId id)
    {
        try
        {
            // Read before the task: a change that comes between the two makes it stale.
            Moment moment = Now();
            if (await _store.FindAsync(id, CancellationToken.None) is { } stored)
            {
                return Remember(stored, moment);
            }

            if (_byId.TryRemove(id, out Known? gone))
            {
                _ids.TryRemove(gone.Task.Key, out _);
            }

            return null;
        }
        catch (Exception exception) when (exception is NotSupportedException or UnsupportedVdafException)
        {
            _unsupported.TryAdd(id, true);
            LogUnsupported(id, exception.Message);
            return null;
        }
        finally
        {
            _loading.TryRemove(id, out _);
        }
    }

    private Moment Now() => new(_signal.VersionOf(WorkKind.Tasks), _time.GetTimestamp());

    private bool IsFresh(Known known) =>
        known.ReadAt.Version == _signal.VersionOf(WorkKind.Tasks) && _time.GetElapsedTime(known.ReadAt.Timestamp) < MaximumAge;

    private AggregatorTask Remember(DapTask stored, Moment readAt)
    {
        // One that has not changed stays the same object, with everything that it has derived.
        AggregatorTask task = _byId.TryGetValue(stored.Id, out Known? known) && IsUnchanged(known.Task.Stored, stored)
            ? known.Task
            : new AggregatorTask(stored, _vdafs);
        _byId[stored.Id] = new Known(task, readAt);
        _ids[task.Key] = stored.Id;
        return task;
    }

    private static bool IsUnchanged(DapTask known, DapTask stored) =>
        known.Key == stored.Key
        && known.IsSameTask(stored)
        && known.Tokens.Count == stored.Tokens.Count
        && known.Tokens.Zip(stored.Tokens).All(pair => pair.First.IsSameRow(pair.Second));

    [LoggerMessage(Level = LogLevel.Error, Message = "task {TaskId} cannot be taken part in, and is answered for as if it were not here: {Mistakes}")]
    private partial void LogUnsupported(TaskId taskId, string mistakes);

    private readonly record struct Moment(long Version, long Timestamp);

    private sealed record Known(AggregatorTask Task, Moment ReadAt);
}
