using System.Security.Cryptography;
using System.Text;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore.Entities;
using Janus.Messages;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Janus.Datastore;

/// <summary>The tasks this Aggregator takes part in: DAP §4.2 (task-configuration).</summary>
public sealed class TaskStore
{
    private readonly IDbContextFactory<JanusDbContext> _contexts;
    private readonly ColumnEncryption _encryption;

    internal TaskStore(IDbContextFactory<JanusDbContext> contexts, ColumnEncryption encryption)
    {
        _contexts = contexts;
        _encryption = encryption;
    }

    /// <summary>Adds a task and returns it with its key; adding the same task again returns the stored one.</summary>
    /// <exception cref="TaskConflictException">Another task has the ID.</exception>
    public async Task<DapTask> AddAsync(DapTask task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        await using JanusDbContext context = await _contexts.CreateDbContextAsync(cancellationToken);
        TaskEntity row = Write(task);
        context.Tasks.Add(row);
        try
        {
            await context.SaveChangesAsync(cancellationToken);
            return task with { Key = row.TaskKey };
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            DapTask? stored = await FindAsync(task.Id, cancellationToken);
            return stored is not null && AreSame(stored, task) ? stored : throw new TaskConflictException(task.Id);
        }
    }

    /// <summary>The task of an ID, if there is one.</summary>
    /// <exception cref="CryptographicException">A secret of the task does not open.</exception>
    public async Task<DapTask?> FindAsync(TaskId id, CancellationToken cancellationToken)
    {
        byte[] taskId = id.ToArray();
        await using JanusDbContext context = await _contexts.CreateDbContextAsync(cancellationToken);
        TaskEntity? row = await context.Tasks.AsNoTracking().TagWith("TaskStore.Find")
            .SingleOrDefaultAsync(task => task.TaskId == taskId, cancellationToken);
        return row is null ? null : Read(row);
    }

    /// <summary>The task of a key, if there is one.</summary>
    /// <exception cref="CryptographicException">A secret of the task does not open.</exception>
    public async Task<DapTask?> FindAsync(int key, CancellationToken cancellationToken)
    {
        await using JanusDbContext context = await _contexts.CreateDbContextAsync(cancellationToken);
        TaskEntity? row = await context.Tasks.AsNoTracking().TagWith("TaskStore.FindByKey")
            .SingleOrDefaultAsync(task => task.TaskKey == key, cancellationToken);
        return row is null ? null : Read(row);
    }

    /// <summary>Whether some task accepts the token with this SHA-256 hash from a Leader or a Collector.</summary>
    public async Task<bool> KnowsTokenAsync(byte[] hash, CancellationToken cancellationToken)
    {
        await using JanusDbContext context = await _contexts.CreateDbContextAsync(cancellationToken);
        return await context.Tasks.TagWith("TaskStore.KnowsToken").AnyAsync(
            task => task.AggregatorTokenHash == hash || task.CollectorTokenHash == hash, cancellationToken);
    }

    /// <summary>All tasks, in the order they were added.</summary>
    /// <exception cref="CryptographicException">A secret of a task does not open.</exception>
    public async Task<IReadOnlyList<DapTask>> ListAsync(CancellationToken cancellationToken)
    {
        await using JanusDbContext context = await _contexts.CreateDbContextAsync(cancellationToken);
        List<TaskEntity> rows = await context.Tasks.AsNoTracking().TagWith("TaskStore.List")
            .OrderBy(task => task.TaskKey)
            .ToListAsync(cancellationToken);
        return [.. rows.Select(Read)];
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
            AggregatorToken = task.AggregatorToken is { } token
                ? _encryption.Seal(EncryptedColumn.AggregatorToken, id, Encoding.ASCII.GetBytes(token.Secret))
                : null,
            AggregatorTokenHash = task.AggregatorTokenHash,
            CollectorTokenHash = task.CollectorTokenHash,
            TargetBatchSize = (long?)task.TargetBatchSize,
            BatchTimeWindow = (long?)task.BatchTimeWindow,
            Asynchronous = task.Asynchronous,
            DifferentialPrivacy = task.DifferentialPrivacy?.ToString(),
            CreatedAt = task.CreatedAt.ToUniversalTime(),
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
        AggregatorToken = row.AggregatorToken is null
            ? null
            : BearerToken.Parse(Encoding.ASCII.GetString(_encryption.Open(EncryptedColumn.AggregatorToken, row.TaskId, row.AggregatorToken))),
        AggregatorTokenHash = row.AggregatorTokenHash,
        CollectorTokenHash = row.CollectorTokenHash,
        TargetBatchSize = (ulong?)row.TargetBatchSize,
        BatchTimeWindow = (ulong?)row.BatchTimeWindow,
        Asynchronous = row.Asynchronous,
        DifferentialPrivacy = row.DifferentialPrivacy is null ? null : DifferentialPrivacyStrategy.Parse(row.DifferentialPrivacy),
        CreatedAt = row.CreatedAt,
    };

    // When a task was added does not make it another one.
    private static bool AreSame(DapTask left, DapTask right) =>
        left.Role == right.Role
        && left.Configuration.Equals(right.Configuration)
        && CryptographicOperations.FixedTimeEquals(left.VerifyKey, right.VerifyKey)
        && left.VerificationKeyId == right.VerificationKeyId
        && left.CollectorHpkeConfig.Equals(right.CollectorHpkeConfig)
        && left.AggregatorToken.Equals(right.AggregatorToken)
        && AreSame(left.AggregatorTokenHash, right.AggregatorTokenHash)
        && AreSame(left.CollectorTokenHash, right.CollectorTokenHash)
        && left.TargetBatchSize == right.TargetBatchSize
        && left.BatchTimeWindow == right.BatchTimeWindow
        && left.Asynchronous == right.Asynchronous
        && left.DifferentialPrivacy == right.DifferentialPrivacy;

    private static bool AreSame(byte[]? left, byte[]? right) =>
        (left is null) == (right is null) && CryptographicOperations.FixedTimeEquals(left, right);
}
