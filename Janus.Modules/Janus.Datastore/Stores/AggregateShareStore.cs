using Janus.Messages;
using Npgsql;

namespace Janus.Datastore;

/// <summary>The aggregate shares of a Helper, those that it has given and those that it has deferred: DAP §4.6.4 (collect-aggregate).</summary>
public sealed partial class AggregateShareStore : LeaseStore<StoredAggregateShare>
{
    private const string Columns = """
        s.task_key, s.aggregate_share_id, s.state, s.request_hash, s.request, s.first_bucket, s.last_bucket, s.report_count,
        s.checksum, s.response, s.problem_type, s.problem_detail, s.created_at
        """;

    private const string FindSql = $"""
        -- AggregateShareStore.Find
        SELECT {Columns} FROM aggregate_shares AS s WHERE s.task_key = $1 AND s.aggregate_share_id = $2
        """;

    private static readonly string RestoreSql = $"""
        -- AggregateShareStore.Restore
        UPDATE aggregate_shares AS s SET state = {AggregateShareState.Finished:d}
        WHERE s.task_key = $1 AND s.request_hash = $2 AND s.response IS NOT NULL
        RETURNING {Columns}
        """;

    // Any unique index may find the conflict with an identical request at the same time, so none is named.
    private static readonly string DeferSql = $"""
        -- AggregateShareStore.Defer
        INSERT INTO aggregate_shares (task_key, aggregate_share_id, state, request_hash, request, first_bucket, last_bucket,
            report_count, checksum, created_at, lease_expiry, lease_attempts)
        VALUES ($1, $2, {AggregateShareState.InProgress:d}, $3, $4, $5, $6, $7, $8, $9, $9, 0)
        ON CONFLICT DO NOTHING
        """;

    // What has failed, or was deleted before it was there, is tried again; what is in progress stays with its driver.
    private static readonly string ResumeSql = $"""
        -- AggregateShareStore.Resume
        UPDATE aggregate_shares AS s SET
            state = CASE WHEN s.response IS NULL THEN {AggregateShareState.InProgress:d} ELSE {AggregateShareState.Finished:d} END,
            request = CASE WHEN s.response IS NULL THEN $3 END,
            problem_type = NULL,
            problem_detail = NULL,
            lease_expiry = CASE WHEN s.state = {AggregateShareState.InProgress:d} THEN s.lease_expiry ELSE $4 END,
            lease_attempts = CASE WHEN s.state = {AggregateShareState.InProgress:d} THEN s.lease_attempts ELSE 0 END
        WHERE s.task_key = $1 AND s.aggregate_share_id = $2
        RETURNING {Columns}
        """;

    private static readonly string DeleteSql = $"""
        -- AggregateShareStore.Delete
        UPDATE aggregate_shares SET state = {AggregateShareState.Deleted:d}, request = NULL, problem_type = NULL,
            problem_detail = NULL, lease_token = NULL
        WHERE task_key = $1 AND aggregate_share_id = $2 AND state <> {AggregateShareState.Deleted:d}
        """;

    private readonly TransactionRunner _runner;
    private readonly ColumnEncryption _encryption;

    internal AggregateShareStore(TransactionRunner runner, ColumnEncryption encryption)
        : base(runner, LeaseTable.AggregateShares, "s", Columns, Read, share => Uuid.Of(share.Id))
    {
        _runner = runner;
        _encryption = encryption;
    }

    /// <summary>The share of an ID, deleted ones included.</summary>
    public Task<StoredAggregateShare?> FindAsync(int taskKey, AggregateShareId id, CancellationToken cancellationToken) =>
        _runner.ReadAsync("AggregateShareStore.Find", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(FindSql).With(taskKey).With(Uuid.Of(id));
            return (await command.ReadAllAsync(Read, token)).SingleOrDefault();
        }, cancellationToken);

    /// <summary>The share that a request got, available again if it had been deleted; <see langword="null"/> if it got none.</summary>
    /// <param name="taskKey">The task's key.</param>
    /// <param name="requestHash">The SHA-256 of the request.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public Task<StoredAggregateShare?> RestoreAsync(int taskKey, byte[] requestHash, CancellationToken cancellationToken) =>
        _runner.RunAsync("AggregateShareStore.Restore", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(RestoreSql).With(taskKey).With(requestHash);
            return (await command.ReadAllAsync(Read, token)).SingleOrDefault();
        }, cancellationToken);

    /// <summary>
    /// Stores a request for a driver, and returns its share as it stands now: the one that the same request has got before,
    /// also if it had been deleted, or one in progress. A request that has failed, or was deleted before it got its share,
    /// is in progress again.
    /// </summary>
    public Task<StoredAggregateShare> DeferAsync(StoredAggregateShare share, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(share);
        return _runner.RunAsync("AggregateShareStore.Defer", async (transaction, token) =>
        {
            await using NpgsqlBatch batch = transaction.Batch();
            batch.Add(DeferSql).With(share.TaskKey).With(Uuid.Of(share.Id)).With(share.RequestHash).With(share.Request)
                .With(share.Range.FirstBucket).With(share.Range.LastBucket).With(share.ReportCount).With(share.Checksum).With(now);
            batch.Add(ResumeSql).With(share.TaskKey).With(Uuid.Of(share.Id)).With(share.Request).With(now);

            // Also when nothing is new: a driver may have skipped the row while it was locked.
            batch.AddNotify(WorkKind.AggregateShares);
            await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(token);
            return (await reader.ReadRowsAsync(Read, token)).Single();
        }, cancellationToken);
    }

    /// <summary>
    /// Deletes the resource; a batch that was collected stays so, and the same request finds the answer again. What is in
    /// progress is given up. False when there is none or it is deleted already.
    /// </summary>
    public Task<bool> DeleteAsync(int taskKey, AggregateShareId id, CancellationToken cancellationToken) =>
        _runner.RunAsync("AggregateShareStore.Delete", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(DeleteSql).With(taskKey).With(Uuid.Of(id));
            return await command.ExecuteNonQueryAsync(token) == 1;
        }, cancellationToken);

    /// <summary>
    /// Since when the deferred share that has waited longest for a driver may be driven; later than now, or
    /// <see langword="null"/>, when none waits.
    /// </summary>
    public Task<DateTimeOffset?> FirstDueAsync(CancellationToken cancellationToken) =>
        _runner.ReadAsync("AggregateShareStore.FirstDue", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(LeaseTable.AggregateShares.FirstDueSql);
            return (await command.ReadAllAsync(row => row.InstantOrNull(0), token))[0];
        }, cancellationToken);

    private static StoredAggregateShare Read(NpgsqlDataReader row) => new()
    {
        TaskKey = row.GetInt32(0),
        Id = Uuid.To<AggregateShareId>(row.GetGuid(1)),
        State = (AggregateShareState)row.GetInt16(2),
        RequestHash = row.Bytes(3),
        Request = row.BytesOrNull(4),
        Range = new BatchRange(row.Bytes(5), row.Bytes(6)),
        ReportCount = row.GetInt64(7),
        Checksum = row.Bytes(8),
        Response = row.BytesOrNull(9),
        ProblemType = row.TextOrNull(10),
        ProblemDetail = row.TextOrNull(11),
        CreatedAt = row.Instant(12),
    };
}
