using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Janus.Datastore;

/// <summary>Deletes what has expired, in small transactions that find their rows by an index and wait for nobody.</summary>
public sealed partial class GarbageCollectionStore
{
    private const string UnaggregatedReportsSql = """
        -- GarbageCollectionStore.UnaggregatedReports
        DELETE FROM unaggregated_reports WHERE task_key = $1 AND ctid = ANY (ARRAY(
            SELECT r.ctid FROM unaggregated_reports AS r
            WHERE r.task_key = $1 AND r.aggregation_job_id IS NULL AND r.report_time < $2
            ORDER BY r.report_time, r.report_id LIMIT $3
            FOR UPDATE OF r SKIP LOCKED))
        """;

    // Not under a collection job that still waits for its batch: its driver ends it.
    private static readonly string BucketsSql = $"""
        -- GarbageCollectionStore.Buckets
        DELETE FROM batch_bucket_shards WHERE task_key = $1 AND ctid = ANY (ARRAY(
            SELECT s.ctid FROM batch_bucket_shards AS s
            WHERE s.task_key = $1 AND s.bucket < $2
                AND NOT EXISTS (SELECT FROM collection_jobs AS c
                    WHERE c.task_key = $1 AND c.state = {CollectionJobState.Waiting:d} AND s.bucket BETWEEN c.first_bucket AND c.last_bucket)
            ORDER BY s.bucket, s.aggregation_job_id LIMIT $3
            FOR UPDATE OF s SKIP LOCKED))
        """;

    // A batch of the Leader's choice is as old as its newest report, and as one that it may still get.
    private static readonly string SelectedBatchesSql = $"""
        -- GarbageCollectionStore.SelectedBatches
        DELETE FROM batch_bucket_shards WHERE task_key = $1 AND ctid = ANY (ARRAY(
            SELECT s.ctid FROM batch_bucket_shards AS s
            WHERE s.task_key = $1 AND octet_length(s.bucket) = 32 AND s.max_time < $2
                AND $2 > (SELECT max(n.max_time) FROM batch_bucket_shards AS n WHERE n.task_key = $1 AND n.bucket = s.bucket)
                AND NOT EXISTS (SELECT FROM aggregation_jobs AS j
                    WHERE j.task_key = $1 AND j.batch_id = s.bucket AND j.state IN {UnfinishedAggregationJobs.States})
                AND NOT EXISTS (SELECT FROM leader_selected_batches AS b
                    JOIN collection_jobs AS c ON c.task_key = b.task_key AND c.collection_job_id = b.collection_job_id
                    WHERE b.task_key = $1 AND b.batch_id = s.bucket AND c.state = {CollectionJobState.Waiting:d})
            ORDER BY s.max_time LIMIT $3
            FOR UPDATE OF s SKIP LOCKED))
        """;

    // A job tells the aggregation parameter of its shards, and whether it was deleted, so it outlives them.
    private static readonly string AggregationJobsSql = $"""
        -- GarbageCollectionStore.AggregationJobs
        DELETE FROM aggregation_jobs WHERE task_key = $1 AND ctid = ANY (ARRAY(
            SELECT j.ctid FROM aggregation_jobs AS j
            WHERE j.task_key = $1 AND j.state NOT IN {UnfinishedAggregationJobs.States} AND j.max_time < $2
                AND (j.batch_id IS NULL OR NOT EXISTS (SELECT FROM batch_bucket_shards AS s
                    WHERE s.task_key = $1 AND s.bucket = j.batch_id AND s.aggregation_job_id = j.aggregation_job_id))
            ORDER BY j.max_time LIMIT $3
            FOR UPDATE OF j SKIP LOCKED))
        """;

    private static readonly string LeaderSelectedBatchesSql = $"""
        -- GarbageCollectionStore.LeaderSelectedBatches
        DELETE FROM leader_selected_batches WHERE task_key = $1 AND ctid = ANY (ARRAY(
            SELECT b.ctid FROM leader_selected_batches AS b
            WHERE b.task_key = $1 AND b.created_at < $2
                AND NOT EXISTS (SELECT FROM batch_bucket_shards AS s WHERE s.task_key = $1 AND s.bucket = b.batch_id)
                AND NOT EXISTS (SELECT FROM aggregation_jobs AS j
                    WHERE j.task_key = $1 AND j.batch_id = b.batch_id AND j.state IN {UnfinishedAggregationJobs.States})
                AND NOT EXISTS (SELECT FROM collection_jobs AS c
                    WHERE c.task_key = $1 AND c.collection_job_id = b.collection_job_id AND c.state = {CollectionJobState.Waiting:d})
            ORDER BY b.created_at LIMIT $3
            FOR UPDATE OF b SKIP LOCKED))
        """;

