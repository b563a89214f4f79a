using Npgsql;

namespace Janus.Datastore;

/// <content>The rows of deleted tasks.</content>
public sealed partial class GarbageCollectionStore
{
    // Not NOT EXISTS, which drops the order that makes the planner take the primary key.
    private const string IsEmptySql = """
        (SELECT report_id FROM unaggregated_reports WHERE task_key = $1 ORDER BY report_id LIMIT 1) IS NULL
            AND (SELECT bucket FROM batch_bucket_shards WHERE task_key = $1 ORDER BY bucket LIMIT 1) IS NULL
            AND (SELECT aggregation_job_id FROM aggregation_jobs WHERE task_key = $1 ORDER BY aggregation_job_id LIMIT 1) IS NULL
            AND (SELECT batch_id FROM leader_selected_batches WHERE task_key = $1 ORDER BY batch_id LIMIT 1) IS NULL
            AND (SELECT first_bucket FROM collected_batches WHERE task_key = $1 ORDER BY first_bucket LIMIT 1) IS NULL
            AND (SELECT first_bucket FROM batch_noise WHERE task_key = $1 ORDER BY first_bucket LIMIT 1) IS NULL
            AND (SELECT collection_job_id FROM collection_jobs WHERE task_key = $1 ORDER BY collection_job_id LIMIT 1) IS NULL
            AND (SELECT aggregate_share_id FROM aggregate_shares WHERE task_key = $1 ORDER BY aggregate_share_id LIMIT 1) IS NULL
            AND (SELECT report_id FROM report_ids WHERE task_key = $1 ORDER BY report_id LIMIT 1) IS NULL
        """;

    private const string EndTaskSql = $"""
        -- GarbageCollectionStore.EndTask
        UPDATE tasks SET deleted_at = $2 WHERE task_key = $1 AND deleted_at IS NULL AND {IsEmptySql}
        """;

    private const string RemoveTaskSql = $"""
        -- GarbageCollectionStore.RemoveTask
        DELETE FROM tasks WHERE task_key = $1 AND deleted_at IS NOT NULL AND {IsEmptySql}
        """;

    // What is known of a task as a whole is a few rows, and goes with its own.
    private const string RemoveCountsSql = """
        -- GarbageCollectionStore.RemoveCounts
        DELETE FROM report_counts WHERE task_key = $1
        """;

    private const string RemoveContactSql = """
        -- GarbageCollectionStore.RemoveContact
        DELETE FROM peer_contacts WHERE task_key = $1
        """;

    /// <summary>
    /// Deletes rows of a deleted task, whatever their state, and returns how many; none while another collector works on it.
    /// Report IDs are deleted by the week: <see cref="DeleteReportIdsAsync"/>.
    /// </summary>
    public Task<int> DeleteAllAsync(int taskKey, GarbageKind kind, int most, CancellationToken cancellationToken)
    {
        if (kind == GarbageKind.ReportIds)
        {
            throw new ArgumentOutOfRangeException(nameof(kind));
        }

        return _runner.RunAsync("GarbageCollectionStore.DeleteAll", async (transaction, token) =>
        {
            if (!await TryBeginAsync(transaction, taskKey, kind, token))
            {
                return 0;
            }

            await using NpgsqlCommand command = transaction.Command(AllSql(kind.Table())).With(taskKey).With(most);
            return await command.ExecuteNonQueryAsync(token);
        }, cancellationToken);
    }

    /// <summary>Deletes a task of which nothing is left, as <see cref="TaskStore.DeleteAsync"/> does. False when something is.</summary>
    public Task<bool> EndTaskAsync(int taskKey, DateTimeOffset now, CancellationToken cancellationToken) =>
        _runner.RunAsync("GarbageCollectionStore.EndTask", async (transaction, token) =>
        {
            await using NpgsqlBatch batch = transaction.Batch();
            batch.Add(EndTaskSql).With(taskKey).With(now);
            batch.AddNotify(WorkKind.Tasks);
            await batch.ExecuteNonQueryAsync(token);
            return batch.BatchCommands[0].RecordsAffected == 1;
        }, cancellationToken);

    /// <summary>Removes a deleted task's own row, with its secrets, once it is the last. False when it is not.</summary>
    public Task<bool> RemoveTaskAsync(int taskKey, CancellationToken cancellationToken) =>
        _runner.RunAsync("GarbageCollectionStore.RemoveTask", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(RemoveTaskSql).With(taskKey);
            if (await command.ExecuteNonQueryAsync(token) != 1)
            {
                return false;
            }

            await using NpgsqlBatch batch = transaction.Batch();
            batch.Add(RemoveCountsSql).With(taskKey);
            batch.Add(RemoveContactSql).With(taskKey);
            await batch.ExecuteNonQueryAsync(token);
            return true;
        }, cancellationToken);

    private static string AllSql(string table) => $"""
        -- GarbageCollectionStore.All
        DELETE FROM {table} WHERE task_key = $1 AND ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE task_key = $1 LIMIT $2 FOR UPDATE SKIP LOCKED))
        """;
}
