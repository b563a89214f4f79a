using Janus.Messages;
using Npgsql;

namespace Janus.Datastore;

/// <summary>The aggregate shares that a Helper has handed out: DAP §4.6.4 (collect-aggregate).</summary>
public sealed class AggregateShareStore
{
    private const string Columns =
        "task_key, aggregate_share_id, request_hash, first_bucket, last_bucket, report_count, checksum, response, state, created_at";

    private const string FindSql = $"""
        -- AggregateShareStore.Find
        SELECT {Columns} FROM aggregate_shares WHERE task_key = $1 AND aggregate_share_id = $2
        """;

    private const string FindByRequestSql = $"""
        -- AggregateShareStore.FindByRequest
        SELECT {Columns} FROM aggregate_shares WHERE task_key = $1 AND request_hash = $2
        """;

    private static readonly string RestoreSql = $"""
        -- AggregateShareStore.Restore
        UPDATE aggregate_shares SET state = {AggregateShareState.Finished:d} WHERE task_key = $1 AND request_hash = $2 RETURNING {Columns}
        """;

    private static readonly string InsertSql = $"""
        -- AggregateShareStore.Insert
        INSERT INTO aggregate_shares (task_key, aggregate_share_id, request_hash, first_bucket, last_bucket, report_count,
            checksum, response, state, created_at, lease_expiry, lease_attempts)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, {AggregateShareState.Finished:d}, $9, $9, 0)
        """;

    private static readonly string DeleteSql = $"""
        -- AggregateShareStore.Delete
        UPDATE aggregate_shares SET state = {AggregateShareState.Deleted:d}
        WHERE task_key = $1 AND aggregate_share_id = $2 AND state <> {AggregateShareState.Deleted:d}
        """;

    private readonly TransactionRunner _runner;

    internal AggregateShareStore(TransactionRunner runner) => _runner = runner;

    /// <summary>The share of an ID, deleted ones included.</summary>
    public Task<StoredAggregateShare?> FindAsync(int taskKey, AggregateShareId id, CancellationToken cancellationToken) =>
        _runner.ReadAsync("AggregateShareStore.Find", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(FindSql).With(taskKey).With(Uuid.Of(id));
            return (await command.ReadAllAsync(Read, token)).SingleOrDefault();
        }, cancellationToken);

    /// <summary>The share that a request got, deleted ones included; the hash is the SHA-256 of the request.</summary>
    public Task<StoredAggregateShare?> FindByRequestAsync(
        int taskKey, byte[] requestHash, CancellationToken cancellationToken) =>
        _runner.ReadAsync("AggregateShareStore.FindByRequest", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(FindByRequestSql).With(taskKey).With(requestHash);
            return (await command.ReadAllAsync(Read, token)).SingleOrDefault();
        }, cancellationToken);

    /// <summary>The share that a request got, available again if it had been deleted; <see langword="null"/> if there is none.</summary>
    public Task<StoredAggregateShare?> RestoreAsync(int taskKey, byte[] requestHash, CancellationToken cancellationToken) =>
        _runner.RunAsync("AggregateShareStore.Restore", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(RestoreSql).With(taskKey).With(requestHash);
            return (await command.ReadAllAsync(Read, token)).SingleOrDefault();
        }, cancellationToken);

    /// <summary>
    /// Marks the batch that was read as collected and stores the answer, or finds the answer that the same request got
    /// before, which is then available again even if it had been deleted.
    /// </summary>
    public Task<AggregateShareOutcome> CommitAsync(
        int taskKey,
        AggregateShareId id,
        byte[] requestHash,
        BatchRange range,
        StoredBatch expected,
        byte[] response,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(range);
        ArgumentNullException.ThrowIfNull(expected);
        byte[] fingerprint = expected.Fingerprint();
        return _runner.RunAsync("AggregateShareStore.Commit", async (transaction, token) =>
        {
            AggregateShareOutcome outcome = await CheckAsync(transaction, taskKey, requestHash, range, fingerprint, token);
            if (outcome is not AggregateShareOutcome.Committed)
            {
                return outcome;
            }

            await using NpgsqlBatch batch = transaction.Batch();
            batch.AddMarkCollected(taskKey, range, now);
            batch.Add(InsertSql).With(taskKey).With(Uuid.Of(id)).With(requestHash).With(range.FirstBucket)
                .With(range.LastBucket).With(expected.ReportCount).With(expected.Checksum).With(response).With(now);
            await batch.ExecuteNonQueryAsync(token);
            return outcome;
        }, cancellationToken);
    }

    /// <summary>
    /// Deletes the resource; the batch stays collected, and the same request finds the answer again. False when there is
    /// none or it is deleted already.
    /// </summary>
    public Task<bool> DeleteAsync(int taskKey, AggregateShareId id, CancellationToken cancellationToken) =>
        _runner.RunAsync("AggregateShareStore.Delete", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(DeleteSql).With(taskKey).With(Uuid.Of(id));
            return await command.ExecuteNonQueryAsync(token) == 1;
        }, cancellationToken);

    private static async Task<AggregateShareOutcome> CheckAsync(
        DatastoreTransaction transaction,
        int taskKey,
        byte[] requestHash,
        BatchRange range,
        byte[] fingerprint,
        CancellationToken cancellationToken)
    {
        await using NpgsqlBatch batch = transaction.Batch();
        batch.AddExclusiveFence(taskKey);
        batch.Add(RestoreSql).With(taskKey).With(requestHash);
        batch.AddIsCollected(taskKey, range);
        batch.AddFingerprint(taskKey, range);
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
        List<StoredAggregateShare> existing = await reader.ReadNextAsync(Read, cancellationToken);
        bool isCollected = (await reader.ReadNextAsync(row => row.GetBoolean(0), cancellationToken))[0];
        byte[] found = (await reader.ReadNextAsync(row => row.Bytes(0), cancellationToken))[0];
        return existing.Count > 0 ? new AggregateShareOutcome.AlreadyExists(existing[0])
            : isCollected ? new AggregateShareOutcome.Overlap()
            : !found.AsSpan().SequenceEqual(fingerprint) ? new AggregateShareOutcome.Changed()
            : new AggregateShareOutcome.Committed();
    }

    private static StoredAggregateShare Read(NpgsqlDataReader row) => new()
    {
        TaskKey = row.GetInt32(0),
        Id = Uuid.To<AggregateShareId>(row.GetGuid(1)),
        RequestHash = row.Bytes(2),
        Range = new BatchRange(row.Bytes(3), row.Bytes(4)),
        ReportCount = row.GetInt64(5),
        Checksum = row.Bytes(6),
        Response = row.Bytes(7),
        IsDeleted = (AggregateShareState)row.GetInt16(8) == AggregateShareState.Deleted,
        CreatedAt = row.Instant(9),
    };
}
