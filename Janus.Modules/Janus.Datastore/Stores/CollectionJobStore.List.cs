using Npgsql;

namespace Janus.Datastore;

/// <content>The list for the operator.</content>
public sealed partial class CollectionJobStore
{
    private static readonly string ListSql = $"""
        -- CollectionJobStore.List
        SELECT {CollectionJobRows.Columns}, c.next_attempt_at, c.lease_attempts, c.lease_token IS NOT NULL AND c.lease_expiry > $3, marked.collected_at
        FROM (SELECT * FROM collection_jobs
            WHERE task_key = $1 AND state <> {CollectionJobState.Deleted:d} ORDER BY created_at DESC LIMIT $2) AS c
        LEFT JOIN LATERAL (SELECT b.collected_at FROM collected_batches AS b
            WHERE b.task_key = $1 AND b.first_bucket = c.first_bucket LIMIT 1) AS marked ON true
        ORDER BY c.created_at DESC, c.collection_job_id
        """;

    /// <summary>A task's collection jobs that are not deleted, the newest first.</summary>
    /// <param name="taskKey">The task's key.</param>
    /// <param name="most">The most jobs.</param>
    /// <param name="now">The time, which tells who holds a lease.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public Task<IReadOnlyList<CollectionJobStanding>> ListAsync(int taskKey, int most, DateTimeOffset now, CancellationToken cancellationToken) =>
        _runner.ReadAsync<IReadOnlyList<CollectionJobStanding>>("CollectionJobStore.List", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(ListSql).With(taskKey).With(most).With(now);
            return await command.ReadAllAsync(
                row => new CollectionJobStanding(CollectionJobRows.Read(row), row.Instant(19), row.GetInt32(20), row.GetBoolean(21), row.InstantOrNull(22)), token);
        }, cancellationToken);
}
