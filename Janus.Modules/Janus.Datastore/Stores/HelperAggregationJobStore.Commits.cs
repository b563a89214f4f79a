using Janus.Messages;
using Npgsql;
using NpgsqlTypes;

namespace Janus.Datastore;

/// <content>Committing a step: the check that it is due, the replay check and all writes are one transaction.</content>
public sealed partial class HelperAggregationJobStore
{
    private static readonly string InsertSql = $"""
        -- HelperAggregationJobStore.Insert
        INSERT INTO aggregation_jobs AS j (task_key, aggregation_job_id, state, step, step_request_hash, agg_param, batch_id,
            report_count, min_time, max_time, response, verification, request_hash, created_at, finished_at, lease_expiry, lease_attempts)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $14, 0)
        ON CONFLICT (task_key, aggregation_job_id) DO UPDATE SET state = excluded.state, step = 0, step_request_hash = NULL,
            min_time = excluded.min_time, max_time = excluded.max_time, response = excluded.response,
            verification = excluded.verification, created_at = excluded.created_at, finished_at = excluded.finished_at
        WHERE j.request_hash = excluded.request_hash AND j.state = {AggregationJobState.Deleted:d} AND j.finished_at IS NULL
        RETURNING true
        """;

    private const string WriteStepSql = """
        UPDATE aggregation_jobs SET state = $3, step = $4, step_request_hash = $5, min_time = $6, max_time = $7, response = $8,
            verification = $9, finished_at = $10, request = NULL, lease_token = NULL
        WHERE task_key = $1 AND aggregation_job_id = $2
        """;

    private static readonly string ContinueSql = $"""
        -- HelperAggregationJobStore.Continue
        {WriteStepSql} AND state = {AggregationJobState.AwaitingContinuation:d} AND step = $4 - 1
        RETURNING true
        """;

    private static readonly string FinishStepSql = $"""
        -- HelperAggregationJobStore.FinishStep
        {WriteStepSql} AND state = {AggregationJobState.InProgress:d} AND step = $4 AND lease_token = $11
        RETURNING true
        """;

    private const string CollectedSql = """
        -- HelperAggregationJobStore.Collected
        SELECT asked.bucket FROM unnest($2::bytea[]) AS asked (bucket)
        CROSS JOIN LATERAL (
            SELECT c.last_bucket FROM collected_batches AS c
            WHERE c.task_key = $1 AND c.first_bucket <= asked.bucket
            ORDER BY c.first_bucket DESC LIMIT 1) AS nearest
        WHERE nearest.last_bucket >= asked.bucket
        """;

    private const string TakeSql = """
        -- HelperAggregationJobStore.Take
        INSERT INTO report_ids (task_key, report_id, report_time, report_week)
        SELECT $1, t.report_id, t.report_time, t.report_week
        FROM unnest($2::uuid[], $3::bigint[], $4::int[]) AS t (report_id, report_time, report_week)
        ORDER BY t.report_id -- one order for everyone, so that writers of the same IDs cannot deadlock
        ON CONFLICT DO NOTHING
        RETURNING report_id
        """;

    private const string KnownSql = """
        -- HelperAggregationJobStore.Known
        SELECT t.report_id FROM unnest($2::uuid[], $3::int[]) AS t (report_id, report_week)
        -- The limit makes it an index probe for each report, never a scan of the task's million.
        CROSS JOIN LATERAL (
            SELECT FROM report_ids AS r
            WHERE r.task_key = $1 AND r.report_id = t.report_id AND r.report_week = t.report_week LIMIT 1) AS known
        """;

