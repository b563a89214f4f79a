using Janus.Messages;
using Npgsql;

namespace Janus.Datastore;

/// <summary>The Helper's aggregation jobs: DAP §4.5 (aggregate-flow).</summary>
public sealed class HelperAggregationJobStore
{
    private const string ColumnsSql =
        "task_key, aggregation_job_id, state, request_hash, agg_param, batch_id, report_count, min_time, max_time, response, created_at";

    private const string FindSql = $"""
        -- HelperAggregationJobStore.Find
        SELECT {ColumnsSql} FROM aggregation_jobs WHERE task_key = $1 AND aggregation_job_id = $2 AND request_hash IS NOT NULL
        """;

    private const string FindByRequestSql = $"""
        -- HelperAggregationJobStore.FindByRequest
        SELECT {ColumnsSql} FROM aggregation_jobs WHERE task_key = $1 AND request_hash = $2
        """;

    private const string InsertSql = """
        -- HelperAggregationJobStore.Insert
        INSERT INTO aggregation_jobs (task_key, aggregation_job_id, state, request_hash, agg_param, batch_id, step,
            report_count, min_time, max_time, response, created_at, finished_at, lease_expiry, lease_attempts)
        VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10, $11, $11, $11, 0)
        ON CONFLICT DO NOTHING
        RETURNING true
        """;

    private const string CollectedSql = """
        -- HelperAggregationJobStore.Collected
        SELECT asked.bucket FROM unnest($2::bytea[]) AS asked (bucket)
        CROSS JOIN LATERAL (
            SELECT c.last_bucket FROM collected_batches AS c
            WHERE c.task_key = $1 AND c.first_bucket <= asked.bucket
            ORDER BY c.first_bucket DESC LIMIT 1) AS nearest
        WHERE nearest.last_bucket >= asked.bucket
        """;

    private const string TakeSql = """
        -- HelperAggregationJobStore.Take
        INSERT INTO report_ids (task_key, report_id, report_time)
        SELECT $1, t.report_id, t.report_time FROM unnest($2::uuid[], $3::bigint[]) AS t (report_id, report_time)
        ORDER BY t.report_id -- one order for everyone, so that writers of the same IDs cannot deadlock
        ON CONFLICT DO NOTHING
        RETURNING report_id
        """;

    private const string KnownSql = """
        -- HelperAggregationJobStore.Known
        SELECT t.report_id FROM unnest($2::uuid[]) AS t (report_id)
        -- The limit makes it an index probe for each report, never a scan of the task's million.
        CROSS JOIN LATERAL (SELECT FROM report_ids AS r WHERE r.task_key = $1 AND r.report_id = t.report_id LIMIT 1) AS known
        """;

    private static readonly string DeleteSql = $"""
        -- HelperAggregationJobStore.Delete
        UPDATE aggregation_jobs SET state = {AggregationJobState.Deleted:d}, response = NULL
        WHERE task_key = $1 AND aggregation_job_id = $2 AND request_hash IS NOT NULL
            AND state <> {AggregationJobState.Deleted:d}
        """;

    private readonly TransactionRunner _runner;
    private readonly ColumnEncryption _encryption;

    internal HelperAggregationJobStore(TransactionRunner runner, ColumnEncryption encryption)
    {
        _runner = runner;
        _encryption = encryption;
    }

