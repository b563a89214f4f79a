using System.Collections.Concurrent;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

/// <summary>Finds tasks, keeps them in memory (their parameters never change, but they may be deleted), and authenticates requests about them.</summary>
internal sealed partial class TaskDirectory
{
    private readonly ConcurrentDictionary<TaskId, AggregatorTask> _byId = [];
    private readonly ConcurrentDictionary<int, AggregatorTask> _byKey = [];
    private readonly ConcurrentDictionary<TaskId, bool> _unsupported = [];
    private readonly TaskStore _store;
    private readonly SupportedVdafs _vdafs;
    private readonly ILogger<TaskDirectory> _logger;

    public TaskDirectory(TaskStore store, SupportedVdafs vdafs, ILogger<TaskDirectory> logger)
    {
        _store = store;
        _vdafs = vdafs;
        _logger = logger;
    }

    /// <summary>
    /// The task with this ID, or <see langword="null"/>; also for one that this implementation must not take part in:
    /// DAP §4.2.2 (task-extensions).
    /// </summary>
    public async ValueTask<AggregatorTask?> FindAsync(TaskId id, CancellationToken cancellationToken)
    {
        if (_byId.TryGetValue(id, out AggregatorTask? task))
        {
            return task;
        }

        if (_unsupported.ContainsKey(id) || await _store.FindAsync(id, cancellationToken) is not { } stored)
        {
            return null;
        }

        try
        {
            return Remember(stored);
        }
        catch (Exception exception) when (exception is NotSupportedException or UnsupportedVdafException)
        {
            _unsupported.TryAdd(id, true);
            LogUnsupported(id, exception.Message);
            return null;
        }
    }

    /// <summary>The task with this surrogate key.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    /// <exception cref="NotSupportedException">The task has an extension or a parameter that is not supported.</exception>
    /// <exception cref="UnsupportedVdafException">The task's VDAF is not supported.</exception>
    public async ValueTask<AggregatorTask> GetAsync(int key, CancellationToken cancellationToken)
    {
        if (_byKey.TryGetValue(key, out AggregatorTask? task))
        {
            return task;
        }

        return await _store.FindAsync(key, cancellationToken) is { } stored
            ? Remember(stored)
            : throw new InvalidOperationException($"there is no task with key {key}");
    }

    /// <summary>The keys of the tasks in memory.</summary>
    public IReadOnlyCollection<int> Keys => [.. _byKey.Keys];

    /// <summary>Forgets a task that was deleted.</summary>
    public void Forget(int key)
    {
        if (_byKey.TryRemove(key, out AggregatorTask? task))
        {
            _byId.TryRemove(task.Id, out _);
        }
    }

    /// <summary>The task that a Client's request is about, in which we are the Leader.</summary>
    /// <exception cref="DapProblemException"><c>unrecognizedTask</c>.</exception>
    public async ValueTask<AggregatorTask> RequireAsync(HttpContext context)
    {
        TaskId id = context.RouteId<TaskId>(DapRoute.TaskId);
        AggregatorTask? task = await FindAsync(id, context.RequestAborted);
        return task is { Role: Role.Leader } ? task : throw Unrecognized(id, Role.Leader);
    }

    /// <summary>The task that a peer's request is about, once the peer has authenticated itself: DAP §3.5 (request-authentication).</summary>
    /// <param name="context">The request.</param>
    /// <param name="role">Our role in the task: a Leader is asked by Collectors, a Helper by Leaders.</param>
    /// <exception cref="HttpProblemException">401: no token, or not one of the task's.</exception>
    /// <exception cref="DapProblemException"><c>unrecognizedTask</c>, told only to a sender known from another task.</exception>
    public async ValueTask<AggregatorTask> AuthenticateAsync(HttpContext context, Role role)
    {
        TaskId id = context.RouteId<TaskId>(DapRoute.TaskId);
        if (!BearerToken.TryParseAuthorization(context.Request.Headers.Authorization, out BearerToken token))
        {
            throw HttpProblemException.Unauthorized();
        }

        AggregatorTask? task = await FindAsync(id, context.RequestAborted);
        if (task?.Role == role)
        {
            return TokenHashOf(task.Stored) is { } hash && token.Matches(hash) ? task : throw HttpProblemException.Unauthorized();
        }

        // Whoever guesses tokens learns nothing of the time that this takes: it depends on their hashes only.
        bool known = await _store.KnowsTokenAsync(token.Hash(), context.RequestAborted);
        throw known ? Unrecognized(id, role) : HttpProblemException.Unauthorized();
    }

    private static byte[]? TokenHashOf(DapTask task) =>
        task.Role == Role.Leader ? task.CollectorTokenHash : task.AggregatorTokenHash;

    private static DapProblemException Unrecognized(TaskId id, Role role)
    {
        string detail = $"no task with this ID has its {role} here; add the task, or correct the aggregator's URL in the task configuration";
        return new DapProblemException(DapProblemType.UnrecognizedTask, detail, id);
    }

    private AggregatorTask Remember(DapTask stored)
    {
        AggregatorTask task = _byId.GetOrAdd(stored.Id, _ => new AggregatorTask(stored, _vdafs));
        _byKey.TryAdd(task.Key, task);
        return task;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "task {TaskId} cannot be taken part in, and is answered for as if it were not here: {Mistakes}")]
    private partial void LogUnsupported(TaskId taskId, string mistakes);
}