    // Not before its shares, which go in the same order: a collection job may still wait for some of them.
    private const string CollectedIntervalsSql = """
        -- GarbageCollectionStore.CollectedIntervals
        DELETE FROM collected_batches WHERE task_key = $1 AND ctid = ANY (ARRAY(
            SELECT oldest.row FROM (
                SELECT b.ctid AS row, b.first_bucket, b.last_bucket FROM collected_batches AS b
                WHERE b.task_key = $1 AND b.first_bucket < $2 AND b.last_bucket < $2
                ORDER BY b.first_bucket LIMIT $3
                FOR UPDATE OF b SKIP LOCKED) AS oldest
            WHERE NOT EXISTS (SELECT FROM batch_bucket_shards AS s
                WHERE s.task_key = $1 AND s.bucket BETWEEN oldest.first_bucket AND oldest.last_bucket)))
        """;

    private const string CollectedBatchesSql = """
        -- GarbageCollectionStore.CollectedBatches
        DELETE FROM collected_batches WHERE task_key = $1 AND ctid = ANY (ARRAY(
            SELECT b.ctid FROM collected_batches AS b
            WHERE b.task_key = $1 AND b.collected_at < $2
                AND NOT EXISTS (SELECT FROM batch_bucket_shards AS s WHERE s.task_key = $1 AND s.bucket = b.first_bucket)
            ORDER BY b.collected_at LIMIT $3
            FOR UPDATE OF b SKIP LOCKED))
        """;

    // As long as the batch may still be asked for, the noise is what it was.
    private const string NoiseOfIntervalsSql = """
        -- GarbageCollectionStore.NoiseOfIntervals
        DELETE FROM batch_noise WHERE task_key = $1 AND ctid = ANY (ARRAY(
            SELECT oldest.row FROM (
                SELECT n.ctid AS row, n.first_bucket, n.last_bucket FROM batch_noise AS n
                WHERE n.task_key = $1 AND n.first_bucket < $2 AND n.last_bucket < $2
                ORDER BY n.first_bucket LIMIT $3
                FOR UPDATE OF n SKIP LOCKED) AS oldest
            WHERE NOT EXISTS (SELECT FROM batch_bucket_shards AS s
                WHERE s.task_key = $1 AND s.bucket BETWEEN oldest.first_bucket AND oldest.last_bucket)))
        """;

    private const string NoiseOfBatchesSql = """
        -- GarbageCollectionStore.NoiseOfBatches
        DELETE FROM batch_noise WHERE task_key = $1 AND ctid = ANY (ARRAY(
            SELECT n.ctid FROM batch_noise AS n
            WHERE n.task_key = $1 AND n.drawn_at < $2
                AND NOT EXISTS (SELECT FROM batch_bucket_shards AS s WHERE s.task_key = $1 AND s.bucket = n.first_bucket)
            ORDER BY n.drawn_at LIMIT $3
            FOR UPDATE OF n SKIP LOCKED))
        """;

    private static readonly string CollectionJobsSql = $"""
        -- GarbageCollectionStore.CollectionJobs
        DELETE FROM collection_jobs WHERE task_key = $1 AND ctid = ANY (ARRAY(
            SELECT c.ctid FROM collection_jobs AS c
            WHERE c.task_key = $1 AND c.created_at < $2 AND coalesce(c.finished_at, c.created_at) < $2
                AND c.state NOT IN ({CollectionJobState.Waiting:d}, {CollectionJobState.Fenced:d})
            ORDER BY c.created_at LIMIT $3
            FOR UPDATE OF c SKIP LOCKED))
        """;

    private static readonly string AggregateSharesSql = $"""
        -- GarbageCollectionStore.AggregateShares
        DELETE FROM aggregate_shares WHERE task_key = $1 AND ctid = ANY (ARRAY(
            SELECT s.ctid FROM aggregate_shares AS s
            WHERE s.task_key = $1 AND s.created_at < $2 AND s.state <> {AggregateShareState.InProgress:d}
            ORDER BY s.created_at LIMIT $3
            FOR UPDATE OF s SKIP LOCKED))
        """;

    // They hold nothing but a request that was refused or deleted; made again, it is a new one.
    private static readonly string UnansweredSharesSql = $"""
        -- GarbageCollectionStore.UnansweredShares
        DELETE FROM aggregate_shares WHERE ctid = ANY (ARRAY(
            SELECT s.ctid FROM aggregate_shares AS s
            WHERE s.response IS NULL AND s.state IN ({AggregateShareState.Failed:d}, {AggregateShareState.Deleted:d}) AND s.created_at < $1
            ORDER BY s.created_at LIMIT $2
            FOR UPDATE OF s SKIP LOCKED))
        """;

