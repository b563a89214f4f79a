using Janus.Messages;
using Npgsql;
using NpgsqlTypes;

namespace Janus.Datastore;

/// <summary>The Leader's collection jobs as the Collector sees them, and their leases: DAP §4.6 (collect-flow).</summary>
public sealed partial class CollectionJobStore : LeaseStore<CollectionJob>
{
    private const int MaximumCreationRounds = 5;

    private static readonly string FindIdenticalSql = $"""
        -- CollectionJobStore.FindIdentical
        SELECT {CollectionJobRows.Columns} FROM collection_jobs AS c
        WHERE c.task_key = $1 AND c.request_hash = $2
            AND c.state IN ({CollectionJobState.Waiting:d}, {CollectionJobState.Fenced:d}, {CollectionJobState.Finished:d})
        """;

    private static readonly string InsertSql = $"""
        -- CollectionJobStore.Insert
        INSERT INTO collection_jobs AS c (task_key, collection_job_id, request, request_hash, agg_param, state,
            first_bucket, last_bucket, created_at, next_attempt_at, lease_expiry, lease_attempts)
        VALUES ($1, $2, $3, $4, $8, {CollectionJobState.Waiting:d}, $5, $6, $7, $7, $7, 0)
        ON CONFLICT (task_key, request_hash)
            WHERE state IN ({CollectionJobState.Waiting:d}, {CollectionJobState.Fenced:d}, {CollectionJobState.Finished:d})
            DO NOTHING
        RETURNING {CollectionJobRows.Columns}
        """;

    private static readonly string FindSql = $"""
        -- CollectionJobStore.Find
        SELECT {CollectionJobRows.Columns} FROM collection_jobs AS c WHERE c.task_key = $1 AND c.collection_job_id = $2
        """;

    private static readonly string DeleteSql = $"""
        -- CollectionJobStore.Delete
        WITH target AS MATERIALIZED (
            SELECT collection_job_id, state FROM collection_jobs
            WHERE task_key = $1 AND collection_job_id = $2 AND state <> {CollectionJobState.Deleted:d}
                AND ($3 OR state NOT IN ({CollectionJobState.Fenced:d}, {CollectionJobState.Finished:d}))
            FOR UPDATE
        )
        UPDATE collection_jobs AS c SET state = {CollectionJobState.Deleted:d}, lease_token = NULL,
            leader_aggregate_share = NULL, response = NULL
        FROM target WHERE c.task_key = $1 AND c.collection_job_id = target.collection_job_id
        RETURNING target.state, c.helper_location, c.closed_at, c.first_bucket
        """;

    private const string UnmarkCollectedSql = """
        -- CollectionJobStore.UnmarkCollected
        DELETE FROM collected_batches WHERE task_key = $1 AND first_bucket = $2
        """;

    private const string ReopenBatchSql = """
        -- CollectionJobStore.ReopenBatch
        UPDATE leader_selected_batches SET collection_job_id = NULL, failed_collections = failed_collections + $4
        WHERE task_key = $1 AND batch_id = $2 AND collection_job_id = $3
        """;

    private static readonly string DeferSql = LeaseTable.CollectionJobs.ReleaseSql("Defer", "lease_attempts = 0");

    private readonly TransactionRunner _runner;
    private readonly ColumnEncryption _encryption;

    internal CollectionJobStore(TransactionRunner runner, ColumnEncryption encryption)
        : base(runner, LeaseTable.CollectionJobs, "c", CollectionJobRows.Columns, CollectionJobRows.Read, job => Uuid.Of(job.Id))
    {
        _runner = runner;
        _encryption = encryption;
    }

