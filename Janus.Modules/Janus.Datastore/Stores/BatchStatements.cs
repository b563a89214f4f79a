using Npgsql;

namespace Janus.Datastore;

/// <summary>The questions about a batch that reading it and marking it collected have in common.</summary>
internal static class BatchStatements
{
    private const string PendingInIntervalSql = """
        -- BatchStatements.PendingInInterval
        SELECT count(*) FROM (
            -- Each half has an index of its own. What has expired without a job is never aggregated.
            SELECT FROM unaggregated_reports
            WHERE task_key = $1 AND report_time BETWEEN GREATEST($2, $5) AND $3 AND aggregation_job_id IS NULL
            UNION ALL
            SELECT FROM unaggregated_reports
            WHERE task_key = $1 AND report_time BETWEEN $2 AND $3 AND aggregation_job_id IS NOT NULL
            LIMIT $4) AS pending
        """;

    private static readonly string PendingInBatchSql = $"""
        -- BatchStatements.PendingInBatch
        SELECT LEAST(coalesce(sum(report_count), 0), $3)::bigint FROM aggregation_jobs
        WHERE task_key = $1 AND batch_id = $2 AND state IN {UnfinishedAggregationJobs.States}
        """;

    private const string IsCollectedSql = """
        -- BatchStatements.IsCollected
        SELECT EXISTS (
            SELECT FROM (
                -- Collected batches are disjoint, so only the last one that begins before the end can overlap.
                SELECT last_bucket FROM collected_batches
                WHERE task_key = $1 AND first_bucket <= $3
                ORDER BY first_bucket DESC LIMIT 1) AS nearest
            WHERE nearest.last_bucket >= $2)
        """;

    private const string CountSql = """
        -- BatchStatements.Count
        SELECT coalesce(sum(report_count), 0)::bigint FROM batch_bucket_shards
        WHERE task_key = $1 AND bucket BETWEEN $2 AND $3
        """;

    private const string FingerprintSql = """
        -- BatchStatements.Fingerprint
        SELECT sha256(coalesce(
            string_agg(uuid_send(aggregation_job_id) || checksum, ''::bytea ORDER BY bucket, aggregation_job_id), ''::bytea))
        FROM batch_bucket_shards
        WHERE task_key = $1 AND bucket BETWEEN $2 AND $3
        """;

    private const string HasOtherAggParamSql = """
        -- BatchStatements.HasOtherAggParam
        SELECT EXISTS (
            SELECT FROM batch_bucket_shards AS s
            JOIN aggregation_jobs AS j ON j.task_key = s.task_key AND j.aggregation_job_id = s.aggregation_job_id
            WHERE s.task_key = $1 AND s.bucket BETWEEN $2 AND $3 AND j.agg_param <> $4)
        """;

    private const string MarkCollectedSql = """
        -- BatchStatements.MarkCollected
        INSERT INTO collected_batches (task_key, first_bucket, last_bucket, collected_at) VALUES ($1, $2, $3, $4)
        """;

    /// <summary>How many reports of the batch the Leader has not aggregated yet or has to settle with the Helper: one number.</summary>
    public static void AddPending(this NpgsqlBatch batch, int taskKey, BatchRange range, ulong firstLiveTime)
    {
        if (range.IsTimeInterval)
        {
            // No stored time is above 2^63 - 1.
            batch.Add(PendingInIntervalSql)
                .With(taskKey)
                .With((long)Math.Min(range.FirstTime, long.MaxValue))
                .With((long)Math.Min(range.LastTime, long.MaxValue))
                .With(BatchStore.PendingLimit)
                .With(ReportExpiry.AsStored(firstLiveTime));
        }
        else
        {
            batch.Add(PendingInBatchSql).With(taskKey).With(range.FirstBucket).With(BatchStore.PendingLimit);
        }
    }

    /// <summary>Whether a bucket of the batch is collected: one boolean.</summary>
    public static void AddIsCollected(this NpgsqlBatch batch, int taskKey, BatchRange range) =>
        batch.Add(IsCollectedSql).With(taskKey).With(range.FirstBucket).With(range.LastBucket);

    /// <summary>Whether a report of the batch was aggregated with another aggregation parameter: one boolean.</summary>
    public static void AddHasOtherAggParam(this NpgsqlBatch batch, int taskKey, BatchRange range, byte[] aggParam) =>
        batch.Add(HasOtherAggParamSql).With(taskKey).With(range.FirstBucket).With(range.LastBucket).With(aggParam);

    /// <summary>How many reports of the batch are aggregated: one number.</summary>
    public static void AddCount(this NpgsqlBatch batch, int taskKey, BatchRange range) =>
        batch.Add(CountSql).With(taskKey).With(range.FirstBucket).With(range.LastBucket);

    /// <summary>A hash over the jobs and checksums of the batch, to compare with <see cref="StoredBatch.Fingerprint"/>.</summary>
    public static void AddFingerprint(this NpgsqlBatch batch, int taskKey, BatchRange range) =>
        batch.Add(FingerprintSql).With(taskKey).With(range.FirstBucket).With(range.LastBucket);

    public static void AddMarkCollected(this NpgsqlBatch batch, int taskKey, BatchRange range, DateTimeOffset now) =>
        batch.Add(MarkCollectedSql).With(taskKey).With(range.FirstBucket).With(range.LastBucket).With(now);
}
