using Janus.Messages;
using Npgsql;
using NpgsqlTypes;

namespace Janus.Datastore;

/// <summary>What an operator wants to know of a task: what became of its reports, what waits, and how the peer was met last.</summary>
public sealed class TaskStatusStore
{
    /// <summary>The most waiting reports that are counted one by one.</summary>
    public const int MaximumReports = 100_000;

    private const string RecordContactsSql = """
        -- TaskStatusStore.RecordContacts
        INSERT INTO peer_contacts AS c (task_key, contact_at, error_at, error)
        SELECT t.* FROM unnest($1::int[], $2::timestamptz[], $3::timestamptz[], $4::text[]) AS t (task_key, contact_at, error_at, error)
        ORDER BY t.task_key -- one order for everyone, so that two cannot deadlock
        ON CONFLICT (task_key) DO UPDATE SET
            contact_at = greatest(c.contact_at, excluded.contact_at),
            error = CASE WHEN excluded.error_at >= coalesce(c.error_at, excluded.error_at) THEN excluded.error ELSE c.error END,
            error_at = greatest(c.error_at, excluded.error_at)
        """;

    private const string CountsSql = """
        -- TaskStatusStore.Counts
        SELECT stage, reason, sum(reports)::bigint FROM report_counts WHERE task_key = $1 GROUP BY stage, reason ORDER BY stage, reason
        """;

    private const string ContactSql = """
        -- TaskStatusStore.Contact
        SELECT contact_at, error_at, error FROM peer_contacts WHERE task_key = $1
        """;

    private static readonly string WaitingSql = $"""
        -- TaskStatusStore.Waiting
        SELECT
            (SELECT count(*) FROM (SELECT FROM unaggregated_reports
                WHERE task_key = $1 AND aggregation_job_id IS NULL ORDER BY received_at LIMIT $2) AS unassigned),
            (SELECT least(coalesce(sum(report_count), 0), $2)::bigint FROM aggregation_jobs
                WHERE task_key = $1 AND state IN {UnfinishedAggregationJobs.States})
        """;

    private const string IntervalBucketsSql = """
        -- TaskStatusStore.IntervalBuckets
        WITH aggregated AS MATERIALIZED (
            SELECT bucket, sum(report_count)::bigint AS reports FROM batch_bucket_shards
            WHERE task_key = $1 GROUP BY bucket ORDER BY bucket DESC LIMIT $2
        ), waiting AS MATERIALIZED (
            SELECT int8send(report_time) AS bucket, count(*) AS reports FROM (
                (SELECT report_time FROM unaggregated_reports
                    WHERE task_key = $1 AND aggregation_job_id IS NULL ORDER BY report_time DESC LIMIT $3)
                UNION ALL
                (SELECT report_time FROM unaggregated_reports
                    WHERE task_key = $1 AND aggregation_job_id IS NOT NULL ORDER BY report_time DESC LIMIT $3)) AS newest
            GROUP BY report_time ORDER BY report_time DESC LIMIT $2
        )
        SELECT bucket, coalesce(a.reports, 0), coalesce(w.reports, 0)
        FROM aggregated AS a FULL JOIN waiting AS w USING (bucket) ORDER BY bucket DESC LIMIT $2
        """;

    private static readonly string SelectedBucketsSql = $"""
        -- TaskStatusStore.SelectedBuckets
        WITH waiting AS MATERIALIZED (
            SELECT batch_id AS bucket, sum(report_count)::bigint AS reports, max(max_time) AS newest FROM aggregation_jobs
            WHERE task_key = $1 AND state IN {UnfinishedAggregationJobs.States} AND batch_id IS NOT NULL
            GROUP BY batch_id
        ), aggregated AS MATERIALIZED (
            SELECT bucket, sum(report_count)::bigint AS reports, max(max_time) AS newest FROM batch_bucket_shards
            WHERE task_key = $1 AND octet_length(bucket) = 32 GROUP BY bucket ORDER BY newest DESC LIMIT $2
        )
        SELECT bucket, coalesce(a.reports, 0), coalesce(w.reports, 0)
        FROM aggregated AS a FULL JOIN waiting AS w USING (bucket) ORDER BY greatest(a.newest, w.newest) DESC, bucket LIMIT $2
        """;

    private const string CollectedSql = """
        -- TaskStatusStore.Collected
        SELECT asked.bucket FROM unnest($2::bytea[]) AS asked (bucket)
        CROSS JOIN LATERAL (
            SELECT c.last_bucket FROM collected_batches AS c
            WHERE c.task_key = $1 AND c.first_bucket <= asked.bucket
            ORDER BY c.first_bucket DESC LIMIT 1) AS nearest
        WHERE nearest.last_bucket >= asked.bucket
        """;

