using Janus.Messages;
using Npgsql;

namespace Janus.Datastore;

/// <content>The writes that end a step of a job; each checks the lease.</content>
public sealed partial class LeaderAggregationJobStore
{
    private static readonly string ContinueSql = $"""
        -- LeaderAggregationJobStore.Continue
        UPDATE aggregation_jobs
        SET step = $5, verification = $6, report_count = $7, helper_location = $8, refusals = 0, malformed_answers = 0, lease_attempts = 0
        WHERE task_key = $1 AND aggregation_job_id = $2 AND lease_token = $3 AND step = $4
            AND state = {AggregationJobState.InProgress:d}
        """;

    private static readonly string CloseSql = $"""
        -- LeaderAggregationJobStore.Close
        UPDATE aggregation_jobs SET state = $4, finished_at = $5, lease_token = NULL, verification = NULL
        WHERE task_key = $1 AND aggregation_job_id = $2 AND lease_token = $3
            AND (state = {AggregationJobState.InProgress:d} OR (state = {AggregationJobState.Settling:d} AND $4 = {AggregationJobState.Abandoned:d}))
        """;

    private static readonly string SettleSql = $"""
        -- LeaderAggregationJobStore.Settle
        UPDATE aggregation_jobs SET state = {AggregationJobState.Settling:d}, verification = NULL, helper_location = $4,
            refusals = 0, malformed_answers = 0, lease_attempts = 0
        WHERE task_key = $1 AND aggregation_job_id = $2 AND lease_token = $3 AND state = {AggregationJobState.InProgress:d}
        """;

    private const string PostponeSql = """
        -- LeaderAggregationJobStore.Postpone
        UPDATE unaggregated_reports AS r SET aggregation_job_id = NULL, ord = NULL, received_at = p.not_before
        FROM unnest($3::uuid[], $4::timestamptz[]) AS p (report_id, not_before)
        WHERE r.task_key = $1 AND r.aggregation_job_id = $2 AND r.report_id = p.report_id
        """;

    private const string PutBackSql = """
        -- LeaderAggregationJobStore.PutBack
        UPDATE unaggregated_reports SET aggregation_job_id = NULL, ord = NULL, received_at = $3, refusals = refusals + 1
        WHERE task_key = $1 AND aggregation_job_id = $2 AND refusals = 0
        """;

    private const string DeleteOthersSql = """
        -- LeaderAggregationJobStore.DeleteOthers
        DELETE FROM unaggregated_reports
        WHERE task_key = $1 AND aggregation_job_id = $2 AND report_id <> ALL ($3)
        """;

    private const string DeleteReportsSql = """
        -- LeaderAggregationJobStore.DeleteReports
        DELETE FROM unaggregated_reports WHERE task_key = $1 AND aggregation_job_id = $2
        """;

    private const string GiveRoomBackSql = """
        -- LeaderAggregationJobStore.GiveRoomBack
        UPDATE leader_selected_batches SET assigned_count = assigned_count - $3 WHERE task_key = $1 AND batch_id = $2
        """;