    private const string ReportIdsSql = """
        -- GarbageCollectionStore.ReportIds
        DELETE FROM report_ids WHERE task_key = $1 AND report_week = $2 AND ctid = ANY (ARRAY(
            -- Rows of one week are in one partition, where a ctid is unique.
            SELECT ctid FROM report_ids WHERE task_key = $1 AND report_week = $2 ORDER BY report_id LIMIT $3))
        """;

    private static readonly string OldestSql = $"""
        -- GarbageCollectionStore.Oldest
        SELECT LEAST(
            (SELECT report_time FROM unaggregated_reports
                WHERE task_key = $1 AND aggregation_job_id IS NULL ORDER BY report_time LIMIT 1),
            (SELECT max_time FROM aggregation_jobs
                WHERE task_key = $1 AND state NOT IN {UnfinishedAggregationJobs.States} ORDER BY max_time LIMIT 1))
        """;

    private readonly TransactionRunner _runner;
    private readonly IDbContextFactory<JanusDbContext> _contexts;
    private readonly DirectSource _direct;
    private readonly ReportPartitions _partitions;

    internal GarbageCollectionStore(
        TransactionRunner runner, IDbContextFactory<JanusDbContext> contexts, DirectSource direct, ReportPartitions partitions)
    {
        _runner = runner;
        _contexts = contexts;
        _direct = direct;
        _partitions = partitions;
    }

    /// <summary>All tasks, deleted ones included.</summary>
    public async Task<IReadOnlyList<ExpiringTask>> ListTasksAsync(CancellationToken cancellationToken)
    {
        await using JanusDbContext context = await _contexts.CreateDbContextAsync(cancellationToken);
        var rows = await context.Tasks.AsNoTracking().TagWith("GarbageCollectionStore.ListTasks")
            .Select(task => new { task.TaskKey, task.TaskId, task.TaskConfiguration, task.ReportExpiryAge, task.DeletedAt, task.TaskprovPeerKey })
            .ToListAsync(cancellationToken);
        return [.. rows.Select(row =>
        {
            TaskConfiguration configuration = WireMessage.Decode<TaskConfiguration>(row.TaskConfiguration);
            return new ExpiringTask
            {
                Key = row.TaskKey,
                Id = TaskId.FromBytes(row.TaskId),
                BatchMode = configuration.BatchMode,
                TimePrecision = configuration.TimePrecision,
                End = configuration.TaskInterval() is { } interval && interval.TryGetEnd(out Time end) ? end : null,
                ReportExpiryAge = (ulong?)row.ReportExpiryAge,
                DeletedAt = row.DeletedAt,
                IsAdvertised = row.TaskprovPeerKey is not null,
            };
        })];
    }

    /// <summary>
    /// Deletes rows of a task that have expired when reports are kept until <paramref name="moment"/>, and returns how many;
    /// none while another collector works on the task.
    /// </summary>
    /// <param name="task">The task, which has a report expiry age.</param>
    /// <param name="kind">The table; the replay table has statements of its own.</param>
    /// <param name="moment">The time, less the grace period.</param>
    /// <param name="most">The most rows.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public Task<int> DeleteExpiredAsync(
        ExpiringTask task, GarbageKind kind, DateTimeOffset moment, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        return _runner.RunAsync("GarbageCollectionStore.DeleteExpired", async (transaction, token) =>
        {
            if (!await TryBeginAsync(transaction, task.Key, kind, token))
            {
                return 0;
            }

            ulong time = task.FirstLiveTime(moment);
            bool isTimeInterval = task.BatchMode == BatchMode.TimeInterval;
            (string sql, object before, NpgsqlDbType type) = kind switch
            {
                GarbageKind.UnaggregatedReports => (UnaggregatedReportsSql, ReportExpiry.AsStored(time), NpgsqlDbType.Bigint),
                GarbageKind.BatchBucketShards => isTimeInterval
                    ? (BucketsSql, BatchRange.BucketOf(time), NpgsqlDbType.Bytea)
                    : (SelectedBatchesSql, (object)ReportExpiry.AsStored(time), NpgsqlDbType.Bigint),
                GarbageKind.AggregationJobs => (AggregationJobsSql, ReportExpiry.AsStored(time), NpgsqlDbType.Bigint),
                GarbageKind.CollectedBatches when isTimeInterval => (CollectedIntervalsSql, BatchRange.BucketOf(time), NpgsqlDbType.Bytea),
                GarbageKind.BatchNoise when isTimeInterval => (NoiseOfIntervalsSql, BatchRange.BucketOf(time), NpgsqlDbType.Bytea),
                GarbageKind.BatchNoise => (NoiseOfBatchesSql, Instant(), NpgsqlDbType.TimestampTz),
                GarbageKind.LeaderSelectedBatches => (LeaderSelectedBatchesSql, Instant(), NpgsqlDbType.TimestampTz),
                GarbageKind.CollectedBatches => (CollectedBatchesSql, Instant(), NpgsqlDbType.TimestampTz),
                GarbageKind.CollectionJobs => (CollectionJobsSql, Instant(), NpgsqlDbType.TimestampTz),
                GarbageKind.AggregateShares => (AggregateSharesSql, Instant(), NpgsqlDbType.TimestampTz),
                _ => throw new ArgumentOutOfRangeException(nameof(kind)),
            };
            await using NpgsqlCommand command = transaction.Command(sql).With(task.Key).With(before, type).With(most);
            return await command.ExecuteNonQueryAsync(token);
        }, cancellationToken);