    private readonly TransactionRunner _runner;

    internal TaskStatusStore(TransactionRunner runner) => _runner = runner;

    /// <summary>Adds what a process has counted in memory, and how it has met peers, each task and number once.</summary>
    public Task RecordAsync(
        IReadOnlyCollection<ReportCount> counts, IReadOnlyDictionary<int, PeerContact> contacts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentNullException.ThrowIfNull(contacts);
        return counts.Count + contacts.Count == 0 ? Task.CompletedTask : _runner.RunAsync("TaskStatusStore.Record", async (transaction, token) =>
        {
            await using NpgsqlBatch batch = transaction.Batch();
            batch.AddReportCounts(counts);
            if (contacts.Count > 0)
            {
                KeyValuePair<int, PeerContact>[] met = [.. contacts];
                batch.Add(RecordContactsSql)
                    .With(met.Select(pair => pair.Key).ToArray(), CommandExtensions.IntArray)
                    .With(met.Select(pair => pair.Value.ContactAt?.ToUniversalTime()).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz)
                    .With(met.Select(pair => pair.Value.ErrorAt?.ToUniversalTime()).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz)
                    .With(met.Select(pair => pair.Value.Error).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
            }

            return await batch.ExecuteNonQueryAsync(token);
        }, cancellationToken);
    }

    /// <summary>What has become of a task's reports.</summary>
    public Task<TaskCounts> CountAsync(int taskKey, CancellationToken cancellationToken) =>
        _runner.ReadAsync("TaskStatusStore.Count", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(CountsSql).With(taskKey);
            return new TaskCounts(await command.ReadAllAsync(row => ReadCount(row, taskKey), token));
        }, cancellationToken);

    /// <summary>Where a task stands, with its latest buckets. What it costs is bounded by the buckets of the task.</summary>
    public Task<TaskProgress> ReadAsync(DapTask task, int buckets, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        return _runner.ReadAsync("TaskStatusStore.Read", async (transaction, token) =>
        {
            await using NpgsqlBatch batch = transaction.Batch();
            batch.Add(CountsSql).With(task.Key);
            batch.Add(ContactSql).With(task.Key);
            batch.Add(WaitingSql).With(task.Key).With((long)MaximumReports);
            if (task.Configuration.BatchMode == BatchMode.TimeInterval)
            {
                batch.Add(IntervalBucketsSql).With(task.Key).With(buckets).With(MaximumReports);
            }
            else
            {
                batch.Add(SelectedBucketsSql).With(task.Key).With(buckets);
            }

            List<ReportCount> counts;
            PeerContact? peer;
            (long Unassigned, long InJobs) waiting;
            List<(byte[] Bucket, long Aggregated, long Waiting)> found;
            await using (NpgsqlDataReader reader = await batch.ExecuteReaderAsync(token))
            {
                counts = await reader.ReadRowsAsync(row => ReadCount(row, task.Key), token);
                peer = (await reader.ReadNextAsync(
                    row => new PeerContact(row.InstantOrNull(0), row.InstantOrNull(1), row.TextOrNull(2)), token)).SingleOrDefault();
                waiting = (await reader.ReadNextAsync(row => (row.GetInt64(0), row.GetInt64(1)), token))[0];
                found = await reader.ReadNextAsync(row => (row.Bytes(0), row.GetInt64(1), row.GetInt64(2)), token);
            }

            await using NpgsqlCommand command = transaction.Command(CollectedSql)
                .With(task.Key).With(found.Select(bucket => bucket.Bucket).ToArray(), CommandExtensions.ByteaArray);
            HashSet<string> collected = [.. await command.ReadAllAsync(row => Convert.ToHexString(row.Bytes(0)), token)];
            return new TaskProgress
            {
                Counts = new TaskCounts(counts),
                Unassigned = waiting.Unassigned,
                InJobs = waiting.InJobs,
                Peer = peer ?? PeerContact.None,
                Buckets = [.. found.Select(bucket => new TaskBucket(
                    new BatchRange(bucket.Bucket, bucket.Bucket), bucket.Aggregated, bucket.Waiting, collected.Contains(Convert.ToHexString(bucket.Bucket))))],
            };
        }, cancellationToken);
    }

    private static ReportCount ReadCount(NpgsqlDataReader row, int taskKey) => new(
        taskKey, (ReportStage)row.GetInt16(0), row.GetInt16(1) == 0 ? null : (ReportError)row.GetInt16(1), row.GetInt64(2));
}