    /// <summary>
    /// Tells early which reports cannot be committed, in the order of the reports: <c>batch_collected</c>,
    /// <c>report_replayed</c> or <see langword="null"/>. Each report comes with its week and its bucket. Committing checks again.
    /// </summary>
    public Task<ReportError?[]> CheckAsync(
        int taskKey, IReadOnlyList<ReportId> ids, IReadOnlyList<int> weeks, IReadOnlyList<byte[]> buckets, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(weeks);
        ArgumentOutOfRangeException.ThrowIfNotEqual(weeks.Count, ids.Count, nameof(weeks));
        ArgumentNullException.ThrowIfNull(buckets);
        ArgumentOutOfRangeException.ThrowIfNotEqual(buckets.Count, ids.Count, nameof(buckets));
        Guid[] uuids = [.. ids.Select(Uuid.Of)];
        string[] names = [.. buckets.Select(Convert.ToHexString)];
        byte[][] distinct = [.. buckets.Zip(names).DistinctBy(pair => pair.Second).Select(pair => pair.First)];
        return _runner.ReadAsync("HelperAggregationJobStore.Check", async (transaction, token) =>
        {
            await using NpgsqlBatch batch = transaction.Batch();
            batch.Add(CollectedSql).With(taskKey).With(distinct, CommandExtensions.ByteaArray);
            batch.Add(KnownSql).With(taskKey).With(uuids, CommandExtensions.UuidArray).With(weeks.ToArray(), CommandExtensions.IntArray);
            await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(token);
            HashSet<string> collected = [.. await reader.ReadRowsAsync(row => Convert.ToHexString(row.Bytes(0)), token)];
            HashSet<Guid> known = [.. await reader.ReadNextAsync(row => row.GetGuid(0), token)];
            return uuids
                .Select((id, i) => collected.Contains(names[i]) ? ReportError.BatchCollected
                    : known.Contains(id) ? ReportError.ReportReplayed
                    : (ReportError?)null)
                .ToArray();
        }, cancellationToken);
    }

    /// <summary>
    /// Commits a new job that was worked on at once: its answer, the shards and the IDs of the accepted reports, all or
    /// nothing. A job that is there already is found instead, unless it was deleted before anything was committed;
    /// reports that were aggregated or whose bucket was collected meanwhile are named, so that the caller rejects them
    /// and computes the rest anew.
    /// </summary>
    public Task<HelperCommitOutcome> CreateAsync(HelperCommit commit, DateTimeOffset now, CancellationToken cancellationToken) =>
        CommitAsync("HelperAggregationJobStore.Create", commit, (batch, verification) => AddInsert(batch, commit.Job, verification, now), cancellationToken);

    /// <summary>
    /// Commits the next step of a job that was worked on at once; otherwise as <see cref="CreateAsync"/>. The job must
    /// still await that step.
    /// </summary>
    public Task<HelperCommitOutcome> ContinueAsync(HelperCommit commit, DateTimeOffset now, CancellationToken cancellationToken) =>
        CommitAsync(
            "HelperAggregationJobStore.Continue",
            commit,
            (batch, verification) => AddStep(batch.Add(ContinueSql), commit.Job, verification, now),
            cancellationToken);

    /// <summary>Commits the step of a deferred job; otherwise as <see cref="CreateAsync"/>. The lease must still be the caller's.</summary>
    public Task<HelperCommitOutcome> FinishStepAsync(
        Lease<HelperAggregationJob> lease, HelperCommit commit, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return CommitAsync(
            "HelperAggregationJobStore.FinishStep",
            commit,
            (batch, verification) => AddStep(batch.Add(FinishStepSql), commit.Job, verification, now).With(lease.Token),
            cancellationToken);
    }

