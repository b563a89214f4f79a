using System.Security.Cryptography;
using Janus.Datastore.Entities;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Janus.Datastore;

/// <summary>
/// The credentials of tasks and peers: DAP §3.5 (request-authentication). Every change notifies <see cref="WorkKind.Tasks"/>,
/// so that all processes take it up.
/// </summary>
public sealed class AuthTokenStore
{
    private const string AddSql = """
        -- AuthTokenStore.Add
        INSERT INTO auth_tokens (token_id, task_key, taskprov_peer_key, label, purpose, kind, token, hash, not_before, not_after, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT DO NOTHING
        """;

    // The owner is one of two columns, each the first of an index.
    private const string RemoveOfTaskSql = """
        -- AuthTokenStore.RemoveOfTask
        DELETE FROM auth_tokens WHERE task_key = $1 AND label = $2
        """;

    private const string RemoveOfPeerSql = """
        -- AuthTokenStore.RemoveOfPeer
        DELETE FROM auth_tokens WHERE taskprov_peer_key = $1 AND label = $2
        """;

    private const string ExpireOfTaskSql = """
        -- AuthTokenStore.ExpireOfTask
        UPDATE auth_tokens SET not_after = $3 WHERE task_key = $1 AND label = $2
        """;

    private const string ExpireOfPeerSql = """
        -- AuthTokenStore.ExpireOfPeer
        UPDATE auth_tokens SET not_after = $3 WHERE taskprov_peer_key = $1 AND label = $2
        """;

    private const string KnowsSql = """
        -- AuthTokenStore.Knows
        SELECT EXISTS (
            SELECT FROM auth_tokens
            WHERE hash IS NOT NULL AND hash = ANY($1) AND coalesce(not_before <= $2, true) AND coalesce(not_after > $2, true)
                -- Not a join, for which the planner might read all tasks.
                AND (SELECT t.deleted_at FROM tasks AS t WHERE t.task_key = auth_tokens.task_key) IS NULL)
        """;

    private readonly IDbContextFactory<JanusDbContext> _contexts;
    private readonly TransactionRunner _runner;
    private readonly ColumnEncryption _encryption;

    internal AuthTokenStore(IDbContextFactory<JanusDbContext> contexts, TransactionRunner runner, ColumnEncryption encryption)
    {
        _contexts = contexts;
        _runner = runner;
        _encryption = encryption;
    }

    /// <summary>All credentials of an owner, valid or not, in the order in which they were added.</summary>
    /// <exception cref="CryptographicException">A token does not open.</exception>
    public async Task<IReadOnlyList<AuthToken>> ListAsync(AuthTokenOwner owner, CancellationToken cancellationToken)
    {
        await using JanusDbContext context = await _contexts.CreateDbContextAsync(cancellationToken);
        IQueryable<AuthTokenEntity> rows = context.AuthTokens.AsNoTracking();
        rows = owner.TaskKey is { } taskKey
            ? rows.TagWith("AuthTokenStore.ListOfTask").Where(row => row.TaskKey == taskKey)
            : rows.TagWith("AuthTokenStore.ListOfPeer").Where(row => row.TaskprovPeerKey == owner.TaskprovPeerKey);
        return [.. AuthTokenRows.InOrder(await rows.ToListAsync(cancellationToken)).Select(row => AuthTokenRows.Read(row, _encryption))];
    }

    /// <summary>Adds a credential, or returns false when its owner has one with this label.</summary>
    /// <exception cref="PostgresException">The owner does not exist, or the validity ends before it begins.</exception>
    public Task<bool> AddAsync(AuthTokenOwner owner, AuthToken token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        AuthTokenEntity row = AuthTokenRows.Write(token, _encryption);
        return ChangeAsync("AuthTokenStore.Add", command: batch => batch.Add(AddSql)
            .With(row.TokenId)
            .With(owner.TaskKey, NpgsqlDbType.Integer)
            .With(owner.TaskprovPeerKey, NpgsqlDbType.Integer)
            .With(row.Label)
            .With(row.Purpose, NpgsqlDbType.Smallint)
            .With(row.Kind, NpgsqlDbType.Smallint)
            .With(row.Token)
            .With(row.Hash)
            .With(row.NotBefore, NpgsqlDbType.TimestampTz)
            .With(row.NotAfter, NpgsqlDbType.TimestampTz)
            .With(row.CreatedAt), cancellationToken);
    }

    /// <summary>Removes the credential with a label at once; false when there is none.</summary>
    public Task<bool> RemoveAsync(AuthTokenOwner owner, string label, CancellationToken cancellationToken) => ChangeAsync(
        "AuthTokenStore.Remove",
        batch => batch.Add(owner.TaskKey is null ? RemoveOfPeerSql : RemoveOfTaskSql).With(KeyOf(owner)).With(label),
        cancellationToken);

    /// <summary>Sets when the credential with a label stops being valid; false when there is none.</summary>
    /// <exception cref="PostgresException">It is not valid before then.</exception>
    public Task<bool> ExpireAsync(AuthTokenOwner owner, string label, DateTimeOffset notAfter, CancellationToken cancellationToken) => ChangeAsync(
        "AuthTokenStore.Expire",
        batch => batch.Add(owner.TaskKey is null ? ExpireOfPeerSql : ExpireOfTaskSql).With(KeyOf(owner)).With(label).With(notAfter),
        cancellationToken);

    /// <summary>Whether anybody's credential that is valid at an instant has one of these hashes.</summary>
    public Task<bool> KnowsAsync(IReadOnlyList<byte[]> hashes, DateTimeOffset now, CancellationToken cancellationToken)
    {
        byte[][] candidates = [.. hashes];
        return _runner.ReadAsync("AuthTokenStore.Knows", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(KnowsSql).With(candidates, CommandExtensions.ByteaArray).With(now);
            return (bool)(await command.ExecuteScalarAsync(token))!;
        }, cancellationToken);
    }

    private static int KeyOf(AuthTokenOwner owner) => owner.TaskKey ?? owner.TaskprovPeerKey
        ?? throw new ArgumentException("the owner is neither a task nor a peer", nameof(owner));

    private Task<bool> ChangeAsync(string name, Func<NpgsqlBatch, NpgsqlBatchCommand> command, CancellationToken cancellationToken) =>
        _runner.RunAsync(name, async (transaction, token) =>
        {
            await using NpgsqlBatch batch = transaction.Batch();
            NpgsqlBatchCommand change = command(batch);
            batch.AddNotify(WorkKind.Tasks);
            await batch.ExecuteNonQueryAsync(token);
            return change.RecordsAffected > 0;
        }, cancellationToken);
}
