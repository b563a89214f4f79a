using Npgsql;

namespace Janus.Datastore;

/// <content>
/// Giving a share: every check, marking the batch collected and storing the answer are one transaction. And what becomes of
/// a deferred request that is refused.
/// </content>
public sealed partial class AggregateShareStore
{
    private static readonly string InsertSql = $"""
        -- AggregateShareStore.Insert
        INSERT INTO aggregate_shares (task_key, aggregate_share_id, state, request_hash, first_bucket, last_bucket,
            report_count, checksum, response, created_at, lease_expiry, lease_attempts)
        VALUES ($1, $2, {AggregateShareState.Finished:d}, $3, $4, $5, $6, $7, $8, $9, $9, 0)
        """;

    private static readonly string HoldSql = $"""
        -- AggregateShareStore.Hold
        SELECT {Columns} FROM aggregate_shares AS s
        WHERE s.task_key = $1 AND s.aggregate_share_id = $2 AND s.lease_token = $3 AND s.state = {AggregateShareState.InProgress:d}
        FOR UPDATE
        """;

    private static readonly string FinishSql = $"""
        -- AggregateShareStore.Finish
        UPDATE aggregate_shares SET state = {AggregateShareState.Finished:d}, report_count = $4, checksum = $5, response = $6,
            request = NULL, lease_token = NULL
        WHERE task_key = $1 AND aggregate_share_id = $2 AND lease_token = $3
        """;

    private static readonly string FailSql = $"""
        -- AggregateShareStore.Fail
        UPDATE aggregate_shares SET state = {AggregateShareState.Failed:d}, problem_type = $4, problem_detail = $5,
            request = NULL, lease_token = NULL
        WHERE task_key = $1 AND aggregate_share_id = $2 AND lease_token = $3 AND state = {AggregateShareState.InProgress:d}
        """;

    /// <summary>
    /// Marks the batch that was read as collected and stores the answer. A request that is handled at once finds the answer
    /// that the same request got before, which is then available again even if it had been deleted.
    /// </summary>
    /// <param name="commit">The share, and the batch as it was read.</param>
    /// <param name="lease">The lease of a deferred request; <see langword="null"/> for one that is handled at once.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public Task<AggregateShareOutcome> CommitAsync(
        AggregateShareCommit commit, Lease<StoredAggregateShare>? lease, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commit);
        StoredAggregateShare share = commit.Share;
        return _runner.RunAsync("AggregateShareStore.Commit", async (transaction, token) =>
        {
            AggregateShareOutcome outcome = await CheckAsync(transaction, commit, lease, token);
            if (outcome is not AggregateShareOutcome.Committed)
            {
                return outcome;
            }

            if (commit.DrawnNoise is { } noise && !await BatchNoiseStore.TryInsertAsync(transaction, _encryption, noise, now, token))
            {
                transaction.RollBack();
                return new AggregateShareOutcome.Changed();
            }

            await using NpgsqlBatch batch = transaction.Batch();
            batch.AddMarkCollected(share.TaskKey, share.Range, now);
            if (lease is null)
            {
                batch.Add(InsertSql).With(share.TaskKey).With(Uuid.Of(share.Id)).With(share.RequestHash).With(share.Range.FirstBucket)
                    .With(share.Range.LastBucket).With(share.ReportCount).With(share.Checksum).With(share.Response).With(now);
            }
            else
            {
                batch.Add(FinishSql).With(share.TaskKey).With(Uuid.Of(share.Id)).With(lease.Token)
                    .With(share.ReportCount).With(share.Checksum).With(share.Response);
            }

            await batch.ExecuteNonQueryAsync(token);
            return outcome;
        }, cancellationToken);
    }

    /// <summary>Ends a deferred request without a share; nothing is collected. False when the lease is lost.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="problemType">The problem type that the Leader gets.</param>
    /// <param name="problemDetail">What it gets besides.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public Task<bool> FailAsync(
        Lease<StoredAggregateShare> lease, string problemType, string problemDetail, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return _runner.RunAsync("AggregateShareStore.Fail", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(FailSql)
                .With(lease.Job.TaskKey).With(Uuid.Of(lease.Job.Id)).With(lease.Token).With(problemType).With(problemDetail);
            return await command.ExecuteNonQueryAsync(token) == 1;
        }, cancellationToken);
    }

    private static async Task<AggregateShareOutcome> CheckAsync(
        DatastoreTransaction transaction,
        AggregateShareCommit commit,
        Lease<StoredAggregateShare>? lease,
        CancellationToken cancellationToken)
    {
        StoredAggregateShare share = commit.Share;
        await using NpgsqlBatch batch = transaction.Batch();
        batch.AddExclusiveFence(share.TaskKey);
        if (lease is null)
        {
            batch.Add(RestoreSql).With(share.TaskKey).With(share.RequestHash);
        }
        else
        {
            batch.Add(HoldSql).With(share.TaskKey).With(Uuid.Of(share.Id)).With(lease.Token);
        }

        batch.AddIsCollected(share.TaskKey, share.Range);
        batch.AddHasOtherAggParam(share.TaskKey, share.Range, commit.AggParam);
        batch.AddFingerprint(share.TaskKey, share.Range);
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
        List<StoredAggregateShare> stored = await reader.ReadNextAsync(Read, cancellationToken);
        bool isCollected = (await reader.ReadNextAsync(row => row.GetBoolean(0), cancellationToken))[0];
        bool hasOtherAggParam = (await reader.ReadNextAsync(row => row.GetBoolean(0), cancellationToken))[0];
        byte[] found = (await reader.ReadNextAsync(row => row.Bytes(0), cancellationToken))[0];
        return lease is null && stored.Count > 0 ? new AggregateShareOutcome.AlreadyExists(stored[0])
            : lease is not null && stored.Count == 0 ? new AggregateShareOutcome.Overtaken()
            : isCollected ? new AggregateShareOutcome.Overlap()
            : hasOtherAggParam ? new AggregateShareOutcome.OtherAggParam()
            : !found.AsSpan().SequenceEqual(commit.Batch.Fingerprint()) ? new AggregateShareOutcome.Changed()
            : new AggregateShareOutcome.Committed();
    }
}
