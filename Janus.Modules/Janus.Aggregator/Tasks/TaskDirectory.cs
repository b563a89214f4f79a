using System.Collections.Concurrent;
using Janus.Codec;
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

    // Anybody can make up IDs and tokens: looking for them leaves most connections of the database to others.
    private const int MaximumLookups = 4;

    /// <summary>How many wait for their turn to be looked for; the next one is to come again later.</summary>
    internal const int MaximumWaiting = 1000;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    // Tasks come and go for years: one that nobody asks for is not kept.
    private static readonly TimeSpan IdleAge = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<TaskId, Known> _byId = [];
    private readonly ConcurrentDictionary<int, TaskId> _ids = [];
    private readonly ConcurrentDictionary<TaskId, Moment> _unsupported = [];
    private readonly SharedReads<TaskId, AggregatorTask?> _loading = new();
    private readonly FairTurns<bool> _lookups = new(MaximumLookups, quantum: 1, MaximumWaiting);
    private readonly TaskStore _store;
    private readonly AuthTokenStore _tokens;
    private readonly WorkSignal _signal;
    private readonly SupportedVdafs _vdafs;
    private readonly TaskprovTasks _taskprov;
    private readonly TaskStatusRecorder _status;
    private readonly TimeProvider _time;
    private readonly ILogger<TaskDirectory> _logger;
    private readonly Seldom<(TaskId? TaskId, string Label)> _credentialsTold;
    private long _lookedForIdleAt;

    public TaskDirectory(
        TaskStore store,
        AuthTokenStore tokens,
        WorkSignal signal,
        SupportedVdafs vdafs,
        TaskprovTasks taskprov,
        TaskStatusRecorder status,
        TimeProvider time,
        ILogger<TaskDirectory> logger)
    {
        _status = status;
        _store = store;
        _tokens = tokens;
        _signal = signal;
        _vdafs = vdafs;
        _taskprov = taskprov;
        _time = time;
        _logger = logger;
        _credentialsTold = new Seldom<(TaskId?, string)>(time, TimeSpan.FromHours(1));
        _lookedForIdleAt = time.GetTimestamp();
    }

    /// <summary>
    /// The task with this ID, or <see langword="null"/>; also for one that this implementation must not take part in:
    /// DAP §4.2.2 (task-extensions).
    /// </summary>
    /// <exception cref="HttpProblemException">503: too many unknown tasks or tokens are looked for.</exception>
    public ValueTask<AggregatorTask?> FindAsync(TaskId id, CancellationToken cancellationToken) => FindAsync(id, isStranger: true, cancellationToken);

    private async ValueTask<AggregatorTask?> FindAsync(TaskId id, bool isStranger, CancellationToken cancellationToken)
    {
        if (_byId.TryGetValue(id, out Known? known) && IsFresh(known.ReadAt))
        {
            return known.Task;
        }

        if (_unsupported.TryGetValue(id, out Moment seen) && IsFresh(seen))
        {
            return null;
        }

        return await _loading.ReadAsync(
            id, token => isStranger && known is null ? LookUpAsync(() => LoadAsync(id, token), token) : LoadAsync(id, token), cancellationToken);
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

    /// <summary>What a log line calls a task: its ID, or its key while it is not in memory.</summary>
    public string NameOf(int key) => _ids.TryGetValue(key, out TaskId id) ? id.ToString() : $"with key {key}";

    /// <summary>How many tasks are kept in memory.</summary>
    internal int Count => _byId.Count;

    /// <summary>The tasks in memory whose Helper is that of one of these, and these.</summary>
    public IReadOnlyCollection<int> SharingHelpers(IReadOnlyCollection<int> keys)
    {
        AggregatorTask[] tasks = [.. _byId.Values.Select(known => known.Task)];
        HashSet<Url> helpers = [.. tasks.Where(task => keys.Contains(task.Key)).Select(task => task.Configuration.HelperAggregatorEndpoint)];
        return [.. tasks.Where(task => helpers.Contains(task.Configuration.HelperAggregatorEndpoint)).Select(task => task.Key).Union(keys)];
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

        if (task is not { Role: Role.Leader })
        {
            throw Unrecognized(id, Role.Leader);
        }

        new RequestedTask(id, IsAuthenticated: false).NoteIn(context);
        return task;
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

    private async Task<T> LookUpAsync<T>(Func<Task<T>> read, CancellationToken cancellationToken)
    {
        // All strangers are one party.
        using IDisposable? turn = await _lookups.TryEnterAsync(party: false, cost: 1, cancellationToken);
        return turn is null
            ? throw HttpProblemException.Unavailable("too many tasks and tokens that are not known are looked for; try again later", RetryAfter)
            : await read();
    }

    private async Task<AggregatorTask?> LoadAsync(TaskId id, CancellationToken cancellationToken)
    {
        // Read before the task: a change that comes between the two makes it stale.
        Moment moment = Now();
        try
        {
            if (await _store.FindAsync(id, cancellationToken) is { } stored)
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
            bool isTold = _unsupported.ContainsKey(id);
            _unsupported[id] = moment;
            if (!isTold)
            {
                string mistakes = Quote.MessageOf(exception);
                LogUnsupported(id, mistakes);
            }

            return null;
        }
    }

    private Moment Now() => new(_signal.VersionOf(WorkKind.Tasks), _time.GetTimestamp());

    private bool IsFresh(Moment readAt) =>
        readAt.Version == _signal.VersionOf(WorkKind.Tasks) && _time.GetElapsedTime(readAt.Timestamp) < MaximumAge;

    private void ForgetIdle()
    {
        long before = Volatile.Read(ref _lookedForIdleAt);
        if (_time.GetElapsedTime(before) < IdleAge || Interlocked.CompareExchange(ref _lookedForIdleAt, _time.GetTimestamp(), before) != before)
        {
            return;
        }

        foreach (KeyValuePair<TaskId, Known> idle in _byId.Where(pair => _time.GetElapsedTime(pair.Value.ReadAt.Timestamp) >= IdleAge))
        {
            if (_byId.TryRemove(idle))
            {
                _ids.TryRemove(idle.Value.Task.Key, out _);
            }
        }

        foreach (KeyValuePair<TaskId, Moment> idle in _unsupported.Where(pair => _time.GetElapsedTime(pair.Value.Timestamp) >= IdleAge))
        {
            _unsupported.TryRemove(idle);
        }
    }

    private AggregatorTask Remember(DapTask stored, Moment readAt)
    {
        ForgetIdle();

        // One that has not changed stays the same object, with everything that it has derived.
        AggregatorTask task = _byId.TryGetValue(stored.Id, out Known? known) && IsUnchanged(known.Task.Stored, stored)
            ? known.Task
            : new AggregatorTask(stored, _vdafs);
        if (known is not null && known.Task.Key != task.Key)
        {
            // Deleted, and added again.
            _ids.TryRemove(known.Task.Key, out _);
        }

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
