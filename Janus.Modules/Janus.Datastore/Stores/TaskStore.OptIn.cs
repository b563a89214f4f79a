using Janus.Datastore.Entities;
using Janus.Messages;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Janus.Datastore;

/// <summary>Tasks that were advertised: Taskprov (provisioning-a-task).</summary>
public sealed partial class TaskStore
{
    // Nobody else opts into tasks of the peer meanwhile, so that its limits hold.
    private const string LockPeerSql = """
        -- TaskStore.LockPeer
        SELECT * FROM taskprov_peers WHERE peer_key = {0} FOR NO KEY UPDATE
        """;

    /// <summary>Stores an advertised task of a peer, unless it is there already, and within the peer's limits.</summary>
    /// <param name="task">The task, with <see cref="DapTask.TaskprovPeerKey"/>.</param>
    /// <param name="limits">How many tasks the peer may have.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    /// <exception cref="TaskConflictException">Another task has the ID.</exception>
    public async Task<TaskprovOptInOutcome> OptInAsync(DapTask task, TaskprovLimits limits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        await using JanusDbContext context = await _contexts.CreateDbContextAsync(cancellationToken);
        await using IDbContextTransaction transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        int peerKey = task.TaskprovPeerKey ?? throw new ArgumentException("expected a task with a peer", nameof(task));
        List<TaskprovPeerEntity> peers = await context.TaskprovPeers.FromSqlRaw(LockPeerSql, peerKey).AsNoTracking().ToListAsync(cancellationToken);
        if (await FindAsync(context, task.Id, cancellationToken) is { } stored)
        {
            return stored.Configuration.Equals(task.Configuration) && stored.Role == task.Role
                ? new TaskprovOptInOutcome.OptedIn(stored, IsNew: false)
                : throw new TaskConflictException(task.Id);
        }

        // One that an operator has deleted is not opted into again.
        byte[] id = task.Id.ToArray();
        if (await context.Tasks.TagWith("TaskStore.IsDeleted").AnyAsync(other => other.TaskId == id, cancellationToken))
        {
            return new TaskprovOptInOutcome.Deleted();
        }

        if (peers is not [{ AcceptsNewTasks: true }])
        {
            return new TaskprovOptInOutcome.Closed();
        }

        if (await NewestAsync(context, peerKey, limits.MaximumTasks, cancellationToken) is not null)
        {
            return new TaskprovOptInOutcome.Full();
        }

        if (await NewestAsync(context, peerKey, limits.MaximumNewTasks, cancellationToken) is { } limiting && limiting + limits.Period > task.CreatedAt)
        {
            return new TaskprovOptInOutcome.TooMany(limiting + limits.Period);
        }

        context.Tasks.Add(Write(task));
        await context.SaveChangesAsync(cancellationToken);
        DapTask added = await FindAsync(context, task.Id, cancellationToken) ?? throw new InvalidOperationException("the task that was added is gone");
        await transaction.CommitAsync(cancellationToken);
        return new TaskprovOptInOutcome.OptedIn(added, IsNew: true);
    }

    // When the task was added that is so many-th from the end; null if the peer has fewer.
    private static async Task<DateTimeOffset?> NewestAsync(JanusDbContext context, int peerKey, int count, CancellationToken cancellationToken)
    {
        List<DateTimeOffset> times = await context.Tasks.TagWith("TaskStore.Newest")
            .Where(task => task.TaskprovPeerKey == peerKey)
            .OrderByDescending(task => task.CreatedAt)
            .Skip(count - 1)
            .Take(1)
            .Select(task => task.CreatedAt)
            .ToListAsync(cancellationToken);
        return times is [var time] ? time : null;
    }
}
