using Janus.Messages;
using Npgsql;

namespace Janus.Datastore;

/// <summary>The transaction that puts a task's waiting reports into aggregation jobs.</summary>
internal static class AggregationJobCreation
{
    private const int ReportsPerTransaction = 10_000;

    private const string WaitingSql = """
        -- AggregationJobCreation.Waiting
        SELECT report_id, report_time, received_at FROM unaggregated_reports
        WHERE task_key = $1 AND aggregation_job_id IS NULL
        ORDER BY received_at, report_id LIMIT $2
        """;

    private static readonly string CollectionsSql = $"""
        -- AggregationJobCreation.Collections
        SELECT first_bucket, last_bucket FROM collection_jobs
        WHERE task_key = $1 AND state = {CollectionJobState.Waiting:d}
        """;

    private const string OpenBatchesSql = """
        -- AggregationJobCreation.OpenBatches
        SELECT batch_id, time_window, assigned_count FROM leader_selected_batches
        WHERE task_key = $1 AND collection_job_id IS NULL AND assigned_count < $2 AND time_window IS NULL
        ORDER BY batch_id FOR UPDATE
        """;

    private const string OpenBatchesOfWindowsSql = """
        -- AggregationJobCreation.OpenBatchesOfWindows
        SELECT batch_id, time_window, assigned_count FROM leader_selected_batches
        WHERE task_key = $1 AND collection_job_id IS NULL AND assigned_count < $2 AND time_window = ANY ($3)
        ORDER BY batch_id FOR UPDATE
        """;

    private static readonly string InsertJobsSql = $"""
        -- AggregationJobCreation.InsertJobs
        INSERT INTO aggregation_jobs (task_key, aggregation_job_id, state, agg_param, batch_id, step, report_count,
            min_time, max_time, created_at, lease_expiry, lease_attempts)
        SELECT $1, j.id, {AggregationJobState.InProgress:d}, ''::bytea, j.batch_id, 0, j.report_count,
            j.min_time, j.max_time, $7, $7, 0
        FROM unnest($2::uuid[], $3::bytea[], $4::int[], $5::bigint[], $6::bigint[])
            AS j (id, batch_id, report_count, min_time, max_time)
        """;

    // With the length of the arrays before its eyes, the planner prefers to hash all reports of the task.
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
        INSERT INTO leader_selected_batches (task_key, batch_id, time_window, assigned_count, created_at)
        SELECT $1, b.batch_id, b.time_window, b.added, $5
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
        if (!await transaction.TryCreationAsync(task.Key, cancellationToken))
        {
            return 0;
        }

        // A multiple of the maximum, so that only the newest reports can be left over.
        int most = Math.Max(1, ReportsPerTransaction / limits.MaximumReports) * limits.MaximumReports;
        await using NpgsqlCommand command = transaction.Command(WaitingSql).With(task.Key).With(most);
        List<WaitingReport> waiting = await command.ReadAllAsync(
            row => new WaitingReport(row.GetGuid(0), (ulong)row.GetInt64(1), row.Instant(2)), cancellationToken);
        if (waiting.Count == 0)
        {
            return 0;
        }

        List<PlannedJob> jobs = await PlanAsync(transaction, task, limits, now, waiting, cancellationToken);
        if (jobs.Count > 0)
        {
            await WriteAsync(transaction, task.Key, jobs, waiting.Count == most, now, cancellationToken);
        }

        return jobs.Count;
    }

    private static async Task<List<PlannedJob>> PlanAsync(
        DatastoreTransaction transaction,
        DapTask task,
        AggregationJobLimits limits,
        DateTimeOffset now,
        List<WaitingReport> waiting,
        CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = transaction.Command(CollectionsSql).With(task.Key);
        List<BatchRange?> collections = await command.ReadAllAsync(
            row => row.IsDBNull(0) ? null : new BatchRange(row.Bytes(0), row.Bytes(1)), cancellationToken);
        bool isTimeInterval = task.Configuration.BatchMode == BatchMode.TimeInterval;
        AggregationJobPlan plan = new(limits, rest =>
            rest[0].ReceivedAt <= now - limits.MaximumDelay
            || collections.Exists(range => isTimeInterval
                ? range is not null && rest.Any(report => range.Contains(BatchRange.BucketOf(report.Time)))
                : range is null));
        if (isTimeInterval)
        {
            return plan.OfIntervals(waiting);
        }

        long target = (long)Math.Clamp(task.TargetBatchSize ?? task.Configuration.MinBatchSize, 1, long.MaxValue);
        List<OpenBatch> open = await ReadOpenAsync(transaction, task, target, waiting, cancellationToken);
        return plan.OfBatches(waiting, open, task.BatchTimeWindow, target);
    }

    // The rows stay locked, so that no collection job selects a batch while it is being filled.
    private static async Task<List<OpenBatch>> ReadOpenAsync(
        DatastoreTransaction transaction,
        DapTask task,
        long target,
        List<WaitingReport> waiting,
        CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = task.BatchTimeWindow is { } length
            ? transaction.Command(OpenBatchesOfWindowsSql).With(task.Key).With(target).With(
                waiting.Select(report => AggregationJobPlan.WindowOf(report.Time, length)!.Value).Distinct().ToArray(),
                CommandExtensions.BigintArray)
            : transaction.Command(OpenBatchesSql).With(task.Key).With(target);
        return await command.ReadAllAsync(
            row => new OpenBatch(row.Bytes(0), row.LongOrNull(1), row.GetInt64(2)), cancellationToken);
    }

    private static async Task WriteAsync(
        DatastoreTransaction transaction,
        int taskKey,
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
            .With(now);
        batch.Add(PlanByIndexSql);
        batch.Add(AssignSql)
            .With(taskKey)
            .With(jobs.SelectMany(job => job.Reports.Select(report => report.Id)).ToArray(), CommandExtensions.UuidArray)
            .With(jobs.SelectMany(job => Enumerable.Repeat(job.Id, job.Reports.Count)).ToArray(), CommandExtensions.UuidArray)
            .With(jobs.SelectMany(job => Enumerable.Range(0, job.Reports.Count)).ToArray(), CommandExtensions.IntArray);
        AddCounts(batch, taskKey, jobs, now);
        batch.AddNotify(WorkKind.AggregationJobs);
        if (mayHaveMore)
        {
            batch.AddNotify(WorkKind.Reports);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void AddCounts(NpgsqlBatch batch, int taskKey, List<PlannedJob> jobs, DateTimeOffset now)
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
            .With(now);
    }
}
