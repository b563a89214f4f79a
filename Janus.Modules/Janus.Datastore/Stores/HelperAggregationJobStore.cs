using Janus.Messages;
using Npgsql;

namespace Janus.Datastore;

/// <summary>The Helper's aggregation jobs: DAP §4.5 (aggregate-flow).</summary>
public sealed partial class HelperAggregationJobStore : LeaseStore<HelperAggregationJob>
{
    private const string FindSql = $"""
        -- HelperAggregationJobStore.Find
        SELECT {HelperAggregationJobRows.Columns} FROM aggregation_jobs AS j
        WHERE j.task_key = $1 AND j.aggregation_job_id = $2 AND j.request_hash IS NOT NULL
        """;

    private const string ReadWorkSql = """
        -- HelperAggregationJobStore.ReadWork
        SELECT request, verification FROM aggregation_jobs
        WHERE task_key = $1 AND aggregation_job_id = $2 AND request_hash IS NOT NULL AND state = $3 AND step = $4
        """;

    // A job that was deleted before anything was committed may be made again.
    private static readonly string DeferSql = $"""
        -- HelperAggregationJobStore.Defer
        INSERT INTO aggregation_jobs AS j (task_key, aggregation_job_id, state, request_hash, agg_param, batch_id, step,
            report_count, min_time, max_time, request, created_at, lease_expiry, lease_attempts)
        VALUES ($1, $2, {AggregationJobState.InProgress:d}, $3, $4, $5, 0, $6, $7, $8, $9, $10, $10, 0)
        ON CONFLICT (task_key, aggregation_job_id) DO UPDATE SET state = excluded.state, step = 0, step_request_hash = NULL,
            request = excluded.request, created_at = excluded.created_at, lease_expiry = excluded.lease_expiry, lease_attempts = 0
        WHERE j.request_hash = excluded.request_hash AND j.state = {AggregationJobState.Deleted:d} AND j.finished_at IS NULL
        RETURNING true
        """;

    private static readonly string DeferStepSql = $"""
        -- HelperAggregationJobStore.DeferStep
        UPDATE aggregation_jobs SET state = {AggregationJobState.InProgress:d}, step = $3, step_request_hash = $4, request = $5,
            response = NULL, lease_expiry = $6, lease_attempts = 0
        WHERE task_key = $1 AND aggregation_job_id = $2 AND state = {AggregationJobState.AwaitingContinuation:d} AND step = $3 - 1
        RETURNING true
        """;

    private static readonly string DeleteSql = $"""
        -- HelperAggregationJobStore.Delete
        UPDATE aggregation_jobs SET state = {AggregationJobState.Deleted:d}, response = NULL, request = NULL,
            verification = NULL, lease_token = NULL
        WHERE task_key = $1 AND aggregation_job_id = $2 AND request_hash IS NOT NULL
            AND state <> {AggregationJobState.Deleted:d}
        """;

    private const int MaximumAttempts = 5;

    private readonly TransactionRunner _runner;
    private readonly ReportPartitions _partitions;
    private readonly ColumnEncryption _encryption;

    internal HelperAggregationJobStore(TransactionRunner runner, ReportPartitions partitions, ColumnEncryption encryption)
        : base(runner, LeaseTable.HelperAggregationJobs, "j", HelperAggregationJobRows.Columns, HelperAggregationJobRows.Read, job => Uuid.Of(job.Id))
    {
        _runner = runner;
        _partitions = partitions;
        _encryption = encryption;
    }

    /// <summary>The job of an ID, deleted ones included.</summary>
    public Task<HelperAggregationJob?> FindAsync(int taskKey, AggregationJobId id, CancellationToken cancellationToken) =>
        _runner.ReadAsync(
            "HelperAggregationJobStore.Find",
            (transaction, token) => FindAsync(transaction, taskKey, id, token),
            cancellationToken);

