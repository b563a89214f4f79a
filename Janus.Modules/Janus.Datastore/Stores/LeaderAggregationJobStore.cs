using System.Security.Cryptography;
using Janus.Messages;
using Npgsql;

namespace Janus.Datastore;

/// <summary>The Leader's aggregation jobs: DAP §4.5 (aggregate-flow).</summary>
public sealed partial class LeaderAggregationJobStore : LeaseStore<LeaderAggregationJob>
{
    private const string TasksSql = """
        -- LeaderAggregationJobStore.Tasks: one index probe for each task, however many reports wait or are postponed
        WITH RECURSIVE first_report AS (
            (SELECT task_key, received_at FROM unaggregated_reports
                WHERE aggregation_job_id IS NULL ORDER BY task_key, received_at LIMIT 1)
            UNION ALL
            SELECT next_task.* FROM first_report CROSS JOIN LATERAL (
                SELECT r.task_key, r.received_at FROM unaggregated_reports AS r
                WHERE r.aggregation_job_id IS NULL AND r.task_key > first_report.task_key
                ORDER BY r.task_key, r.received_at LIMIT 1) AS next_task
        )
        SELECT task_key FROM first_report WHERE received_at <= $1
        """;

    private const string Columns = """
        j.task_key, j.aggregation_job_id, j.agg_param, j.batch_id, j.step, j.report_count, j.min_time, j.max_time, j.created_at,
        j.helper_location, j.refusals, j.malformed_answers, j.state
        """;

    private const string ReadReportsSql = """
        -- LeaderAggregationJobStore.ReadReports
        SELECT report_id, report_time, public_share, leader_input_share, helper_encrypted_input_share, received_at
        FROM unaggregated_reports
        WHERE task_key = $1 AND aggregation_job_id = $2
        ORDER BY ord
        """;

    private const string ReadVerificationSql = """
        -- LeaderAggregationJobStore.ReadVerification
        SELECT verification FROM aggregation_jobs WHERE task_key = $1 AND aggregation_job_id = $2 AND step = $3
        """;

    private static readonly string ReleaseRefusedSql =
        LeaseTable.LeaderAggregationJobs.ReleaseSql("ReleaseRefused", "refusals = refusals + 1, malformed_answers = malformed_answers + $5");

    private static readonly string DeferSql =
        LeaseTable.LeaderAggregationJobs.ReleaseSql("Defer", "lease_attempts = 0, helper_location = $5");

    private readonly TransactionRunner _runner;
    private readonly ColumnEncryption _encryption;

    internal LeaderAggregationJobStore(TransactionRunner runner, ColumnEncryption encryption)
        : base(runner, LeaseTable.LeaderAggregationJobs, "j", Columns, ReadJob, job => Uuid.Of(job.Id))
    {
        _runner = runner;
        _encryption = encryption;
    }

