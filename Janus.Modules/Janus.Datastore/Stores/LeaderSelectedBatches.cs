using Npgsql;

namespace Janus.Datastore;

/// <summary>Reading <c>leader_selected_batches</c> for the creation of aggregation jobs.</summary>
internal static class LeaderSelectedBatches
{
    private static readonly string OpenSql = $"""
        -- LeaderSelectedBatches.Open
        SELECT batch_id, time_window, assigned_count FROM leader_selected_batches AS b
        WHERE task_key = $1 AND collection_job_id IS NULL AND failed_collections = 0 AND assigned_count < $2
            AND time_window IS NULL AND agg_param = $3 AND {IsLive("$4")}
        ORDER BY batch_id FOR UPDATE
        """;

    private static readonly string OpenOfWindowsSql = $"""
        -- LeaderSelectedBatches.OpenOfWindows
        SELECT batch_id, time_window, assigned_count FROM leader_selected_batches AS b
        WHERE task_key = $1 AND collection_job_id IS NULL AND failed_collections = 0 AND assigned_count < $2
            AND time_window = ANY ($5) AND agg_param = $3 AND {IsLive("$4")}
        ORDER BY batch_id FOR UPDATE
        """;

    private static readonly string HasFullSql = $"""
        -- LeaderSelectedBatches.HasFull
        SELECT EXISTS (SELECT FROM leader_selected_batches AS b
            WHERE task_key = $1 AND collection_job_id IS NULL AND failed_collections = 0 AND assigned_count >= $2 AND agg_param = $3
                AND {IsLive("$4")})
        """;

    /// <summary>
    /// The condition that a row of <c>leader_selected_batches</c> has not expired: its newest aggregated report is not before the time of the
    /// parameter. Without any, reports of it are being aggregated, or all have given their room back: otherwise its shares
    /// have been deleted, and its row will follow.
    /// </summary>
    public static string IsLive(string firstLiveTime, string batch = "b") =>
        $"""
        ({firstLiveTime} <= 0 OR {firstLiveTime} <= coalesce((
            SELECT max(s.max_time) FROM batch_bucket_shards AS s
            WHERE s.task_key = {batch}.task_key AND s.bucket = {batch}.batch_id),
            CASE WHEN {batch}.assigned_count = 0 OR EXISTS (SELECT FROM aggregation_jobs AS u
                WHERE u.task_key = {batch}.task_key AND u.batch_id = {batch}.batch_id AND u.state IN {UnfinishedAggregationJobs.States})
            THEN {long.MaxValue} ELSE -1 END))
        """;

    /// <summary>How many reports a batch of the task is filled up to.</summary>
    public static long TargetOf(DapTask task) =>
        (long)Math.Clamp(task.TargetBatchSize ?? task.Configuration.MinBatchSize, 1, long.MaxValue);

    /// <summary>
    /// The batches of an aggregation parameter below the target that may take reports of these times: none that a
    /// collection has failed on, since that might happen again, and none that has expired. The rows stay locked, so that no collection job selects
    /// a batch while it is being filled.
    /// </summary>
    public static async Task<List<OpenBatch>> ReadOpenAsync(
        DatastoreTransaction transaction,
        DapTask task,
        byte[] aggParam,
        long target,
        List<WaitingReport> waiting,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = transaction.Command(task.BatchTimeWindow is null ? OpenSql : OpenOfWindowsSql)
            .With(task.Key).With(target).With(aggParam).With(ReportExpiry.AsStored(task.FirstLiveTime(now)));
        if (task.BatchTimeWindow is { } length)
        {
            command.With(
                waiting.Select(report => AggregationJobPlan.WindowOf(report.Time, length)!.Value).Distinct().ToArray(),
                CommandExtensions.BigintArray);
        }

        return await command.ReadAllAsync(
            row => new OpenBatch(row.Bytes(0), row.LongOrNull(1), row.GetInt64(2)), cancellationToken);
    }

    /// <summary>
    /// Whether a batch of the aggregation parameter has reached the target and is still to be collected. One that a
    /// collection has failed on does not count, or it would hold up all others.
    /// </summary>
    public static async Task<bool> HasFullAsync(
        DatastoreTransaction transaction, DapTask task, byte[] aggParam, long target, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = transaction.Command(HasFullSql).With(task.Key).With(target).With(aggParam)
            .With(ReportExpiry.AsStored(task.FirstLiveTime(now)));
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
