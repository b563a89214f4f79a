using Janus.Messages;
using Npgsql;

namespace Janus.Datastore;

/// <summary>The transaction that puts a task's waiting reports into aggregation jobs.</summary>
internal static class AggregationJobCreation
{
    public const int ReportsPerTransaction = 10_000;

    private const string WaitingSql = """
        -- AggregationJobCreation.Waiting
        SELECT report_id, report_time, received_at FROM unaggregated_reports
        WHERE task_key = $1 AND aggregation_job_id IS NULL AND received_at <= $2 AND report_time >= $4
        ORDER BY received_at, report_id LIMIT $3
        """;

    private static readonly string CollectionsSql = $"""
        -- AggregationJobCreation.Collections
        SELECT first_bucket, last_bucket FROM collection_jobs
        WHERE task_key = $1 AND state = {CollectionJobState.Waiting:d}
        """;

    private static readonly string InsertJobsSql = $"""
        -- AggregationJobCreation.InsertJobs
        INSERT INTO aggregation_jobs (task_key, aggregation_job_id, state, agg_param, batch_id, step, report_count,
            min_time, max_time, created_at, lease_expiry, lease_attempts)
        SELECT $1, j.id, {AggregationJobState.InProgress:d}, $8, j.batch_id, 0, j.report_count,
            j.min_time, j.max_time, $7, $7, 0
        FROM unnest($2::uuid[], $3::bytea[], $4::int[], $5::bigint[], $6::bigint[])
            AS j (id, batch_id, report_count, min_time, max_time)
        """;

    // With the values before its eyes, the planner prefers to sort or to hash all reports of the task.
    private const string PlanByIndexSql = """
        -- AggregationJobCreation.PlanByIndex
        SET LOCAL plan_cache_mode = force_generic_plan
        """;

    private const string AssignSql = """
        -- AggregationJobCreation.Assign
        UPDATE unaggregated_reports AS r SET aggregation_job_id = a.job_id, ord = a.ord
        FROM unnest($2::uuid[], $3::uuid[], $4::int[]) AS a (report_id, job_id, ord)
        WHERE r.task_key = $1 AND r.report_id = a.report_id
        """;

    private const string CountBatchesSql = """
        -- AggregationJobCreation.CountBatches
        INSERT INTO leader_selected_batches (task_key, batch_id, time_window, assigned_count, created_at, agg_param)
        SELECT $1, b.batch_id, b.time_window, b.added, $5, $6
        FROM unnest($2::bytea[], $3::bigint[], $4::bigint[]) AS b (batch_id, time_window, added)
        ON CONFLICT (task_key, batch_id)
            DO UPDATE SET assigned_count = leader_selected_batches.assigned_count + excluded.assigned_count
        """;

    public static async Task<int> RunAsync(
        DatastoreTransaction transaction,
        DapTask task,
        AggregationJobLimits limits,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        if (!await TryBeginAsync(transaction, task.Key, cancellationToken))
        {
            return 0;
        }

        // A multiple of the maximum, so that only the newest reports can be left over.
        int most = Math.Max(1, ReportsPerTransaction / limits.MaximumReports) * limits.MaximumReports;
        await using NpgsqlCommand command = transaction.Command(WaitingSql).With(task.Key).With(now).With(most)
            .With(ReportExpiry.AsStored(task.FirstLiveTime(now)));
        List<WaitingReport> waiting = await command.ReadAllAsync(
            row => new WaitingReport(row.GetGuid(0), (ulong)row.GetInt64(1), row.Instant(2)), cancellationToken);
        if (waiting.Count == 0)
        {
            return 0;
        }

        List<PlannedJob> jobs = await PlanAsync(transaction, task, limits, now, waiting, cancellationToken);
        if (jobs.Count > 0)
        {
            await WriteAsync(transaction, task.Key, [], jobs, waiting.Count == most, now, cancellationToken);
        }

        return jobs.Count;
    }

