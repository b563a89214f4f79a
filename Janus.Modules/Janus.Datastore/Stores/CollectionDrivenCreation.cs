using Janus.Messages;
using Npgsql;

namespace Janus.Datastore;

/// <summary>
/// The transaction that puts a task's reports into aggregation jobs with the aggregation parameters of waiting collection
/// jobs: DAP §4.5.2 (eager-aggregation) tells why not before.
/// </summary>
internal static class CollectionDrivenCreation
{
    private static readonly string CollectionsSql = $"""
        -- CollectionDrivenCreation.Collections
        SELECT collection_job_id, agg_param, first_bucket, last_bucket, claimed_at IS NOT NULL, closed_at IS NOT NULL
        FROM collection_jobs
        WHERE task_key = $1 AND state = {CollectionJobState.Waiting:d}
        ORDER BY claimed_at NULLS LAST, created_at, collection_job_id
        """;

    // Reports are being aggregated for the job, so it stays before an older one that gets enough reports only later.
    private const string ClaimSql = """
        -- CollectionDrivenCreation.Claim
        UPDATE collection_jobs SET claimed_at = $3 WHERE task_key = $1 AND collection_job_id = $2 AND claimed_at IS NULL
        """;

    private const string WaitingInIntervalSql = """
        -- CollectionDrivenCreation.WaitingInInterval
        SELECT report_id, report_time, received_at FROM unaggregated_reports
        WHERE task_key = $1 AND report_time BETWEEN $2 AND $3 AND aggregation_job_id IS NULL AND received_at <= $4
        ORDER BY report_time, report_id LIMIT $5
        """;

    private const string WaitingSql = """
        -- CollectionDrivenCreation.Waiting
        SELECT report_id, report_time, received_at FROM unaggregated_reports
        WHERE task_key = $1 AND aggregation_job_id IS NULL AND received_at <= $2 AND report_time >= $4
        ORDER BY received_at, report_id LIMIT $3
        """;

    public static async Task<int> RunAsync(
        DatastoreTransaction transaction,
        DapTask task,
        Func<byte[], AggregationJobLimits> limits,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        if (!await AggregationJobCreation.TryBeginAsync(transaction, task.Key, cancellationToken))
        {
            return 0;
        }

        await using NpgsqlCommand command = transaction.Command(CollectionsSql).With(task.Key);
        List<WaitingCollection> collections = await command.ReadAllAsync(
            row => new WaitingCollection(
                row.GetGuid(0),
                row.Bytes(1),
                row.IsDBNull(2) ? null : new BatchRange(row.Bytes(2), row.Bytes(3)),
                row.GetBoolean(4),
                row.GetBoolean(5)),
            cancellationToken);
        List<WaitingCollection> before = [];
        int created = 0;
        foreach (WaitingCollection collection in collections)
        {
            // What an earlier collection job has taken, the next one does not see any more.
            AggregationJobPlan plan = new(limits(collection.AggParam), (_, _) => true);
            (List<PlannedJob> jobs, bool mayHaveMore) = (task.Configuration.BatchMode, collection.Range) switch
            {
                (BatchMode.TimeInterval, { } interval) when await MayTakeAsync(transaction, task, collection, interval, before, now, cancellationToken) =>
                    await PlanIntervalAsync(transaction, task, plan, interval, now, cancellationToken),
                (BatchMode.LeaderSelected, null) => await PlanBatchAsync(transaction, task, plan, collection.AggParam, now, cancellationToken),
                _ => ([], false), // its batch is chosen
            };
            if (jobs.Count > 0)
            {
                await AggregationJobCreation.WriteAsync(transaction, task.Key, collection.AggParam, jobs, mayHaveMore, now, cancellationToken);
                await ClaimAsync(transaction, task.Key, collection, now, cancellationToken);
            }

            created += jobs.Count;
        }

        return created;
    }