    /// <summary>
    /// Makes a job under <paramref name="newId"/>, or finds the one that an identical request made and that has neither
    /// failed nor been deleted. A batch with a collected bucket is refused, and one that was aggregated with another
    /// aggregation parameter, or begins in expired time.
    /// </summary>
    /// <param name="task">The task.</param>
    /// <param name="newId">The ID of the new job.</param>
    /// <param name="request">The CollectionJobReq exactly as it came.</param>
    /// <param name="requestHash">Its SHA-256.</param>
    /// <param name="aggParam">Its aggregation parameter.</param>
    /// <param name="range">The batch, or <see langword="null"/> when the Leader chooses one later.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public Task<CollectionJobCreation> CreateAsync(
        DapTask task,
        CollectionJobId newId,
        byte[] request,
        byte[] requestHash,
        byte[] aggParam,
        BatchRange? range,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(aggParam);
        return _runner.RunAsync<CollectionJobCreation>("CollectionJobStore.Create", async (transaction, token) =>
        {
            // An identical job may come, or go, between two statements; then it is looked for again.
            for (int round = 0; round < MaximumCreationRounds; round++)
            {
                if (await FindIdenticalAsync(transaction, task.Key, requestHash, token) is { } existing)
                {
                    return new CollectionJobCreation.Existing(existing);
                }

                if (range is not null && task.HasExpired(range, now))
                {
                    return new CollectionJobCreation.Expired();
                }

                (bool isCollected, bool hasOtherAggParam) = await CheckAsync(transaction, task.Key, range, aggParam, token);
                if (isCollected)
                {
                    // Committed after the first look, perhaps, by the identical job itself.
                    return await FindIdenticalAsync(transaction, task.Key, requestHash, token) is { } collected
                        ? new CollectionJobCreation.Existing(collected)
                        : new CollectionJobCreation.Overlap();
                }

                if (hasOtherAggParam)
                {
                    return new CollectionJobCreation.OtherAggParam();
                }

                if (await InsertAsync(transaction, task.Key, newId, request, requestHash, aggParam, range, now, token) is { } job)
                {
                    return new CollectionJobCreation.Created(job);
                }
            }

            throw new InvalidOperationException("identical collection jobs come and go too fast");
        }, cancellationToken);
    }

    /// <summary>The job of an ID, deleted ones included.</summary>
    public Task<CollectionJob?> FindAsync(int taskKey, CollectionJobId id, CancellationToken cancellationToken) =>
        _runner.ReadAsync("CollectionJobStore.Find", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(FindSql).With(taskKey).With(Uuid.Of(id));
            return (await command.ReadAllAsync(CollectionJobRows.Read, token)).SingleOrDefault();
        }, cancellationToken);

    /// <summary>
    /// Deletes a job and its answer. The batch of a job that was fenced stays marked collected, since the Helper may have
    /// given its share; one that was only selected or closed is free again.
    /// Null when there is no such job or it is deleted already.
    /// </summary>
    public Task<CollectionJobDeletion?> DeleteAsync(int taskKey, CollectionJobId id, CancellationToken cancellationToken) =>
        DeleteAsync(taskKey, id, evenIfCollected: true, cancellationToken);

    /// <summary>
    /// Deletes a job as <see cref="DeleteAsync(int, CollectionJobId, CancellationToken)"/> does, unless its batch is collected:
    /// null, too, when it is fenced or finished.
    /// </summary>
    public Task<CollectionJobDeletion?> DeleteUncollectedAsync(int taskKey, CollectionJobId id, CancellationToken cancellationToken) =>
        DeleteAsync(taskKey, id, evenIfCollected: false, cancellationToken);

    private Task<CollectionJobDeletion?> DeleteAsync(int taskKey, CollectionJobId id, bool evenIfCollected, CancellationToken cancellationToken) =>
        _runner.RunAsync("CollectionJobStore.Delete", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(DeleteSql).With(taskKey).With(Uuid.Of(id)).With(evenIfCollected, NpgsqlDbType.Boolean);
            List<(CollectionJobState State, string? HelperLocation, bool IsClosed, byte[]? FirstBucket)> deleted = await command.ReadAllAsync(
                row => ((CollectionJobState)row.GetInt16(0), row.TextOrNull(1), !row.IsDBNull(2), row.BytesOrNull(3)), token);
            if (deleted is not [var (state, helperLocation, isClosed, firstBucket)])
            {
                return null;
            }

            if (state == CollectionJobState.Waiting && firstBucket is not null)
            {
                await using NpgsqlBatch batch = transaction.Batch();
                batch.Add(ReopenBatchSql).With(taskKey).With(firstBucket).With(Uuid.Of(id)).With(0);
                if (isClosed)
                {
                    batch.Add(UnmarkCollectedSql).With(taskKey).With(firstBucket);
                }

                await batch.ExecuteNonQueryAsync(token);
            }

            return new CollectionJobDeletion(helperLocation);
        }, cancellationToken);

    /// <summary>
    /// Gives a job back that only has to wait, at once when an aggregation job of the task finished meanwhile; its attempts
    /// count from 0 again. False when the lease is lost.
    /// </summary>
    public Task<bool> DeferAsync(Lease<CollectionJob> lease, DateTimeOffset nextAttempt, CancellationToken cancellationToken) =>
        ReleaseAsync("Defer", DeferSql, lease, nextAttempt, cancellationToken);

    private static async Task<CollectionJob?> FindIdenticalAsync(
        DatastoreTransaction transaction, int taskKey, byte[] requestHash, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = transaction.Command(FindIdenticalSql).With(taskKey).With(requestHash);
        return (await command.ReadAllAsync(CollectionJobRows.Read, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Why a collection job of a batch could only fail: it overlaps a collected one, or has another aggregation parameter.</summary>
    internal static async Task<(bool IsCollected, bool HasOtherAggParam)> CheckAsync(
        DatastoreTransaction transaction, int taskKey, BatchRange? range, byte[] aggParam, CancellationToken cancellationToken)
    {
        if (range is null)
        {
            return (false, false);
        }

        await using NpgsqlBatch batch = transaction.Batch();
        batch.AddIsCollected(taskKey, range);
        batch.AddHasOtherAggParam(taskKey, range, aggParam);
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
        bool isCollected = (await reader.ReadRowsAsync(row => row.GetBoolean(0), cancellationToken))[0];
        bool hasOtherAggParam = (await reader.ReadNextAsync(row => row.GetBoolean(0), cancellationToken))[0];
        return (isCollected, hasOtherAggParam);
    }

    private static async Task<CollectionJob?> InsertAsync(
        DatastoreTransaction transaction,
        int taskKey,
        CollectionJobId newId,
        byte[] request,
        byte[] requestHash,
        byte[] aggParam,
        BatchRange? range,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using NpgsqlBatch batch = transaction.Batch();
        batch.Add(InsertSql).With(taskKey).With(Uuid.Of(newId)).With(request).With(requestHash)
            .With(range?.FirstBucket).With(range?.LastBucket).With(now).With(aggParam);
        batch.AddNotify(WorkKind.CollectionJobs);

        // The job creator need not wait for more reports of this batch.
        batch.AddNotify(WorkKind.Reports);
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
        return (await reader.ReadRowsAsync(CollectionJobRows.Read, cancellationToken)).SingleOrDefault();
    }
}