    /// <summary>The keys of the tasks that have reports without an aggregation job, postponed ones aside, ascending.</summary>
    public Task<IReadOnlyList<int>> TasksWithUnassignedReportsAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        _runner.ReadAsync<IReadOnlyList<int>>("LeaderAggregationJobStore.Tasks", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(TasksSql).With(now);
            return await command.ReadAllAsync(row => row.GetInt32(0), token);
        }, cancellationToken);

    /// <summary>
    /// Puts waiting reports into jobs with the empty aggregation parameter, oldest first, and returns the number of jobs.
    /// One call looks at about 10,000 reports; when more wait, a notification says so. Nothing happens while another
    /// creator works on the task.
    /// </summary>
    /// <remarks>
    /// Reports below the minimum become a job when the oldest has waited for the longest delay, or when they are enough
    /// for a collection job that waits. A job of the leader-selected mode fills one batch, the fullest of its time window
    /// that has room.
    /// </remarks>
    public Task<int> CreateAsync(
        DapTask task, AggregationJobLimits limits, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        Check(limits);
        return _runner.RunAsync(
            "LeaderAggregationJobStore.Create",
            (transaction, token) => AggregationJobCreation.RunAsync(transaction, task, limits, now, token),
            cancellationToken);
    }

    /// <summary>
    /// Puts the reports that waiting collection jobs ask for into jobs with their aggregation parameters, the oldest
    /// collection job first, and returns the number of jobs. Nothing happens while another creator works on the task.
    /// </summary>
    /// <remarks>
    /// Reports stay free for another aggregation parameter until there are enough for a whole batch. In the
    /// leader-selected mode, a collection job gets one batch of its parameter, filled up to the target.
    /// </remarks>
    /// <param name="task">The task, whose VDAF has an aggregation parameter.</param>
    /// <param name="limits">The limits of jobs with a parameter.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public Task<int> CreateForCollectionAsync(
        DapTask task, Func<byte[], AggregationJobLimits> limits, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(limits);
        return _runner.RunAsync(
            "LeaderAggregationJobStore.CreateForCollection",
            (transaction, token) => CollectionDrivenCreation.RunAsync(transaction, task, limits, now, token),
            cancellationToken);
    }

    /// <summary>The job's reports in their order, shares in the clear.</summary>
    /// <exception cref="CryptographicException">A share does not open.</exception>
    public Task<IReadOnlyList<UnaggregatedReport>> ReadReportsAsync(
        LeaderAggregationJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        return _runner.ReadAsync<IReadOnlyList<UnaggregatedReport>>(
            "LeaderAggregationJobStore.ReadReports",
            async (transaction, token) =>
            {
                await using NpgsqlCommand command = transaction.Command(ReadReportsSql)
                    .With(job.TaskKey).With(Uuid.Of(job.Id));
                return await command.ReadAllAsync(row => ReadReport(row, job.TaskKey), token);
            },
            cancellationToken);
    }

    /// <summary>The job's reports between two steps, in the order of the previous request: only from step 1 on.</summary>
    /// <exception cref="CryptographicException">The stored states do not open.</exception>
    /// <exception cref="InvalidOperationException">The job is at another step meanwhile, or gone.</exception>
    public Task<IReadOnlyList<ReportVerification>> ReadVerificationAsync(
        LeaderAggregationJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        return _runner.ReadAsync("LeaderAggregationJobStore.ReadVerification", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(ReadVerificationSql)
                .With(job.TaskKey).With(Uuid.Of(job.Id)).With(job.Step);
            if (await command.ExecuteScalarAsync(token) is not byte[] stored)
            {
                throw new InvalidOperationException($"the aggregation job is not at step {job.Step} any more");
            }

            return _encryption.OpenVerification(job.TaskKey, job.Id, stored);
        }, cancellationToken);
    }

    /// <summary>Gives a job back that the Helper has refused or answered wrongly, and counts that. False when the lease is lost.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="isMalformed">Whether it was an answer that arrived whole and was malformed.</param>
    /// <param name="notBefore">When it is tried again.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public Task<bool> ReleaseRefusedAsync(
        Lease<LeaderAggregationJob> lease, bool isMalformed, DateTimeOffset notBefore, CancellationToken cancellationToken) =>
        ReleaseAsync("ReleaseRefused", ReleaseRefusedSql, lease, notBefore, cancellationToken, command => command.With(isMalformed ? 1 : 0));

    /// <summary>
    /// Gives a job back whose answer the Helper has deferred, to ask for it from then on at this location; the attempts
    /// count from 0 again. False when the lease is lost.
    /// </summary>
    public Task<bool> DeferAsync(
        Lease<LeaderAggregationJob> lease, string helperLocation, DateTimeOffset notBefore, CancellationToken cancellationToken) =>
        ReleaseAsync("Defer", DeferSql, lease, notBefore, cancellationToken, command => command.With(helperLocation));

    private static void Check(AggregationJobLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.MinimumReports, 1, nameof(limits));
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.MaximumReports, limits.MinimumReports, nameof(limits));
    }

    private static LeaderAggregationJob ReadJob(NpgsqlDataReader row) => new()
    {
        TaskKey = row.GetInt32(0),
        Id = Uuid.To<AggregationJobId>(row.GetGuid(1)),
        AggParam = row.Bytes(2),
        BatchId = row.BytesOrNull(3) is { } batchId ? BatchId.FromBytes(batchId) : null,
        Step = row.GetInt32(4),
        ReportCount = row.GetInt32(5),
        MinTime = (ulong)row.GetInt64(6),
        MaxTime = (ulong)row.GetInt64(7),
        CreatedAt = row.Instant(8),
        HelperLocation = row.TextOrNull(9),
        Refusals = row.GetInt32(10),
        MalformedAnswers = row.GetInt32(11),
        State = (AggregationJobState)row.GetInt16(12),
    };

    private UnaggregatedReport ReadReport(NpgsqlDataReader row, int taskKey)
    {
        Guid id = row.GetGuid(0);
        return new()
        {
            Id = Uuid.To<ReportId>(id),
            Time = (ulong)row.GetInt64(1),
            PublicShare = row.Bytes(2),
            LeaderInputShare = _encryption.Open(EncryptedColumn.LeaderInputShare, RowKey.Of(taskKey, id), row.Bytes(3)),
            HelperEncryptedInputShare = row.Bytes(4),
            ReceivedAt = row.Instant(5),
        };
    }
}