        object Instant() => task.FirstLiveInstant(moment).ToUniversalTime();
    }

    /// <summary>Deletes a Helper's deferred aggregate shares of all tasks that never got an answer.</summary>
    /// <param name="before">Those that were asked for before.</param>
    /// <param name="most">The most rows.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public Task<int> DeleteUnansweredSharesAsync(DateTimeOffset before, int most, CancellationToken cancellationToken) =>
        _runner.RunAsync("GarbageCollectionStore.DeleteUnansweredShares", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(UnansweredSharesSql).With(before).With(most);
            return await command.ExecuteNonQueryAsync(token);
        }, cancellationToken);

    /// <summary>Deletes a task's report IDs of a week, all of which have expired, or the task is deleted.</summary>
    public Task<int> DeleteReportIdsAsync(int taskKey, int week, int most, CancellationToken cancellationToken) =>
        _runner.RunAsync("GarbageCollectionStore.DeleteReportIds", async (transaction, token) =>
        {
            if (!await TryBeginAsync(transaction, taskKey, GarbageKind.ReportIds, token))
            {
                return 0;
            }

            await using NpgsqlCommand command = transaction.Command(ReportIdsSql).With(taskKey).With(week).With(most);
            return await command.ExecuteNonQueryAsync(token);
        }, cancellationToken);

    /// <summary>
    /// The earliest report time of what a task has that is not in flight, in time-precision units; <see langword="null"/>
    /// when it has nothing.
    /// </summary>
    public Task<ulong?> OldestTimeAsync(int taskKey, CancellationToken cancellationToken) =>
        _runner.ReadAsync("GarbageCollectionStore.Oldest", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(OldestSql).With(taskKey);
            return (ulong?)(await command.ReadAllAsync(row => row.LongOrNull(0), token))[0];
        }, cancellationToken);

    /// <summary>Lets PostgreSQL reuse, and as far as it can give back, the space of a table's deleted rows; readers and writers go on.</summary>
    public async Task VacuumAsync(GarbageKind kind, CancellationToken cancellationToken)
    {
        // Not in a transaction, and not within the time that a statement may take.
        await using NpgsqlConnection connection = await _direct.Source.OpenConnectionAsync(cancellationToken);
#pragma warning disable CA2100 // the names of our tables
        await using NpgsqlCommand command = new($"-- GarbageCollectionStore.Vacuum\nVACUUM (SKIP_LOCKED) {kind.Table()}", connection);
#pragma warning restore CA2100
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // A creator that began before may be about to put the reports into a job, or to fill the batch.
    private static async Task<bool> TryBeginAsync(
        DatastoreTransaction transaction, int taskKey, GarbageKind kind, CancellationToken cancellationToken)
    {
        await using NpgsqlBatch batch = transaction.Batch();
        batch.AddTryCollection(taskKey);
        bool isCreators = kind is GarbageKind.UnaggregatedReports or GarbageKind.LeaderSelectedBatches;
        if (isCreators)
        {
            batch.AddTryCreation(taskKey);
        }

        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
        bool isOurs = (await reader.ReadRowsAsync(row => row.GetBoolean(0), cancellationToken))[0];
        return isCreators
            ? (await reader.ReadNextAsync(row => row.GetBoolean(0), cancellationToken))[0] && isOurs
            : isOurs;
    }
}