    private async Task<HelperCommitOutcome> CommitAsync(
        string name, HelperCommit commit, Action<NpgsqlBatch, byte[]?> addWrite, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commit);
        byte[][] sealedShares = _encryption.Seal(commit.Job.TaskKey, commit.Shards);
        byte[]? verification = _encryption.SealVerification(commit.Job.TaskKey, commit.Job.Id, commit.Verification);
        for (int attempt = 1; ; attempt++)
        {
            await _partitions.EnsureAsync(commit.Accepted.Select(report => report.Week), cancellationToken);
            try
            {
                return await _runner.RunAsync(
                    name,
                    (transaction, token) => TryCommitAsync(transaction, commit, batch => addWrite(batch, verification), sealedShares, token),
                    cancellationToken);
            }
            catch (PostgresException exception) when (attempt < MaximumAttempts && ReportPartitions.IsMissing(exception))
            {
                _partitions.Forget();
            }
        }
    }

    private static async Task<HelperCommitOutcome> TryCommitAsync(
        DatastoreTransaction transaction,
        HelperCommit commit,
        Action<NpgsqlBatch> addWrite,
        byte[][] sealedShares,
        CancellationToken cancellationToken)
    {
        HelperAggregationJob job = commit.Job;
        bool written;
        HashSet<string> collected;
        HashSet<Guid> taken;
        await using (NpgsqlBatch batch = transaction.Batch())
        {
            batch.AddSharedFence(job.TaskKey);
            addWrite(batch);
            batch.Add(CollectedSql)
                .With(job.TaskKey)
                .With(commit.Shards.Select(shard => shard.Bucket).ToArray(), CommandExtensions.ByteaArray);
            batch.Add(TakeSql)
                .With(job.TaskKey)
                .With(commit.Accepted.Select(report => Uuid.Of(report.Id)).ToArray(), CommandExtensions.UuidArray)
                .With(commit.Accepted.Select(report => checked((long)report.Time)).ToArray(), CommandExtensions.BigintArray)
                .With(commit.Accepted.Select(report => report.Week).ToArray(), CommandExtensions.IntArray);
            await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
            written = (await reader.ReadNextAsync(row => row.GetBoolean(0), cancellationToken)).Count == 1;
            collected = [.. await reader.ReadNextAsync(row => Convert.ToHexString(row.Bytes(0)), cancellationToken)];
            taken = [.. await reader.ReadNextAsync(row => row.GetGuid(0), cancellationToken)];
        }

        if (!written)
        {
            transaction.RollBack();
            HelperAggregationJob? stored = await FindAsync(transaction, job.TaskKey, job.Id, cancellationToken);
            return new HelperCommitOutcome.Overtaken(stored ?? throw new InvalidOperationException($"aggregation job {job.Id} is gone"));
        }

        List<KeyValuePair<ReportId, ReportError>> rejected = Rejected(commit, collected, taken);
        if (rejected.Count > 0)
        {
            transaction.RollBack();
            return new HelperCommitOutcome.Changed(rejected);
        }

        if (commit.Shards.Count + commit.Rejected.Count > 0)
        {
            await using NpgsqlBatch batch = transaction.Batch();
            batch.AddInsertShards(job.TaskKey, commit.Shards, sealedShares);
            batch.AddReportCounts(
                [new ReportCount(job.TaskKey, ReportStage.Aggregated, null, commit.Accepted.Count), .. ReportCount.Rejected(job.TaskKey, commit.Rejected)]);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        return new HelperCommitOutcome.Committed(job);
    }

    private static List<KeyValuePair<ReportId, ReportError>> Rejected(HelperCommit commit, HashSet<string> collected, HashSet<Guid> taken)
    {
        string[] buckets = [.. commit.Shards.Select(shard => Convert.ToHexString(shard.Bucket))];
        List<KeyValuePair<ReportId, ReportError>> rejected = [];
        foreach (AcceptedReport report in commit.Accepted)
        {
            // Removing finds the second of two equal IDs in one request, too.
            bool isFresh = taken.Remove(Uuid.Of(report.Id));
            if (collected.Contains(buckets[report.BucketIndex]))
            {
                rejected.Add(new(report.Id, ReportError.BatchCollected));
            }
            else if (!isFresh)
            {
                rejected.Add(new(report.Id, ReportError.ReportReplayed));
            }
        }

        return rejected;
    }

    private static void AddInsert(NpgsqlBatch batch, HelperAggregationJob job, byte[]? verification, DateTimeOffset now) =>
        batch.Add(InsertSql)
            .With(job.TaskKey)
            .With(Uuid.Of(job.Id))
            .With((short)job.State, NpgsqlDbType.Smallint)
            .With(job.Step)
            .With(job.StepRequestHash)
            .With(job.AggParam)
            .With(job.BatchId?.ToArray())
            .With(job.ReportCount)
            .With(checked((long)job.MinTime))
            .With(checked((long)job.MaxTime))
            .With(job.Response)
            .With(verification)
            .With(job.RequestHash)
            .With(now)
            .With(FinishedAt(job, now), NpgsqlDbType.TimestampTz);

    private static NpgsqlBatchCommand AddStep(NpgsqlBatchCommand command, HelperAggregationJob job, byte[]? verification, DateTimeOffset now) =>
        command
            .With(job.TaskKey)
            .With(Uuid.Of(job.Id))
            .With((short)job.State, NpgsqlDbType.Smallint)
            .With(job.Step)
            .With(job.StepRequestHash)
            .With(checked((long)job.MinTime))
            .With(checked((long)job.MaxTime))
            .With(job.Response)
            .With(verification)
            .With(FinishedAt(job, now), NpgsqlDbType.TimestampTz);

    private static DateTimeOffset? FinishedAt(HelperAggregationJob job, DateTimeOffset now) =>
        job.State == AggregationJobState.Finished ? now.ToUniversalTime() : null;
}
