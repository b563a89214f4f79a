using System.Security.Cryptography;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore.Entities;
using Janus.Messages;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Janus.Datastore;

/// <summary>
/// The tasks this Aggregator takes part in: DAP §4.2 (task-configuration). One that was deleted is not found any more,
/// though its rows are still being removed.
/// </summary>
public sealed partial class TaskStore
{
    private readonly IDbContextFactory<JanusDbContext> _contexts;
    private readonly ColumnEncryption _encryption;
    private readonly TransactionRunner _runner;

    internal TaskStore(IDbContextFactory<JanusDbContext> contexts, TransactionRunner runner, ColumnEncryption encryption)
    {
        _contexts = contexts;
        _runner = runner;
        _encryption = encryption;
    }

    /// <summary>Adds a task and returns it with its key; adding the same task again returns the stored one.</summary>
    /// <exception cref="TaskConflictException">Another task has the ID.</exception>
    public async Task<DapTask> AddAsync(DapTask task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        await using JanusDbContext context = await _contexts.CreateDbContextAsync(cancellationToken);
        DapTask added = task with { Tokens = WithNewIds(task) };
        TaskEntity row = Write(added);
        context.Tasks.Add(row);
        try
        {
            await context.SaveChangesAsync(cancellationToken);
            return added with { Key = row.TaskKey };
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            DapTask? stored = await FindAsync(task.Id, cancellationToken);
            return stored is null ? throw TaskConflictException.Deleted(task.Id)
                : stored.Role != task.Role ? throw TaskConflictException.OtherRole(task.Id, stored.Role)
                : AreSame(stored, task) ? stored
                : throw new TaskConflictException(task.Id);
        }
    }

    /// <summary>The task of an ID, if there is one.</summary>
    /// <exception cref="CryptographicException">A secret of the task does not open.</exception>
    public async Task<DapTask?> FindAsync(TaskId id, CancellationToken cancellationToken)
    {
        await using JanusDbContext context = await _contexts.CreateDbContextAsync(cancellationToken);
        return await FindAsync(context, id, cancellationToken);
    }

    /// <summary>The task of a key, if there is one.</summary>
    /// <exception cref="CryptographicException">A secret of the task does not open.</exception>
    public async Task<DapTask?> FindAsync(int key, CancellationToken cancellationToken)
    {
        await using JanusDbContext context = await _contexts.CreateDbContextAsync(cancellationToken);
        TaskEntity? row = await WithTokens(context.Tasks).TagWith("TaskStore.FindByKey")
            .SingleOrDefaultAsync(task => task.TaskKey == key, cancellationToken);
        return row is null ? null : Read(row);
    }

    /// <summary>All tasks, in the order they were added.</summary>
    /// <exception cref="CryptographicException">A secret of a task does not open.</exception>
    public async Task<IReadOnlyList<DapTask>> ListAsync(CancellationToken cancellationToken)
    {
        await using JanusDbContext context = await _contexts.CreateDbContextAsync(cancellationToken);
        List<TaskEntity> rows = await WithTokens(context.Tasks).TagWith("TaskStore.List")
            .OrderBy(task => task.TaskKey)
            .ToListAsync(cancellationToken);
        return [.. rows.Select(Read)];
    }

    private static IQueryable<TaskEntity> WithTokens(IQueryable<TaskEntity> tasks) =>
        tasks.AsNoTracking().AsSingleQuery().Where(task => task.DeletedAt == null).Include(task => task.Tokens).Include(task => task.TaskprovPeer!.Tokens);

    private async Task<DapTask?> FindAsync(JanusDbContext context, TaskId id, CancellationToken cancellationToken)
    {
        byte[] taskId = id.ToArray();
        TaskEntity? row = await WithTokens(context.Tasks).TagWith("TaskStore.Find")
            .SingleOrDefaultAsync(task => task.TaskId == taskId, cancellationToken);
        return row is null ? null : Read(row);
    }

    private static IReadOnlyList<AuthToken> WithNewIds(DapTask task)
    {
        AuthToken? first = task.Tokens.FirstOrDefault(token => token.Purpose == AuthTokenPurpose.PresentToHelper);
        return [.. task.Tokens.Select(token => token with
        {
            Id = ReferenceEquals(token, first) ? task.Id.ToArray() : RandomNumberGenerator.GetBytes(AuthToken.IdLength),
        })];
    }

    private TaskEntity Write(DapTask task)
    {
        byte[] id = task.Id.ToArray();
        return new TaskEntity
        {
            TaskId = id,
            Role = (short)task.Role,
            TaskConfiguration = task.Configuration.Encoded.ToArray(),
            VerifyKey = _encryption.Seal(EncryptedColumn.VerifyKey, id, task.VerifyKey),
            VerificationKeyId = task.VerificationKeyId,
            CollectorHpkeConfig = WireMessage.Encode(task.CollectorHpkeConfig),
            TaskprovPeerKey = task.TaskprovPeerKey,
            TargetBatchSize = (long?)task.TargetBatchSize,
            BatchTimeWindow = (long?)task.BatchTimeWindow,
            Asynchronous = task.Asynchronous,
            ReportExpiryAge = (long?)task.ReportExpiryAge,
            DifferentialPrivacy = task.DifferentialPrivacy?.ToString(),
            CreatedAt = task.CreatedAt.ToUniversalTime(),
            Tokens = [.. task.Tokens.Select(token => AuthTokenRows.Write(token, _encryption))],
        };
    }

    private DapTask Read(TaskEntity row) => new()
    {
        Key = row.TaskKey,
        Id = TaskId.FromBytes(row.TaskId),
        Role = (Role)row.Role,
        Configuration = WireMessage.Decode<TaskConfiguration>(row.TaskConfiguration),
        VerifyKey = _encryption.Open(EncryptedColumn.VerifyKey, row.TaskId, row.VerifyKey),
        VerificationKeyId = (byte)row.VerificationKeyId,
        CollectorHpkeConfig = WireMessage.Decode<HpkeConfig>(row.CollectorHpkeConfig),
        TaskprovPeerKey = row.TaskprovPeerKey,
        Tokens = [.. AuthTokenRows.InOrder(row.Tokens.Concat(row.TaskprovPeer?.Tokens ?? [])).Select(token => AuthTokenRows.Read(token, _encryption))],
        TargetBatchSize = (ulong?)row.TargetBatchSize,
        BatchTimeWindow = (ulong?)row.BatchTimeWindow,
        Asynchronous = row.Asynchronous,
        DifferentialPrivacy = row.DifferentialPrivacy is null ? null : DifferentialPrivacyStrategy.Parse(row.DifferentialPrivacy),
        ReportExpiryAge = (ulong?)row.ReportExpiryAge,
        CreatedAt = row.CreatedAt,
    };

    // When a task was added does not make it another one, nor does a token that came later.
    private static bool AreSame(DapTask stored, DapTask task) =>
        stored.IsSameTask(task) && task.Tokens.All(token => stored.Tokens.Any(token.HasSameSecret));
}