    /// <summary>The job of an ID, deleted ones included.</summary>
    public Task<HelperAggregationJob?> FindAsync(int taskKey, AggregationJobId id, CancellationToken cancellationToken) =>
        _runner.ReadAsync("HelperAggregationJobStore.Find", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(FindSql).With(taskKey).With(Uuid.Of(id));
            return (await command.ReadAllAsync(ReadJob, token)).SingleOrDefault();
        }, cancellationToken);

    /// <summary>The job that a request made, deleted ones included; the hash is the SHA-256 of the request.</summary>
    public Task<HelperAggregationJob?> FindByRequestAsync(
        int taskKey, byte[] requestHash, CancellationToken cancellationToken) =>
        _runner.ReadAsync("HelperAggregationJobStore.FindByRequest", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(FindByRequestSql).With(taskKey).With(requestHash);
            return (await command.ReadAllAsync(ReadJob, token)).SingleOrDefault();
        }, cancellationToken);

    /// <summary>
    /// Tells early which reports cannot be committed, in the order of the reports: <c>batch_collected</c>,
    /// <c>report_replayed</c> or <see langword="null"/>. Each report comes with its bucket. Committing checks again.
    /// </summary>
    public Task<ReportError?[]> CheckAsync(
        int taskKey, IReadOnlyList<ReportId> ids, IReadOnlyList<byte[]> buckets, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(buckets);
        ArgumentOutOfRangeException.ThrowIfNotEqual(buckets.Count, ids.Count, nameof(buckets));
        Guid[] uuids = [.. ids.Select(Uuid.Of)];
        string[] names = [.. buckets.Select(Convert.ToHexString)];
        byte[][] distinct = [.. buckets.Zip(names).DistinctBy(pair => pair.Second).Select(pair => pair.First)];
        return _runner.ReadAsync("HelperAggregationJobStore.Check", async (transaction, token) =>
        {
            await using NpgsqlBatch batch = transaction.Batch();
            batch.Add(CollectedSql).With(taskKey).With(distinct, CommandExtensions.ByteaArray);
            batch.Add(KnownSql).With(taskKey).With(uuids, CommandExtensions.UuidArray);
            await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(token);
            HashSet<string> collected = [.. await reader.ReadRowsAsync(row => Convert.ToHexString(row.Bytes(0)), token)];
            HashSet<Guid> known = [.. await reader.ReadNextAsync(row => row.GetGuid(0), token)];
            return uuids
                .Select((id, i) => collected.Contains(names[i]) ? ReportError.BatchCollected
                    : known.Contains(id) ? ReportError.ReportReplayed
                    : (ReportError?)null)
                .ToArray();
        }, cancellationToken);
    }

    /// <summary>
    /// Commits a job with its answer, the shards and the IDs of the accepted reports, all or nothing. A job with the same
    /// ID or the same request hash is found instead; reports that were aggregated or whose bucket was collected meanwhile
    /// are named, so that the caller rejects them and computes the rest anew.
    /// </summary>
    public Task<HelperCommitOutcome> CommitAsync(
        HelperAggregationJob job,
        IReadOnlyList<AcceptedReport> accepted,
        IReadOnlyList<BatchBucketShard> shards,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(accepted);
        ArgumentNullException.ThrowIfNull(shards);
        byte[][] sealedShares = _encryption.Seal(job.TaskKey, shards);
        return _runner.RunAsync(
            "HelperAggregationJobStore.Commit",
            (transaction, token) => TryCommitAsync(transaction, job, accepted, shards, sealedShares, now, token),
            cancellationToken);
    }

    /// <summary>
    /// Deletes a job's answer; what it committed stays, and so does the memory of its request. False when there is none
    /// or it is deleted already.
    /// </summary>
    public Task<bool> DeleteAsync(int taskKey, AggregationJobId id, CancellationToken cancellationToken) =>
        _runner.RunAsync("HelperAggregationJobStore.Delete", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(DeleteSql).With(taskKey).With(Uuid.Of(id));
            return await command.ExecuteNonQueryAsync(token) == 1;
        }, cancellationToken);

    private static async Task<HelperCommitOutcome> TryCommitAsync(
        DatastoreTransaction transaction,
        HelperAggregationJob job,
        IReadOnlyList<AcceptedReport> accepted,
        IReadOnlyList<BatchBucketShard> shards,
        byte[][] sealedShares,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        Guid[] ids = [.. accepted.Select(report => Uuid.Of(report.Id))];
        bool inserted;
        HashSet<string> collected;
        HashSet<Guid> taken;
        await using (NpgsqlBatch batch = transaction.Batch())
        {
            batch.AddSharedFence(job.TaskKey);
            AddInsert(batch, job, now);
            batch.Add(CollectedSql)
                .With(job.TaskKey)
                .With(shards.Select(shard => shard.Bucket).ToArray(), CommandExtensions.ByteaArray);
            batch.Add(TakeSql)
                .With(job.TaskKey)
                .With(ids, CommandExtensions.UuidArray)
                .With(accepted.Select(report => checked((long)report.Time)).ToArray(), CommandExtensions.BigintArray);
            await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
            inserted = (await reader.ReadNextAsync(row => row.GetBoolean(0), cancellationToken)).Count == 1;
            collected = [.. await reader.ReadNextAsync(row => Convert.ToHexString(row.Bytes(0)), cancellationToken)];
            taken = [.. await reader.ReadNextAsync(row => row.GetGuid(0), cancellationToken)];
        }

        if (!inserted)
        {
            transaction.RollBack();
            return new HelperCommitOutcome.AlreadyExists(await FindExistingAsync(transaction, job, cancellationToken));
        }

        string[] buckets = [.. shards.Select(shard => Convert.ToHexString(shard.Bucket))];
        List<KeyValuePair<ReportId, ReportError>> rejected = [];
        for (int i = 0; i < ids.Length; i++)
        {
            // Removing finds the second of two equal IDs in one request, too.
            bool isFresh = taken.Remove(ids[i]);
            if (collected.Contains(buckets[accepted[i].BucketIndex]))
            {
                rejected.Add(new(accepted[i].Id, ReportError.BatchCollected));
            }
            else if (!isFresh)
            {
                rejected.Add(new(accepted[i].Id, ReportError.ReportReplayed));
            }
        }

        if (rejected.Count > 0)
        {
            transaction.RollBack();
            return new HelperCommitOutcome.Changed(rejected);
        }

        if (shards.Count > 0)
        {
            await using NpgsqlBatch batch = transaction.Batch();
            batch.AddInsertShards(job.TaskKey, shards, sealedShares);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        return new HelperCommitOutcome.Committed();
    }

    private static void AddInsert(NpgsqlBatch batch, HelperAggregationJob job, DateTimeOffset now) =>
        batch.Add(InsertSql)
            .With(job.TaskKey)
            .With(Uuid.Of(job.Id))
            .With((short)job.State, NpgsqlTypes.NpgsqlDbType.Smallint)
            .With(job.RequestHash)
            .With(job.AggParam)
            .With(job.BatchId?.ToArray())
            .With(job.ReportCount)
            .With(checked((long)job.MinTime))
            .With(checked((long)job.MaxTime))
            .With(job.Response)
            .With(now);

    private static async Task<HelperAggregationJob> FindExistingAsync(
        DatastoreTransaction transaction, HelperAggregationJob job, CancellationToken cancellationToken)
    {
        await using NpgsqlBatch batch = transaction.Batch();
        batch.Add(FindSql).With(job.TaskKey).With(Uuid.Of(job.Id));
        batch.Add(FindByRequestSql).With(job.TaskKey).With(job.RequestHash);
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
        List<HelperAggregationJob> found = await reader.ReadRowsAsync(ReadJob, cancellationToken);
        found.AddRange(await reader.ReadNextAsync(ReadJob, cancellationToken));
        return found[0];
    }

    private static HelperAggregationJob ReadJob(NpgsqlDataReader row) => new()
    {
        TaskKey = row.GetInt32(0),
        Id = Uuid.To<AggregationJobId>(row.GetGuid(1)),
        State = (AggregationJobState)row.GetInt16(2),
        RequestHash = row.Bytes(3),
        AggParam = row.Bytes(4),
        BatchId = row.BytesOrNull(5) is { } batchId ? BatchId.FromBytes(batchId) : null,
        ReportCount = row.GetInt32(6),
        MinTime = (ulong)row.GetInt64(7),
        MaxTime = (ulong)row.GetInt64(8),
        Response = row.BytesOrNull(9),
        CreatedAt = row.Instant(10),
    };
}