    /// <summary>What the job's next step works with; <see langword="null"/> when the job no longer stands as it is given.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The reports' states do not open.</exception>
    public Task<HelperAggregationWork?> ReadWorkAsync(HelperAggregationJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        return _runner.ReadAsync("HelperAggregationJobStore.ReadWork", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(ReadWorkSql)
                .With(job.TaskKey).With(Uuid.Of(job.Id)).With((short)job.State, NpgsqlTypes.NpgsqlDbType.Smallint).With(job.Step);
            List<(byte[]? Request, byte[]? Verification)> rows = await command.ReadAllAsync(
                row => (row.BytesOrNull(0), row.BytesOrNull(1)), token);
            return rows is [var (request, verification)]
                ? new HelperAggregationWork(request, _encryption.OpenVerification(job.TaskKey, job.Id, verification))
                : null;
        }, cancellationToken);
    }

    /// <summary>
    /// Stores the request of a new job for a driver. False, and nothing changed, when the job is there already; one that
    /// was deleted before anything was committed is made again.
    /// </summary>
    public Task<bool> DeferAsync(HelperAggregationJob job, byte[] request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        return _runner.RunAsync("HelperAggregationJobStore.Defer", async (transaction, token) =>
        {
            await using NpgsqlBatch batch = transaction.Batch();
            batch.Add(DeferSql).With(job.TaskKey).With(Uuid.Of(job.Id)).With(job.RequestHash).With(job.AggParam)
                .With(job.BatchId?.ToArray()).With(job.ReportCount).With(checked((long)job.MinTime)).With(checked((long)job.MaxTime))
                .With(request).With(now);
            batch.AddNotify(WorkKind.HelperAggregationJobs);
            await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(token);
            return (await reader.ReadRowsAsync(row => row.GetBoolean(0), token)).Count == 1;
        }, cancellationToken);
    }

    /// <summary>
    /// Stores the request of a job's next step for a driver. False, and nothing changed, when the job no longer awaits it.
    /// </summary>
    /// <param name="job">The job as it will stand: its step and the hash of the request.</param>
    /// <param name="request">The AggregationJobContinueReq.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public Task<bool> DeferStepAsync(HelperAggregationJob job, byte[] request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        return _runner.RunAsync("HelperAggregationJobStore.DeferStep", async (transaction, token) =>
        {
            await using NpgsqlBatch batch = transaction.Batch();
            batch.Add(DeferStepSql)
                .With(job.TaskKey).With(Uuid.Of(job.Id)).With(job.Step).With(job.StepRequestHash).With(request).With(now);

            // Also when somebody else was faster: a driver may have skipped the row while this statement looked at it.
            batch.AddNotify(WorkKind.HelperAggregationJobs);
            await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(token);
            return (await reader.ReadRowsAsync(row => row.GetBoolean(0), token)).Count == 1;
        }, cancellationToken);
    }

    /// <summary>
    /// Since when the deferred job that has waited longest for a driver may be driven; later than now, or
    /// <see langword="null"/>, when none waits.
    /// </summary>
    public Task<DateTimeOffset?> FirstDueAsync(CancellationToken cancellationToken) =>
        _runner.ReadAsync("HelperAggregationJobStore.FirstDue", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(LeaseTable.HelperAggregationJobs.FirstDueSql);
            return (await command.ReadAllAsync(row => row.InstantOrNull(0), token))[0];
        }, cancellationToken);

    /// <summary>
    /// Deletes a job's request, answer and states; the memory of its request stays, and so does what it committed, unless the
    /// Leader turns out not to count it: <see cref="BatchStore.TryWithdrawDeletedAsync"/>. False when there is none or it is
    /// deleted already.
    /// </summary>
    public Task<bool> DeleteAsync(int taskKey, AggregationJobId id, CancellationToken cancellationToken) =>
        _runner.RunAsync("HelperAggregationJobStore.Delete", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(DeleteSql).With(taskKey).With(Uuid.Of(id));
            return await command.ExecuteNonQueryAsync(token) == 1;
        }, cancellationToken);

    private static async Task<HelperAggregationJob?> FindAsync(
        DatastoreTransaction transaction, int taskKey, AggregationJobId id, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = transaction.Command(FindSql).With(taskKey).With(Uuid.Of(id));
        return (await command.ReadAllAsync(HelperAggregationJobRows.Read, cancellationToken)).SingleOrDefault();
    }
}
