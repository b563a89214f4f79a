using Janus.Messages;
using Npgsql;

namespace Janus.Datastore;

/// <content>The steps that a lease holder takes a job through.</content>
public sealed partial class CollectionJobStore
{
    private static readonly string CandidateSql = $"""
        -- CollectionJobStore.Candidate
        SELECT b.batch_id FROM leader_selected_batches AS b
        WHERE b.task_key = $1 AND b.collection_job_id IS NULL AND b.failed_collections = 0
            AND b.assigned_count >= $2 AND b.agg_param = $3 AND {LeaderSelectedBatches.IsLive("$4")}
            AND NOT EXISTS (SELECT FROM aggregation_jobs AS j
                WHERE j.task_key = b.task_key AND j.batch_id = b.batch_id AND j.state IN {UnfinishedAggregationJobs.States})
        ORDER BY b.assigned_count DESC, b.created_at LIMIT 1
        FOR UPDATE OF b SKIP LOCKED
        """;

    // The last resort: no other batch is full, nor, where a collection job has it filled, do enough reports wait.
    private static readonly string FailedCandidateSql = $"""
        -- CollectionJobStore.FailedCandidate
        SELECT b.batch_id FROM leader_selected_batches AS b
        WHERE b.task_key = $1 AND b.collection_job_id IS NULL AND b.failed_collections > 0
            AND b.assigned_count >= $2 AND b.agg_param = $3 AND {LeaderSelectedBatches.IsLive("$5")}
            AND NOT EXISTS (SELECT FROM aggregation_jobs AS j
                WHERE j.task_key = b.task_key AND j.batch_id = b.batch_id AND j.state IN {UnfinishedAggregationJobs.States})
            AND NOT EXISTS (SELECT FROM leader_selected_batches AS o
                WHERE o.task_key = $1 AND o.collection_job_id IS NULL AND o.failed_collections = 0
                    AND o.assigned_count >= $2 AND o.agg_param = $3 AND {LeaderSelectedBatches.IsLive("$5", "o")})
            AND ($3 = ''::bytea OR $4 > (SELECT count(*) FROM (
                SELECT FROM unaggregated_reports WHERE task_key = $1 AND aggregation_job_id IS NULL AND report_time >= $5 LIMIT $4) AS waiting))
        ORDER BY b.failed_collections, b.assigned_count DESC, b.created_at LIMIT 1
        FOR UPDATE OF b SKIP LOCKED
        """;

    // A statement of its own, under the row's lock: only now are jobs of creators who held it before visible.
    private static readonly string SelectSql = $"""
        -- CollectionJobStore.Select
        UPDATE leader_selected_batches AS b SET collection_job_id = $3
        WHERE b.task_key = $1 AND b.batch_id = $2 AND b.collection_job_id IS NULL AND b.assigned_count >= $4
            AND NOT EXISTS (SELECT FROM aggregation_jobs AS j
                WHERE j.task_key = b.task_key AND j.batch_id = b.batch_id AND j.state IN {UnfinishedAggregationJobs.States})
        """;

    private static readonly string RecordSelectionSql = $"""
        -- CollectionJobStore.RecordSelection
        UPDATE collection_jobs SET first_bucket = $4, last_bucket = $4
        WHERE task_key = $1 AND collection_job_id = $2 AND lease_token = $3 AND state = {CollectionJobState.Waiting:d}
        """;

    private static readonly string HoldSql = $"""
        -- CollectionJobStore.Hold
        SELECT true FROM collection_jobs
        WHERE task_key = $1 AND collection_job_id = $2 AND lease_token = $3 AND state = {CollectionJobState.Waiting:d}
        FOR UPDATE
        """;

    private static readonly string CloseSql = $"""
        -- CollectionJobStore.Close
        UPDATE collection_jobs SET closed_at = $4
        WHERE task_key = $1 AND collection_job_id = $2 AND lease_token = $3 AND state = {CollectionJobState.Waiting:d}
        """;

    private static readonly string FenceSql = $"""
        -- CollectionJobStore.Fence
        UPDATE collection_jobs SET state = {CollectionJobState.Fenced:d}, leader_aggregate_share = $4, report_count = $5,
            checksum = $6, interval_start = $7, interval_duration = $8
        WHERE task_key = $1 AND collection_job_id = $2 AND lease_token = $3
        """;

    private static readonly string ReadShareSql = $"""
        -- CollectionJobStore.ReadLeaderAggregateShare
        SELECT leader_aggregate_share FROM collection_jobs
        WHERE task_key = $1 AND collection_job_id = $2 AND state = {CollectionJobState.Fenced:d}
        """;

