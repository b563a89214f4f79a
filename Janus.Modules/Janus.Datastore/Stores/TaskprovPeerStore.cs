using System.Security.Cryptography;
using Janus.Codec;
using Janus.Datastore.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Janus.Datastore;

/// <summary>
/// The Aggregators with which we take part in advertised tasks: Taskprov (taskprov). Every change notifies
/// <see cref="WorkKind.Tasks"/>, so that all processes take it up.
/// </summary>
public sealed class TaskprovPeerStore
{
    private readonly IDbContextFactory<JanusDbContext> _contexts;
    private readonly ColumnEncryption _encryption;

    internal TaskprovPeerStore(IDbContextFactory<JanusDbContext> contexts, ColumnEncryption encryption)
    {
        _contexts = contexts;
        _encryption = encryption;
    }

    /// <summary>All peers with their secrets, in the order they were added.</summary>
    /// <exception cref="CryptographicException">A secret does not open.</exception>
    public async Task<IReadOnlyList<TaskprovPeer>> ListAsync(CancellationToken cancellationToken)
    {
        await using JanusDbContext context = await _contexts.CreateDbContextAsync(cancellationToken);
        List<TaskprovPeerEntity> rows = await context.TaskprovPeers.AsNoTracking().TagWith("TaskprovPeerStore.List")
            .OrderBy(peer => peer.PeerKey)
            .ToListAsync(cancellationToken);
        List<TaskprovVerifyKeyInitEntity> inits = await context.TaskprovVerifyKeyInits.AsNoTracking()
            .TagWith("TaskprovPeerStore.ListVerifyKeyInits")
            .ToListAsync(cancellationToken);

        // Almost all tokens are those of tasks: by itself, this finds the others by their index.
        List<AuthTokenEntity> tokens = await context.AuthTokens.AsNoTracking().TagWith("TaskprovPeerStore.ListTokens")
            .Where(token => token.TaskprovPeerKey != null)
            .ToListAsync(cancellationToken);
        foreach (TaskprovPeerEntity row in rows)
        {
            row.VerifyKeyInits = inits.FindAll(init => init.PeerKey == row.PeerKey);
            row.Tokens = tokens.FindAll(token => token.TaskprovPeerKey == row.PeerKey);
        }

        return [.. rows.Select(row => TaskprovPeerRows.Read(row, _encryption))];
    }

    /// <summary>Adds a peer and returns it with its key, or null when there is one with this endpoint and role.</summary>
    public Task<TaskprovPeer?> AddAsync(TaskprovPeer peer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return ChangeAsync<TaskprovPeer?>(async context =>
        {
            TaskprovPeerEntity row = TaskprovPeerRows.Write(peer, _encryption);
            context.TaskprovPeers.Add(row);
            return await TrySaveAsync(context, cancellationToken) ? peer with { Key = row.PeerKey } : null;
        }, cancellationToken);
    }

    /// <summary>
    /// Changes everything about a peer but its endpoint, its role, its secrets and its tokens, for new tasks; false when
    /// there is none with this key.
    /// </summary>
    public Task<bool> UpdateAsync(TaskprovPeer peer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(peer);
        byte[] config = WireMessage.Encode(peer.CollectorHpkeConfig);
        long? window = TaskprovPeerRows.SecondsOf(peer.BatchTimeWindow);
        string? noise = peer.DifferentialPrivacy?.ToString();
        long? expiry = TaskprovPeerRows.SecondsOf(peer.ReportExpiryAge);
        return ChangeAsync(async context => await context.TaskprovPeers.TagWith("TaskprovPeerStore.Update")
            .Where(row => row.PeerKey == peer.Key)
            .ExecuteUpdateAsync(
                row => row
                    .SetProperty(value => value.CollectorHpkeConfig, config)
                    .SetProperty(value => value.TargetBatchSize, (long?)peer.TargetBatchSize)
                    .SetProperty(value => value.BatchTimeWindowSeconds, window)
                    .SetProperty(value => value.Asynchronous, peer.Asynchronous)
                    .SetProperty(value => value.ReportExpiryAgeSeconds, expiry)
                    .SetProperty(value => value.DifferentialPrivacy, noise)
                    .SetProperty(value => value.AcceptsNewTasks, peer.AcceptsNewTasks),
                cancellationToken) > 0, cancellationToken);
    }

    /// <summary>Removes a peer that has no tasks, with its secrets and tokens; false when it has tasks, or is not there.</summary>
    public Task<bool> RemoveAsync(int peerKey, CancellationToken cancellationToken) =>
        ChangeAsync(async context => await context.TaskprovPeers.TagWith("TaskprovPeerStore.Remove")
            .Where(peer => peer.PeerKey == peerKey && !context.Tasks.Any(task => task.TaskprovPeerKey == peerKey))
            .ExecuteDeleteAsync(cancellationToken) > 0, cancellationToken);

    /// <summary>Adds a secret, or returns false when its ID is taken.</summary>
    /// <exception cref="DbUpdateException">There is no such peer.</exception>
    public Task<bool> AddVerifyKeyInitAsync(int peerKey, TaskprovVerifyKeyInit init, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(init);
        return ChangeAsync(async context =>
        {
            TaskprovVerifyKeyInitEntity row = TaskprovPeerRows.Write(init, _encryption);
            row.PeerKey = peerKey;
            context.TaskprovVerifyKeyInits.Add(row);
            return await TrySaveAsync(context, cancellationToken);
        }, cancellationToken);
    }

    /// <summary>
    /// Removes a secret; false when there is none with this ID. Tasks that are here have their keys already.
    /// </summary>
    public Task<bool> RemoveVerifyKeyInitAsync(int peerKey, byte id, CancellationToken cancellationToken)
    {
        short verificationKeyId = id;
        return ChangeAsync(async context => await context.TaskprovVerifyKeyInits.TagWith("TaskprovPeerStore.RemoveVerifyKeyInit")
            .Where(init => init.PeerKey == peerKey && init.VerificationKeyId == verificationKeyId)
            .ExecuteDeleteAsync(cancellationToken) > 0, cancellationToken);
    }

    private async Task<T> ChangeAsync<T>(Func<JanusDbContext, Task<T>> change, CancellationToken cancellationToken)
    {
        await using JanusDbContext context = await _contexts.CreateDbContextAsync(cancellationToken);
        await using IDbContextTransaction transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        T result = await change(context);
        await using NpgsqlBatch batch = new((NpgsqlConnection)context.Database.GetDbConnection(), (NpgsqlTransaction)transaction.GetDbTransaction());
        batch.AddNotify(WorkKind.Tasks);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    // Within a transaction, the context keeps a savepoint of its own: what fails leaves the transaction as it was.
    private static async Task<bool> TrySaveAsync(JanusDbContext context, CancellationToken cancellationToken)
    {
        try
        {
            await context.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return false;
        }
    }
}
