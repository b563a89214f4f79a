using Npgsql;

namespace Janus.Datastore;

/// <summary>Tells how much work waits: for metrics, every few seconds.</summary>
/// <remarks>
/// What it costs is bounded however much waits: a few index probes for each task, and as many entries of each queue's index as
/// are counted at most. When there are more, those of some tasks are counted.
/// </remarks>
public sealed class BacklogStore
{
    /// <summary>The most reports that are counted one by one.</summary>
    public const int MaximumReports = 100_000;

    /// <summary>The most jobs of a kind that are counted.</summary>
    public const int MaximumJobs = 10_000;

    private const string CountReportsSql = """
        -- BacklogStore.CountReports
        SELECT counted.reports, CASE WHEN counted.reports < $1 THEN 0 ELSE pg_stat_get_live_tuples('unaggregated_reports'::regclass) END
        FROM (SELECT count(*) AS reports FROM (
            SELECT 1 FROM unaggregated_reports WHERE aggregation_job_id IS NULL
            ORDER BY task_key, received_at, report_id LIMIT $1) AS first_reports) AS counted
        """;

    private const string OldestReportsSql = """
        -- BacklogStore.OldestReports: one index probe for each task, however many reports wait
        WITH RECURSIVE first_report AS (
            (SELECT task_key, received_at FROM unaggregated_reports
                WHERE aggregation_job_id IS NULL ORDER BY task_key, received_at LIMIT 1)
            UNION ALL
            SELECT next_task.* FROM first_report CROSS JOIN LATERAL (
                SELECT r.task_key, r.received_at FROM unaggregated_reports AS r
                WHERE r.aggregation_job_id IS NULL AND r.task_key > first_report.task_key
                ORDER BY r.task_key, r.received_at LIMIT 1) AS next_task
        )
        SELECT task_key, received_at FROM first_report
        """;

    private static readonly string JobsSql = $"""
        -- BacklogStore.Jobs
        SELECT kind, CASE WHEN due <= $1 THEN {WaitingState.Due:d} WHEN lease_token IS NOT NULL THEN {WaitingState.Leased:d} ELSE {WaitingState.Postponed:d} END AS waiting_state,
            count(*), min(created_at), min(due)
        FROM (
            {string.Join(" UNION ALL ", LeaseTable.All.Select(table => $"""
            (SELECT {table.Kind:d} AS kind, created_at, greatest({table.Due}, lease_expiry) AS due, lease_token FROM {table.Name}
                WHERE {table.Unfinished} ORDER BY task_key, {table.Due} LIMIT $2)
            """))}
        ) AS waiting
        GROUP BY 1, 2
        """;

    private readonly TransactionRunner _runner;

    internal BacklogStore(TransactionRunner runner) => _runner = runner;

    /// <summary>Looks at what waits.</summary>
    public Task<Backlog> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        _runner.ReadAsync("BacklogStore.Read", async (transaction, token) =>
        {
            await using NpgsqlBatch batch = transaction.Batch();
            batch.Add(CountReportsSql).With(MaximumReports);
            batch.Add(OldestReportsSql);
            batch.Add(JobsSql).With(now).With(MaximumJobs);
            foreach (LeaseTable table in LeaseTable.All)
            {
                batch.Add(table.FirstDueSql);
            }

            await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(token);
            List<long> reports = await reader.ReadRowsAsync(row => Math.Max(row.GetInt64(0), row.GetInt64(1)), token);
            List<KeyValuePair<int, DateTimeOffset>> oldest = await reader.ReadNextAsync(
                row => KeyValuePair.Create(row.GetInt32(0), row.Instant(1)), token);
            List<WaitingJobs> jobs = await reader.ReadNextAsync(
                row => new WaitingJobs((WorkKind)row.GetInt32(0), (WaitingState)row.GetInt32(1), row.GetInt64(2), row.Instant(3), row.Instant(4)), token);
            foreach (LeaseTable table in LeaseTable.All)
            {
                DateTimeOffset? first = (await reader.ReadNextAsync(row => row.InstantOrNull(0), token))[0];
                if (jobs.Where(some => some.Kind == table.Kind).Sum(some => some.Count) >= MaximumJobs)
                {
                    // It may be one of those that are not counted.
                    jobs = [.. jobs.Select(some => (some.Kind, some.State) == (table.Kind, WaitingState.Due) && some.OldestDue > first
                        ? some with { OldestDue = first.Value }
                        : some)];
                }
            }

            return new Backlog(reports[0], oldest, jobs);
        }, cancellationToken);
}