    /// <summary>
    /// Ends a step that another one follows, under the same lease: the states are stored encrypted, the postponed reports
    /// wait for another job, and those in neither list are deleted. False, and nothing changed, when the lease is lost.
    /// </summary>
    /// <param name="lease">The lease; its job is at the step that ends.</param>
    /// <param name="reports">The reports that go on, in the order of their next request; at least one.</param>
    /// <param name="postponed">Those that the Helper was offered too early.</param>
    /// <param name="helperLocation">The Helper's resource.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    /// <param name="rejected">Why those in neither list are deleted: they are counted.</param>
    public Task<bool> ContinueAsync(
        Lease<LeaderAggregationJob> lease,
        IReadOnlyList<ReportVerification> reports,
        IReadOnlyList<PostponedReport> postponed,
        string helperLocation,
        CancellationToken cancellationToken,
        IReadOnlyCollection<ReportError>? rejected = null)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(reports);
        ArgumentNullException.ThrowIfNull(postponed);
        LeaderAggregationJob job = lease.Job;
        Guid jobId = Uuid.Of(job.Id);
        byte[]? verification = _encryption.SealVerification(job.TaskKey, job.Id, reports);
        return _runner.RunAsync("LeaderAggregationJobStore.Continue", async (transaction, token) =>
        {
            await using NpgsqlCommand step = transaction.Command(ContinueSql)
                .With(job.TaskKey).With(jobId).With(lease.Token).With(job.Step).With(job.Step + 1)
                .With(verification).With(reports.Count).With(helperLocation);
            if (await step.ExecuteNonQueryAsync(token) != 1)
            {
                transaction.RollBack();
                return false;
            }

            if (reports.Count < job.ReportCount)
            {
                await using NpgsqlBatch batch = transaction.Batch();
                AddPostpone(batch, job, postponed);
                batch.Add(DeleteOthersSql).With(job.TaskKey).With(jobId)
                    .With(reports.Select(report => Uuid.Of(report.Id)).ToArray(), CommandExtensions.UuidArray);
                AddGiveRoomBack(batch, job, job.ReportCount - reports.Count);
                batch.AddReportCounts(ReportCount.Rejected(job.TaskKey, rejected ?? []));
                await batch.ExecuteNonQueryAsync(token);
            }

            return true;
        }, cancellationToken);
    }

    /// <summary>
    /// Commits a job: its shards are stored, its reports deleted but for the postponed ones, those that were not committed
    /// give their room in the batch back, and waiting collection jobs of the task are woken. False, and nothing changed,
    /// when the lease is lost.
    /// </summary>
    /// <param name="lease">The lease.</param>
    /// <param name="shards">The aggregate shares of the job.</param>
    /// <param name="postponed">The reports that the Helper was offered too early.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    /// <param name="rejected">Why the others are deleted: they are counted.</param>
    public Task<bool> FinishAsync(
        Lease<LeaderAggregationJob> lease,
        IReadOnlyList<BatchBucketShard> shards,
        IReadOnlyList<PostponedReport> postponed,
        DateTimeOffset now,
        CancellationToken cancellationToken,
        IReadOnlyCollection<ReportError>? rejected = null)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(shards);
        ArgumentNullException.ThrowIfNull(postponed);
        LeaderAggregationJob job = lease.Job;
        byte[][] sealedShares = _encryption.Seal(job.TaskKey, shards);
        return _runner.RunAsync("LeaderAggregationJobStore.Finish", async (transaction, token) =>
        {
            if (!await TryCloseAsync(transaction, lease, AggregationJobState.Finished, now, token))
            {
                return false;
            }

            await using NpgsqlBatch batch = transaction.Batch();
            batch.AddInsertShards(job.TaskKey, shards, sealedShares);
            AddPostpone(batch, job, postponed);
            batch.Add(DeleteReportsSql).With(job.TaskKey).With(Uuid.Of(job.Id));
            long aggregated = shards.Sum(shard => shard.ReportCount);
            AddGiveRoomBack(batch, job, job.ReportCount - aggregated);
            batch.AddReportCounts(
                [new ReportCount(job.TaskKey, ReportStage.Aggregated, null, aggregated), .. ReportCount.Rejected(job.TaskKey, rejected ?? [])]);
            batch.AddNotify(WorkKind.CollectionJobs);
            batch.AddWakeCollectionJobs(job.TaskKey, now);
            await batch.ExecuteNonQueryAsync(token);
            return true;
        }, cancellationToken);
    }

    /// <summary>
    /// Gives a job up, under the same lease, whose reports stay with it until the Helper has confirmed that it deleted the
    /// job: as long as they do, no batch with one of them is collected. The states are dropped. False, and nothing
    /// changed, when the lease is lost.
    /// </summary>
    public Task<bool> SettleAsync(Lease<LeaderAggregationJob> lease, string helperLocation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return _runner.RunAsync("LeaderAggregationJobStore.Settle", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(SettleSql)
                .With(lease.Job.TaskKey).With(Uuid.Of(lease.Job.Id)).With(lease.Token).With(helperLocation);
            return await command.ExecuteNonQueryAsync(token) == 1;
        }, cancellationToken);
    }

    /// <summary>
    /// Gives a job up that needs no settling or is settled, and the room of its reports in the batch back. Its reports are dropped but stay known as replayed,
    /// or wait for one more job. Null, and nothing changed, when the lease is lost.
    /// </summary>
    /// <param name="lease">The lease.</param>
    /// <param name="putBackUntil">
    /// When the Helper cannot have committed the reports: until when they wait. A report is put back once.
    /// </param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public Task<AbandonedReports?> AbandonAsync(
        Lease<LeaderAggregationJob> lease, DateTimeOffset? putBackUntil, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        LeaderAggregationJob job = lease.Job;
        Guid jobId = Uuid.Of(job.Id);
        return _runner.RunAsync<AbandonedReports?>("LeaderAggregationJobStore.Abandon", async (transaction, token) =>
        {
            if (!await TryCloseAsync(transaction, lease, AggregationJobState.Abandoned, now, token))
            {
                return null;
            }

            int putBack = 0;
            if (putBackUntil is { } until)
            {
                await using NpgsqlCommand command = transaction.Command(PutBackSql).With(job.TaskKey).With(jobId).With(until);
                putBack = await command.ExecuteNonQueryAsync(token);
            }

            await using NpgsqlCommand delete = transaction.Command(DeleteReportsSql).With(job.TaskKey).With(jobId);
            int dropped = await delete.ExecuteNonQueryAsync(token);
            await using NpgsqlBatch batch = transaction.Batch();
            AddGiveRoomBack(batch, job, job.ReportCount);
            batch.AddReportCounts([new ReportCount(job.TaskKey, ReportStage.Dropped, null, dropped)]);
            batch.AddNotify(WorkKind.CollectionJobs);
            batch.AddWakeCollectionJobs(job.TaskKey, now);
            await batch.ExecuteNonQueryAsync(token);
            return new AbandonedReports(putBack, dropped);
        }, cancellationToken);
    }

    private static async Task<bool> TryCloseAsync(
        DatastoreTransaction transaction,
        Lease<LeaderAggregationJob> lease,
        AggregationJobState state,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using NpgsqlBatch close = transaction.Batch();
        close.AddSharedFence(lease.Job.TaskKey);
        close.Add(CloseSql).With(lease.Job.TaskKey).With(Uuid.Of(lease.Job.Id)).With(lease.Token)
            .With((short)state, NpgsqlTypes.NpgsqlDbType.Smallint).With(now);
        await close.ExecuteNonQueryAsync(cancellationToken);
        bool closed = close.BatchCommands[1].RecordsAffected == 1;
        if (!closed)
        {
            transaction.RollBack();
        }

        return closed;
    }

    private static void AddPostpone(NpgsqlBatch batch, LeaderAggregationJob job, IReadOnlyList<PostponedReport> postponed)
    {
        if (postponed.Count > 0)
        {
            batch.Add(PostponeSql).With(job.TaskKey).With(Uuid.Of(job.Id))
                .With(postponed.Select(report => Uuid.Of(report.Id)).ToArray(), CommandExtensions.UuidArray)
                .With(
                    postponed.Select(report => report.NotBefore.ToUniversalTime()).ToArray(),
                    NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.TimestampTz);
        }
    }

    private static void AddGiveRoomBack(NpgsqlBatch batch, LeaderAggregationJob job, long reports)
    {
        if (job.BatchId is { } batchId && reports != 0)
        {
            batch.Add(GiveRoomBackSql).With(job.TaskKey).With(batchId.ToArray()).With(reports);
        }
    }
}