    /// <summary>Begins a transaction that makes jobs of a task. False when another creator works on the task.</summary>
    public static async Task<bool> TryBeginAsync(DatastoreTransaction transaction, int taskKey, CancellationToken cancellationToken)
    {
        await using NpgsqlBatch batch = transaction.Batch();
        batch.AddTryCreation(taskKey);
        batch.Add(PlanByIndexSql);
        return (bool)(await batch.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<List<PlannedJob>> PlanAsync(
        DatastoreTransaction transaction,
        DapTask task,
        AggregationJobLimits limits,
        DateTimeOffset now,
        List<WaitingReport> waiting,
        CancellationToken cancellationToken)
    {
        bool isTimeInterval = task.Configuration.BatchMode == BatchMode.TimeInterval;
        List<BatchRange?> collections = await ReadCollectionsAsync(transaction, task, isTimeInterval, now, cancellationToken);
        AggregationJobPlan plan = new(limits, (rest, batch) =>
            rest[0].ReceivedAt <= now - limits.MaximumDelay
            || (isTimeInterval
                ? collections.Exists(range => rest.Any(report => range!.Contains(BatchRange.BucketOf(report.Time))))
                : collections.Count > 0 && (ulong)(batch!.AssignedCount + rest.Count) >= task.Configuration.MinBatchSize));
        if (isTimeInterval)
        {
            return plan.OfIntervals(waiting);
        }

        long target = LeaderSelectedBatches.TargetOf(task);
        List<OpenBatch> open = await LeaderSelectedBatches.ReadOpenAsync(transaction, task, [], target, waiting, now, cancellationToken);
        return plan.OfBatches(waiting, open, task.BatchTimeWindow, target);
    }

    // The batches of collection jobs that reports may complete; null where the Leader has not chosen one.
    private static async Task<List<BatchRange?>> ReadCollectionsAsync(
        DatastoreTransaction transaction, DapTask task, bool isTimeInterval, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = transaction.Command(CollectionsSql).With(task.Key);
        List<BatchRange?> collections = await command.ReadAllAsync(
            row => row.IsDBNull(0) ? null : new BatchRange(row.Bytes(0), row.Bytes(1)), cancellationToken);
        List<BatchRange?> completable = [];
        foreach (BatchRange? range in collections)
        {
            bool mayBeComplete = isTimeInterval
                ? range is not null && await HasEnoughAsync(transaction, task, range, now, cancellationToken)
                : range is null;
            if (mayBeComplete)
            {
                completable.Add(range);
            }
        }

        return completable;
    }

    /// <summary>Whether the reports of an interval, aggregated or not, are as many as a batch needs.</summary>
    public static async Task<bool> HasEnoughAsync(
        DatastoreTransaction transaction, DapTask task, BatchRange range, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using NpgsqlBatch batch = transaction.Batch();
        batch.AddPending(task.Key, range, task.FirstLiveTime(now));
        batch.AddCount(task.Key, range);
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
        long pending = (await reader.ReadRowsAsync(row => row.GetInt64(0), cancellationToken))[0];
        long aggregated = (await reader.ReadNextAsync(row => row.GetInt64(0), cancellationToken))[0];
        return pending >= BatchStore.PendingLimit || (ulong)(aggregated + pending) >= task.Configuration.MinBatchSize;
    }

    /// <summary>Stores jobs of one aggregation parameter; <paramref name="mayHaveMore"/> lets the creator look again.</summary>
    public static async Task WriteAsync(
        DatastoreTransaction transaction,
        int taskKey,
        byte[] aggParam,
        List<PlannedJob> jobs,
        bool mayHaveMore,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using NpgsqlBatch batch = transaction.Batch();
        batch.Add(InsertJobsSql)
            .With(taskKey)
            .With(jobs.Select(job => job.Id).ToArray(), CommandExtensions.UuidArray)
            .With(jobs.Select(job => job.Batch?.Id).ToArray(), CommandExtensions.ByteaArray)
            .With(jobs.Select(job => job.Reports.Count).ToArray(), CommandExtensions.IntArray)
            .With(jobs.Select(job => (long)job.Reports.Min(report => report.Time)).ToArray(), CommandExtensions.BigintArray)
            .With(jobs.Select(job => (long)job.Reports.Max(report => report.Time)).ToArray(), CommandExtensions.BigintArray)
            .With(now)
            .With(aggParam);
        batch.Add(AssignSql)
            .With(taskKey)
            .With(jobs.SelectMany(job => job.Reports.Select(report => report.Id)).ToArray(), CommandExtensions.UuidArray)
            .With(jobs.SelectMany(job => Enumerable.Repeat(job.Id, job.Reports.Count)).ToArray(), CommandExtensions.UuidArray)
            .With(jobs.SelectMany(job => Enumerable.Range(0, job.Reports.Count)).ToArray(), CommandExtensions.IntArray);
        AddCounts(batch, taskKey, aggParam, jobs, now);
        batch.AddNotify(WorkKind.AggregationJobs);
        if (mayHaveMore)
        {
            batch.AddNotify(WorkKind.Reports);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void AddCounts(
        NpgsqlBatch batch, int taskKey, byte[] aggParam, List<PlannedJob> jobs, DateTimeOffset now)
    {
        (OpenBatch Batch, long Added)[] filled = [.. jobs
            .Where(job => job.Batch is not null)
            .GroupBy(job => job.Batch!)
            .Select(group => (group.Key, group.Sum(job => (long)job.Reports.Count)))];
        if (filled.Length == 0)
        {
            return;
        }

        batch.Add(CountBatchesSql)
            .With(taskKey)
            .With(filled.Select(batchOf => batchOf.Batch.Id).ToArray(), CommandExtensions.ByteaArray)
            .With(filled.Select(batchOf => batchOf.Batch.TimeWindow).ToArray(), CommandExtensions.BigintArray)
            .With(filled.Select(batchOf => batchOf.Added).ToArray(), CommandExtensions.BigintArray)
            .With(now)
            .With(aggParam);
    }
}
