using Janus.Messages;
using Npgsql;

namespace Janus.Datastore;

/// <summary>The Leader's aggregation jobs: DAP §4.5 (aggregate-flow).</summary>
public sealed class LeaderAggregationJobStore
{
    private const string TasksSql = """
        -- LeaderAggregationJobStore.Tasks: one index probe for each task, however many reports wait
        WITH RECURSIVE waiting AS (
            (SELECT task_key FROM unaggregated_reports WHERE aggregation_job_id IS NULL ORDER BY task_key LIMIT 1)
            UNION ALL
            SELECT (SELECT r.task_key FROM unaggregated_reports AS r
                WHERE r.aggregation_job_id IS NULL AND r.task_key > waiting.task_key ORDER BY r.task_key LIMIT 1)
            FROM waiting WHERE waiting.task_key IS NOT NULL
        )
        SELECT task_key FROM waiting WHERE task_key IS NOT NULL
        """;

    private static readonly string AcquireSql = $"""
        -- LeaderAggregationJobStore.Acquire
        WITH due AS MATERIALIZED (
            SELECT task_key, aggregation_job_id FROM aggregation_jobs
            WHERE state = {AggregationJobState.InProgress:d} AND lease_expiry <= $1
            ORDER BY lease_expiry LIMIT $2
            FOR UPDATE SKIP LOCKED
        )
        UPDATE aggregation_jobs AS j
        SET lease_expiry = $3, lease_token = gen_random_uuid(), lease_attempts = j.lease_attempts + 1
        FROM due WHERE j.task_key = due.task_key AND j.aggregation_job_id = due.aggregation_job_id
        RETURNING j.task_key, j.aggregation_job_id, j.agg_param, j.batch_id, j.step, j.report_count, j.min_time,
            j.max_time, j.created_at, j.helper_location, j.lease_token, j.lease_expiry, j.lease_attempts
        """;

    private const string ReadReportsSql = """
        -- LeaderAggregationJobStore.ReadReports
        SELECT report_id, report_time, public_share, leader_input_share, helper_encrypted_input_share
        FROM unaggregated_reports
        WHERE task_key = $1 AND aggregation_job_id = $2
        ORDER BY ord
        """;

    private static readonly string CloseSql = $"""
        -- LeaderAggregationJobStore.Close
        UPDATE aggregation_jobs SET state = $4, finished_at = $5, lease_token = NULL
        WHERE task_key = $1 AND aggregation_job_id = $2 AND lease_token = $3 AND state = {AggregationJobState.InProgress:d}
        RETURNING report_count, batch_id
        """;

    private const string DeleteReportsSql = """
        -- LeaderAggregationJobStore.DeleteReports
        DELETE FROM unaggregated_reports WHERE task_key = $1 AND aggregation_job_id = $2
        """;

    private const string GiveBackSql = """
        -- LeaderAggregationJobStore.GiveBack
        UPDATE leader_selected_batches SET assigned_count = assigned_count - $3 WHERE task_key = $1 AND batch_id = $2
        """;

    private static readonly string ReleaseSql = $"""
        -- LeaderAggregationJobStore.Release
        UPDATE aggregation_jobs SET lease_expiry = $4, lease_token = NULL,
            lease_attempts = CASE WHEN $5 THEN 0 ELSE lease_attempts END
        WHERE task_key = $1 AND aggregation_job_id = $2 AND lease_token = $3 AND state = {AggregationJobState.InProgress:d}
        """;

    private static readonly string RecordSql = $"""
        -- LeaderAggregationJobStore.RecordHelperLocation
        UPDATE aggregation_jobs SET helper_location = $4
        WHERE task_key = $1 AND aggregation_job_id = $2 AND lease_token = $3 AND state = {AggregationJobState.InProgress:d}
        """;

    private readonly TransactionRunner _runner;
    private readonly ColumnEncryption _encryption;

    internal LeaderAggregationJobStore(TransactionRunner runner, ColumnEncryption encryption)
    {
        _runner = runner;
        _encryption = encryption;
    }

