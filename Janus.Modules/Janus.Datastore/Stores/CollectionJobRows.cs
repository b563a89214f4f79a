using Janus.Messages;
using Npgsql;

namespace Janus.Datastore;

/// <summary>Reading rows of <c>collection_jobs</c>, and waking them.</summary>
internal static class CollectionJobRows
{
    /// <summary>The columns that <see cref="Read"/> expects, in their order: none that is encrypted.</summary>
    public const string Columns = """
        c.task_key, c.collection_job_id, c.request, c.request_hash, c.state, c.first_bucket, c.last_bucket,
        c.agg_param, c.report_count, c.checksum, c.interval_start, c.interval_duration, c.response,
        c.problem_type, c.problem_detail, c.created_at, c.finished_at, c.helper_location, c.closed_at
        """;

    private static readonly string WakeSql = $"""
        -- CollectionJobRows.Wake
        WITH asleep AS MATERIALIZED (
            SELECT collection_job_id FROM collection_jobs
            WHERE task_key = $1 AND state = {CollectionJobState.Waiting:d} AND next_attempt_at > $2
            ORDER BY collection_job_id -- one order for everyone, so that two cannot deadlock
            FOR UPDATE
        )
        UPDATE collection_jobs AS c SET next_attempt_at = $2
        FROM asleep WHERE c.task_key = $1 AND c.collection_job_id = asleep.collection_job_id
        """;

    /// <summary>Lets the task's waiting collection jobs look at their batches again; the last statement of its transaction.</summary>
    public static void AddWakeCollectionJobs(this NpgsqlBatch batch, int taskKey, DateTimeOffset now) =>
        batch.Add(WakeSql).With(taskKey).With(now);

    public static CollectionJob Read(NpgsqlDataReader row) =>
        new()
        {
            TaskKey = row.GetInt32(0),
            Id = Uuid.To<CollectionJobId>(row.GetGuid(1)),
            Request = row.Bytes(2),
            RequestHash = row.Bytes(3),
            State = (CollectionJobState)row.GetInt16(4),
            Range = row.BytesOrNull(5) is { } first ? new BatchRange(first, row.Bytes(6)) : null,
            AggParam = row.Bytes(7),
            ReportCount = row.LongOrNull(8),
            Checksum = row.BytesOrNull(9),
            Interval = row.LongOrNull(10) is { } start
                ? new Interval(new Time(unchecked((ulong)start)), new Duration(unchecked((ulong)row.GetInt64(11))))
                : null,
            Response = row.BytesOrNull(12),
            ProblemType = row.TextOrNull(13),
            ProblemDetail = row.TextOrNull(14),
            CreatedAt = row.Instant(15),
            FinishedAt = row.InstantOrNull(16),
            HelperLocation = row.TextOrNull(17),
            ClosedAt = row.InstantOrNull(18),
        };
}