    // A job that can only fail takes no reports, nor does one that overlaps an earlier one of another parameter: both would
    // fail with their reports spent. Those that may take them are added to the earlier ones.
    private static async Task<bool> MayTakeAsync(
        DatastoreTransaction transaction,
        DapTask task,
        WaitingCollection collection,
        BatchRange interval,
        List<WaitingCollection> before,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        if (before.Exists(other => other.Range!.Overlaps(interval) && !other.AggParam.AsSpan().SequenceEqual(collection.AggParam))
            || !await AggregationJobCreation.HasEnoughAsync(transaction, task, interval, now, cancellationToken))
        {
            return false;
        }

        (bool isCollected, bool hasOtherAggParam) = await CollectionJobStore.CheckAsync(
            transaction, task.Key, interval, collection.AggParam, cancellationToken);
        if ((isCollected && !collection.IsClosed) || hasOtherAggParam)
        {
            return false;
        }

        before.Add(collection);
        return true;
    }

    private static async Task ClaimAsync(
        DatastoreTransaction transaction, int taskKey, WaitingCollection collection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!collection.IsClaimed && collection.Range is not null)
        {
            await using NpgsqlCommand command = transaction.Command(ClaimSql).With(taskKey).With(collection.Id).With(now);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static async Task<(List<PlannedJob> Jobs, bool MayHaveMore)> PlanIntervalAsync(
        DatastoreTransaction transaction,
        DapTask task,
        AggregationJobPlan plan,
        BatchRange interval,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        const int most = AggregationJobCreation.ReportsPerTransaction;
        await using NpgsqlCommand command = transaction.Command(WaitingInIntervalSql)
            .With(task.Key)
            .With(ReportExpiry.AsStored(Math.Max(interval.FirstTime, task.FirstLiveTime(now))))
            .With((long)Math.Min(interval.LastTime, long.MaxValue))
            .With(now)
            .With(most);
        List<WaitingReport> waiting = await ReadAsync(command, cancellationToken);
        return (plan.OfIntervals(waiting), waiting.Count == most);
    }

    // The parameter's fullest batch comes first; without one, the time window of the oldest report that has enough.
    private static async Task<(List<PlannedJob> Jobs, bool MayHaveMore)> PlanBatchAsync(
        DatastoreTransaction transaction,
        DapTask task,
        AggregationJobPlan plan,
        byte[] aggParam,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        long target = LeaderSelectedBatches.TargetOf(task);
        if (await LeaderSelectedBatches.HasFullAsync(transaction, task, aggParam, target, now, cancellationToken))
        {
            return ([], false);
        }

        const int most = AggregationJobCreation.ReportsPerTransaction;
        await using NpgsqlCommand command = transaction.Command(WaitingSql).With(task.Key).With(now).With(most)
            .With(ReportExpiry.AsStored(task.FirstLiveTime(now)));
        List<WaitingReport> waiting = await ReadAsync(command, cancellationToken);
        List<OpenBatch> open = await LeaderSelectedBatches.ReadOpenAsync(
            transaction, task, aggParam, target, waiting, now, cancellationToken);
        ILookup<long?, WaitingReport> windows = waiting.ToLookup(report => AggregationJobPlan.WindowOf(report.Time, task.BatchTimeWindow));
        bool isCut = waiting.Count == most;
        OpenBatch? batch = open.OrderByDescending(some => some.AssignedCount)
            .Concat(windows.Select(window => new OpenBatch(BatchId.Random().ToArray(), window.Key, 0)))
            .FirstOrDefault(some => isCut || (ulong)(some.AssignedCount + windows[some.TimeWindow].Count()) >= task.Configuration.MinBatchSize);
        return batch is null ? ([], false) : (plan.OfBatch([.. windows[batch.TimeWindow]], batch, target), isCut && batch.AssignedCount < target);
    }

    private static Task<List<WaitingReport>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken) =>
        command.ReadAllAsync(row => new WaitingReport(row.GetGuid(0), (ulong)row.GetInt64(1), row.Instant(2)), cancellationToken);

    private sealed record WaitingCollection(Guid Id, byte[] AggParam, BatchRange? Range, bool IsClaimed, bool IsClosed);
}
