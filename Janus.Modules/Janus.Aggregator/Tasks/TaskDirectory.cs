using System.Collections.Concurrent;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.AspNetCore.Http;

namespace Janus.Aggregator;

/// <summary>Finds tasks, keeps them in memory (their parameters never change), and authenticates requests about them.</summary>
internal sealed class TaskDirectory
{
    private readonly ConcurrentDictionary<TaskId, AggregatorTask> _byId = [];
    private readonly ConcurrentDictionary<int, AggregatorTask> _byKey = [];
    private readonly TaskStore _store;
    private readonly SupportedVdafs _vdafs;

    public TaskDirectory(TaskStore store, SupportedVdafs vdafs)
    {
        _store = store;
        _vdafs = vdafs;
    }

    /// <summary>The task with this ID, or <see langword="null"/>.</summary>
    public async ValueTask<AggregatorTask?> FindAsync(TaskId id, CancellationToken cancellationToken)
    {
        if (_byId.TryGetValue(id, out AggregatorTask? task))
        {
            return task;
        }

        return await _store.FindAsync(id, cancellationToken) is { } stored ? Remember(stored) : null;
    }

    /// <summary>The task with this surrogate key.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    /// <exception cref="UnsupportedVdafException">The task's VDAF is not supported.</exception>
    /// <exception cref="NotSupportedException">The task's batch mode is not supported.</exception>
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

    /// <summary>The task that a Client's request is about, in which we are the Leader.</summary>
    /// <exception cref="DapProblemException"><c>unrecognizedTask</c>.</exception>
    public async ValueTask<AggregatorTask> RequireAsync(HttpContext context)
    {
        TaskId id = context.RouteId<TaskId>(DapRoute.TaskId);
        AggregatorTask? task = await FindAsync(id, context.RequestAborted);
        return task is { Role: Role.Leader } ? task : throw Unrecognized(id);
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
        throw known ? Unrecognized(id) : HttpProblemException.Unauthorized();
    }

    private static byte[]? TokenHashOf(DapTask task) =>
        task.Role == Role.Leader ? task.CollectorTokenHash : task.AggregatorTokenHash;

    private static DapProblemException Unrecognized(TaskId id) =>
        new(DapProblemType.UnrecognizedTask, "no task with this ID is configured here", id);

    private AggregatorTask Remember(DapTask stored)
    {
        AggregatorTask task = _byId.GetOrAdd(stored.Id, _ => new AggregatorTask(stored, _vdafs));
        _byKey.TryAdd(task.Key, task);
        return task;
    }
}