    private static readonly string FinishSql = $"""
        -- CollectionJobStore.Finish
        UPDATE collection_jobs SET state = {CollectionJobState.Finished:d}, response = $4, finished_at = $5,
            helper_location = $6, leader_aggregate_share = NULL, lease_token = NULL
        WHERE task_key = $1 AND collection_job_id = $2 AND lease_token = $3 AND state = {CollectionJobState.Fenced:d}
        """;

    private static readonly string FailSql = $"""
        -- CollectionJobStore.Fail
        WITH target AS MATERIALIZED (
            SELECT collection_job_id, state FROM collection_jobs
            WHERE task_key = $1 AND collection_job_id = $2 AND lease_token = $3
                AND state IN ({CollectionJobState.Waiting:d}, {CollectionJobState.Fenced:d})
            FOR UPDATE
        )
        UPDATE collection_jobs AS c SET state = {CollectionJobState.Failed:d}, problem_type = $4, problem_detail = $5,
            finished_at = $6, leader_aggregate_share = NULL, lease_token = NULL
        FROM target WHERE c.task_key = $1 AND c.collection_job_id = target.collection_job_id
        RETURNING target.state, c.first_bucket, c.closed_at
        """;

    private static readonly string RecordLocationSql = $"""
        -- CollectionJobStore.RecordHelperLocation
        UPDATE collection_jobs SET helper_location = $4
        WHERE task_key = $1 AND collection_job_id = $2 AND lease_token = $3 AND state = {CollectionJobState.Fenced:d}
        """;

    /// <summary>
    /// Chooses a batch of the leader-selected mode of the job's aggregation parameter with at least
    /// <paramref name="minBatchSize"/> aggregated reports, none in progress and no collection job: the fullest, and of several the oldest. It takes no more reports from then on.
    /// One that a collection has failed on is tried again when no other is there or can be filled, the least tried first.
    /// Null when there is none yet or the lease is lost.
    /// </summary>
    /// <param name="lease">The lease of a waiting job.</param>
    /// <param name="minBatchSize">The task's minimum batch size.</param>
    /// <param name="firstLiveTime">Batches whose newest report is before it have expired: <see cref="ReportExpiry"/>.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public Task<BatchRange?> SelectBatchAsync(
        Lease<CollectionJob> lease, ulong minBatchSize, ulong firstLiveTime, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        if (lease.Job.Range is { } selected)
        {
            return Task.FromResult<BatchRange?>(selected);
        }