    /// <summary>The keys of the tasks that have reports without an aggregation job, ascending.</summary>
    public Task<IReadOnlyList<int>> TasksWithUnassignedReportsAsync(CancellationToken cancellationToken) =>
        _runner.ReadAsync<IReadOnlyList<int>>("LeaderAggregationJobStore.Tasks", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(TasksSql);
            return await command.ReadAllAsync(row => row.GetInt32(0), token);
        }, cancellationToken);

    /// <summary>
    /// Puts waiting reports into jobs, oldest first, and returns the number of jobs. One call looks at about 10,000
    /// reports; when more wait, a notification says so. Nothing happens while another creator works on the task.
    /// </summary>
    /// <remarks>
    /// Reports below the minimum become a job when the oldest has waited for the longest delay or when a collection job
    /// waits for them. A job of the leader-selected mode fills one batch, the fullest of its time window that has room.
    /// </remarks>
    public Task<int> CreateAsync(
        DapTask task, AggregationJobLimits limits, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.MinimumReports, 1, nameof(limits));
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.MaximumReports, limits.MinimumReports, nameof(limits));
        return _runner.RunAsync(
            "LeaderAggregationJobStore.Create",
            (transaction, token) => AggregationJobCreation.RunAsync(transaction, task, limits, now, token),
            cancellationToken);
    }

    /// <summary>Leases up to <paramref name="maximum"/> jobs that nobody works on, those that have waited longest first.</summary>
    public Task<IReadOnlyList<Lease<LeaderAggregationJob>>> AcquireAsync(
        int maximum, TimeSpan duration, DateTimeOffset now, CancellationToken cancellationToken) =>
        _runner.RunAsync<IReadOnlyList<Lease<LeaderAggregationJob>>>(
            "LeaderAggregationJobStore.Acquire",
            async (transaction, token) =>
            {
                await using NpgsqlCommand command = transaction.Command(AcquireSql)
                    .With(now).With(maximum).With(now + duration);
                List<Lease<LeaderAggregationJob>> leases = await command.ReadAllAsync(ReadLease, token);
                leases.Sort((left, right) => left.Job.CreatedAt.CompareTo(right.Job.CreatedAt));
                return leases;
            },
            cancellationToken);

    /// <summary>The job's reports in their order, shares in the clear.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A share does not open.</exception>
    public Task<IReadOnlyList<UnaggregatedReport>> ReadReportsAsync(
        LeaderAggregationJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        return _runner.ReadAsync<IReadOnlyList<UnaggregatedReport>>(
            "LeaderAggregationJobStore.ReadReports",
            async (transaction, token) =>
            {
                await using NpgsqlCommand command = transaction.Command(ReadReportsSql)
                    .With(job.TaskKey).With(Uuid.Of(job.Id));
                return await command.ReadAllAsync(row => ReadReport(row, job.TaskKey), token);
            },
            cancellationToken);
    }

    /// <summary>
    /// Commits a job: its shards are stored, its reports deleted, the rejected ones give their room in the batch back,
    /// and waiting collection jobs of the task are woken. False, and nothing changed, when the lease is lost.
    /// </summary>
    public Task<bool> FinishAsync(
        Lease<LeaderAggregationJob> lease,
        IReadOnlyList<BatchBucketShard> shards,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(shards);
        byte[][] sealedShares = _encryption.Seal(lease.Job.TaskKey, shards);
        return _runner.RunAsync(
            "LeaderAggregationJobStore.Finish",
            (transaction, token) => CloseAsync(
                transaction, lease, AggregationJobState.Finished, shards, sealedShares, now, token),
            cancellationToken);
    }

    /// <summary>
    /// Gives a job up: its reports are dropped but stay known as replayed, and they give their room in the batch back.
    /// False, and nothing changed, when the lease is lost.
    /// </summary>
    public Task<bool> AbandonAsync(
        Lease<LeaderAggregationJob> lease, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return _runner.RunAsync(
            "LeaderAggregationJobStore.Abandon",
            (transaction, token) => CloseAsync(transaction, lease, AggregationJobState.Abandoned, [], [], now, token),
            cancellationToken);
    }

    /// <summary>Gives a job back after a failure, to be tried again from then on. False when the lease is lost.</summary>
    public Task<bool> ReleaseAsync(
        Lease<LeaderAggregationJob> lease, DateTimeOffset notBefore, CancellationToken cancellationToken) =>
        ReleaseAsync(lease, notBefore, resetAttempts: false, cancellationToken);

    /// <summary>Gives a job back that only has to wait; its attempts count from 0 again. False when the lease is lost.</summary>
    public Task<bool> DeferAsync(
        Lease<LeaderAggregationJob> lease, DateTimeOffset notBefore, CancellationToken cancellationToken) =>
        ReleaseAsync(lease, notBefore, resetAttempts: true, cancellationToken);

    /// <summary>Remembers the Helper's resource for the job. False when the lease is lost.</summary>
    public Task<bool> RecordHelperLocationAsync(
        Lease<LeaderAggregationJob> lease, string location, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return _runner.RunAsync(
            "LeaderAggregationJobStore.RecordHelperLocation",
            async (transaction, token) =>
            {
                await using NpgsqlCommand command = transaction.Command(RecordSql)
                    .With(lease.Job.TaskKey).With(Uuid.Of(lease.Job.Id)).With(lease.Token).With(location);
                return await command.ExecuteNonQueryAsync(token) == 1;
            },
            cancellationToken);
    }

    private Task<bool> ReleaseAsync(
        Lease<LeaderAggregationJob> lease, DateTimeOffset notBefore, bool resetAttempts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return _runner.RunAsync(
            "LeaderAggregationJobStore.Release",
            async (transaction, token) =>
            {
                await using NpgsqlCommand command = transaction.Command(ReleaseSql)
                    .With(lease.Job.TaskKey).With(Uuid.Of(lease.Job.Id)).With(lease.Token).With(notBefore)
                    .With(resetAttempts, NpgsqlTypes.NpgsqlDbType.Boolean);
                return await command.ExecuteNonQueryAsync(token) == 1;
            },
            cancellationToken);
    }

    private static async Task<bool> CloseAsync(
        DatastoreTransaction transaction,
        Lease<LeaderAggregationJob> lease,
        AggregationJobState state,
        IReadOnlyList<BatchBucketShard> shards,
        byte[][] sealedShares,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        int taskKey = lease.Job.TaskKey;
        Guid jobId = Uuid.Of(lease.Job.Id);
        await using NpgsqlBatch close = transaction.Batch();
        close.AddSharedFence(taskKey);
        close.Add(CloseSql).With(taskKey).With(jobId).With(lease.Token)
            .With((short)state, NpgsqlTypes.NpgsqlDbType.Smallint).With(now);
        List<(int Count, byte[]? BatchId)> closed;
        await using (NpgsqlDataReader reader = await close.ExecuteReaderAsync(cancellationToken))
        {
            closed = await reader.ReadNextAsync(row => (row.GetInt32(0), row.BytesOrNull(1)), cancellationToken);
        }

        if (closed is not [var (count, batchId)])
        {
            transaction.RollBack();
            return false;
        }

        await using NpgsqlBatch batch = transaction.Batch();
        batch.AddInsertShards(taskKey, shards, sealedShares);
        batch.Add(DeleteReportsSql).With(taskKey).With(jobId);
        long rejected = count - shards.Sum(shard => shard.ReportCount);
        if (batchId is not null && rejected != 0)
        {
            batch.Add(GiveBackSql).With(taskKey).With(batchId).With(rejected);
        }

        batch.AddNotify(WorkKind.CollectionJobs);
        batch.AddWakeCollectionJobs(taskKey, now);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }

    private static Lease<LeaderAggregationJob> ReadLease(NpgsqlDataReader row)
    {
        LeaderAggregationJob job = new()
        {
            TaskKey = row.GetInt32(0),
            Id = Uuid.To<AggregationJobId>(row.GetGuid(1)),
            AggParam = row.Bytes(2),
            BatchId = row.BytesOrNull(3) is { } batchId ? BatchId.FromBytes(batchId) : null,
            Step = row.GetInt32(4),
            ReportCount = row.GetInt32(5),
            MinTime = (ulong)row.GetInt64(6),
            MaxTime = (ulong)row.GetInt64(7),
            CreatedAt = row.Instant(8),
            HelperLocation = row.TextOrNull(9),
        };
        return new(job, row.GetGuid(10), row.Instant(11), row.GetInt32(12));
    }

    private UnaggregatedReport ReadReport(NpgsqlDataReader row, int taskKey)
    {
        Guid id = row.GetGuid(0);
        return new()
        {
            Id = Uuid.To<ReportId>(id),
            Time = (ulong)row.GetInt64(1),
            PublicShare = row.Bytes(2),
            LeaderInputShare = _encryption.Open(EncryptedColumn.LeaderInputShare, RowKey.Of(taskKey, id), row.Bytes(3)),
            HelperEncryptedInputShare = row.Bytes(4),
        };
    }
}