        int taskKey = lease.Job.TaskKey;
        long least = (long)Math.Clamp(minBatchSize, 1, long.MaxValue);
        return _runner.RunAsync("CollectionJobStore.SelectBatch", async (transaction, token) =>
        {
            await using NpgsqlCommand candidate = transaction.Command(CandidateSql)
                .With(taskKey).With(least).With(lease.Job.AggParam).With(ReportExpiry.AsStored(firstLiveTime));
            await using NpgsqlCommand failed = transaction.Command(FailedCandidateSql)
                .With(taskKey).With(least).With(lease.Job.AggParam).With(Math.Min(least, BatchStore.PendingLimit))
                .With(ReportExpiry.AsStored(firstLiveTime));
            if ((await candidate.ExecuteScalarAsync(token) ?? await failed.ExecuteScalarAsync(token)) is not byte[] batchId)
            {
                return null;
            }

            await using NpgsqlCommand select = transaction.Command(SelectSql)
                .With(taskKey).With(batchId).With(Uuid.Of(lease.Job.Id)).With(least);
            await using NpgsqlCommand record = transaction.Command(RecordSelectionSql)
                .With(taskKey).With(Uuid.Of(lease.Job.Id)).With(lease.Token).With(batchId);
            if (await select.ExecuteNonQueryAsync(token) == 1 && await record.ExecuteNonQueryAsync(token) == 1)
            {
                return new BatchRange(batchId, batchId);
            }

            transaction.RollBack();
            return null;
        }, cancellationToken);
    }

    /// <summary>
    /// Closes an interval to new reports, before those that it has are all aggregated: a stream of uploads that never ends
    /// would put the fence off for ever. It counts as collected from then on, for everyone but the job itself.
    /// </summary>
    /// <param name="lease">The lease of a waiting job whose batch has enough aggregated reports, so that it will be fenced.</param>
    /// <param name="range">The interval.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public Task<FenceOutcome> CloseAsync(
        Lease<CollectionJob> lease, BatchRange range, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        int taskKey = lease.Job.TaskKey;
        return _runner.RunAsync("CollectionJobStore.Close", async (transaction, token) =>
        {
            await using NpgsqlBatch check = transaction.Batch();
            check.AddExclusiveFence(taskKey);
            check.AddIsCollected(taskKey, range);
            check.Add(CloseSql).With(taskKey).With(Uuid.Of(lease.Job.Id)).With(lease.Token).With(now);
            bool isCollected;
            await using (NpgsqlDataReader reader = await check.ExecuteReaderAsync(token))
            {
                isCollected = (await reader.ReadNextAsync(row => row.GetBoolean(0), token))[0];
            }

            if (isCollected || check.BatchCommands[2].RecordsAffected != 1)
            {
                transaction.RollBack();
                return isCollected ? FenceOutcome.Overlap : FenceOutcome.LeaseLost;
            }

            await using NpgsqlBatch mark = transaction.Batch();
            mark.AddMarkCollected(taskKey, range, now);
            await mark.ExecuteNonQueryAsync(token);
            return FenceOutcome.Closed;
        }, cancellationToken);
    }

    /// <summary>
    /// Marks the batch that was read as collected, unless it is closed already, and stores the Leader's aggregate share over it, unless reports are
    /// pending, the batch has changed, a bucket of it was collected or reports were aggregated with another parameter.
    /// </summary>
    /// <param name="lease">The lease of a waiting job.</param>
    /// <param name="expected">The batch as it was read; its range is the one that is marked.</param>
    /// <param name="leaderAggregateShare">The aggregate share over it, noise included; it is encrypted at rest.</param>
    /// <param name="interval">The interval that the response will name.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    /// <param name="drawnNoise">The noise in the share, if it has just been drawn: it is stored with the share, unless the batch has noise already.</param>
    public Task<FenceOutcome> FenceAsync(
        Lease<CollectionJob> lease,
        StoredBatch expected,
        ReadOnlySpan<byte> leaderAggregateShare,
        Interval interval,
        DateTimeOffset now,
        CancellationToken cancellationToken,
        BatchNoise? drawnNoise = null)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(expected);
        Guid id = Uuid.Of(lease.Job.Id);
        int taskKey = lease.Job.TaskKey;
        byte[] sealedShare = _encryption.Seal(
            EncryptedColumn.LeaderAggregateShare, RowKey.Of(taskKey, id), leaderAggregateShare);
        byte[] fingerprint = expected.Fingerprint();
        return _runner.RunAsync("CollectionJobStore.Fence", async (transaction, token) =>
        {
            FenceOutcome outcome = await CheckFenceAsync(transaction, lease, expected, fingerprint, token);
            if (outcome != FenceOutcome.Fenced)
            {
                transaction.RollBack();
                return outcome;
            }

            if (drawnNoise is not null && !await BatchNoiseStore.TryInsertAsync(transaction, _encryption, drawnNoise, now, token))
            {
                transaction.RollBack();
                return FenceOutcome.Changed;
            }

            await using NpgsqlBatch batch = transaction.Batch();
            if (lease.Job.ClosedAt is null)
            {
                batch.AddMarkCollected(taskKey, expected.Range, now);
            }

            batch.Add(FenceSql).With(taskKey).With(id).With(lease.Token).With(sealedShare)
                .With(expected.ReportCount).With(expected.Checksum)
                .With(unchecked((long)interval.Start.Value)).With(unchecked((long)interval.Duration.Value));
            await batch.ExecuteNonQueryAsync(token);
            return outcome;
        }, cancellationToken);
    }

    /// <summary>The Leader's aggregate share of a fenced job, in the clear.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The share does not open.</exception>
    /// <exception cref="InvalidOperationException">The job is not fenced any more.</exception>
    public Task<byte[]> ReadLeaderAggregateShareAsync(CollectionJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        return _runner.ReadAsync("CollectionJobStore.ReadLeaderAggregateShare", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(ReadShareSql).With(job.TaskKey).With(Uuid.Of(job.Id));
            return await command.ExecuteScalarAsync(token) is byte[] share
                ? _encryption.Open(EncryptedColumn.LeaderAggregateShare, RowKey.Of(job.TaskKey, Uuid.Of(job.Id)), share)
                : throw new InvalidOperationException("the collection job is not fenced any more");
        }, cancellationToken);
    }

    /// <summary>Stores the answer of a fenced job. False when the lease is lost or the job deleted.</summary>
    /// <param name="lease">The lease of a fenced job.</param>
    /// <param name="response">The encoded CollectionJobResp.</param>
    /// <param name="helperLocation">The Helper's aggregate share, if it is known where it is.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public Task<bool> FinishAsync(
        Lease<CollectionJob> lease, byte[] response, string? helperLocation, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return _runner.RunAsync("CollectionJobStore.Finish", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(FinishSql)
                .With(lease.Job.TaskKey).With(Uuid.Of(lease.Job.Id)).With(lease.Token).With(response).With(now).With(helperLocation);
            return await command.ExecuteNonQueryAsync(token) == 1;
        }, cancellationToken);
    }

    /// <summary>Ends a job without an answer, and lets another one collect its batch. False when the lease is lost or the job deleted.</summary>
    /// <param name="lease">The lease of a waiting or fenced job.</param>
    /// <param name="problemType">The problem type that the Collector gets.</param>
    /// <param name="problemDetail">What it gets besides.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public Task<bool> FailAsync(
        Lease<CollectionJob> lease,
        string problemType,
        string problemDetail,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        int taskKey = lease.Job.TaskKey;
        Guid id = Uuid.Of(lease.Job.Id);
        return _runner.RunAsync("CollectionJobStore.Fail", async (transaction, token) =>
        {
            await using NpgsqlCommand fail = transaction.Command(FailSql)
                .With(taskKey).With(id).With(lease.Token).With(problemType).With(problemDetail).With(now);
            List<(CollectionJobState State, byte[]? FirstBucket, bool IsClosed)> failed = await fail.ReadAllAsync(
                row => ((CollectionJobState)row.GetInt16(0), row.BytesOrNull(1), !row.IsDBNull(2)), token);
            if (failed is not [var (state, firstBucket, isClosed)])
            {
                return false;
            }

            if (firstBucket is null)
            {
                return true;
            }

            await using NpgsqlBatch batch = transaction.Batch();
            if (state == CollectionJobState.Fenced || isClosed)
            {
                batch.Add(UnmarkCollectedSql).With(taskKey).With(firstBucket);
            }

            batch.Add(ReopenBatchSql).With(taskKey).With(firstBucket).With(id).With(1);
            await batch.ExecuteNonQueryAsync(token);
            return true;
        }, cancellationToken);
    }

    /// <summary>Remembers the Helper's resource for the job. False when the lease is lost.</summary>
    public Task<bool> RecordHelperLocationAsync(
        Lease<CollectionJob> lease, string location, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return _runner.RunAsync("CollectionJobStore.RecordHelperLocation", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(RecordLocationSql)
                .With(lease.Job.TaskKey).With(Uuid.Of(lease.Job.Id)).With(lease.Token).With(location);
            return await command.ExecuteNonQueryAsync(token) == 1;
        }, cancellationToken);
    }

    private static async Task<FenceOutcome> CheckFenceAsync(
        DatastoreTransaction transaction,
        Lease<CollectionJob> lease,
        StoredBatch expected,
        byte[] fingerprint,
        CancellationToken cancellationToken)
    {
        int taskKey = lease.Job.TaskKey;
        BatchRange range = expected.Range;
        await using NpgsqlBatch batch = transaction.Batch();
        batch.AddExclusiveFence(taskKey);
        batch.Add(HoldSql).With(taskKey).With(Uuid.Of(lease.Job.Id)).With(lease.Token);
        batch.AddPending(taskKey, range, expected.FirstLiveTime);
        batch.AddIsCollected(taskKey, range);
        batch.AddHasOtherAggParam(taskKey, range, lease.Job.AggParam);
        batch.AddFingerprint(taskKey, range);
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
        bool isHeld = (await reader.ReadNextAsync(row => row.GetBoolean(0), cancellationToken)).Count == 1;
        long pending = (await reader.ReadNextAsync(row => row.GetInt64(0), cancellationToken))[0];
        bool isCollected = (await reader.ReadNextAsync(row => row.GetBoolean(0), cancellationToken))[0];
        bool hasOtherAggParam = (await reader.ReadNextAsync(row => row.GetBoolean(0), cancellationToken))[0];
        byte[] found = (await reader.ReadNextAsync(row => row.Bytes(0), cancellationToken))[0];
        return !isHeld ? FenceOutcome.LeaseLost
            : isCollected && lease.Job.ClosedAt is null ? FenceOutcome.Overlap
            : hasOtherAggParam ? FenceOutcome.OtherAggParam
            : pending > 0 || !found.AsSpan().SequenceEqual(fingerprint) ? FenceOutcome.Changed
            : FenceOutcome.Fenced;
    }
}
