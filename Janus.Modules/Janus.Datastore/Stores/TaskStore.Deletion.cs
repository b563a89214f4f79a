using Janus.Messages;
using Npgsql;

namespace Janus.Datastore;

/// <content>Deleting a task: it is gone at once for everyone, and the garbage collector removes what it has.</content>
public sealed partial class TaskStore
{
    private const string DeleteSql = """
        -- TaskStore.Delete
        UPDATE tasks SET deleted_at = $2 WHERE task_id = $1 AND deleted_at IS NULL
        """;

    private const string GoneSql = """
        -- TaskStore.Gone
        SELECT t.task_key FROM unnest($1::int[]) AS t (task_key)
        LEFT JOIN LATERAL (
            SELECT k.task_key FROM tasks AS k WHERE k.task_key = t.task_key AND k.deleted_at IS NULL LIMIT 1) AS known ON true
        WHERE known.task_key IS NULL
        """;

    /// <summary>Deletes a task, and tells all processes. False when there is none, or it is deleted already.</summary>
    /// <param name="id">The task ID, which stays taken until the garbage collector has removed the last row.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public Task<bool> DeleteAsync(TaskId id, DateTimeOffset now, CancellationToken cancellationToken) =>
        _runner.RunAsync("TaskStore.Delete", async (transaction, token) =>
        {
            await using NpgsqlBatch batch = transaction.Batch();
            batch.Add(DeleteSql).With(id.ToArray()).With(now);
            batch.AddNotify(WorkKind.Tasks);
            await batch.ExecuteNonQueryAsync(token);
            return batch.BatchCommands[0].RecordsAffected == 1;
        }, cancellationToken);

    /// <summary>Which of these keys name no task any more.</summary>
    public Task<IReadOnlyList<int>> FindGoneAsync(IReadOnlyCollection<int> keys, CancellationToken cancellationToken) =>
        _runner.ReadAsync<IReadOnlyList<int>>("TaskStore.Gone", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(GoneSql);
            command.With(keys.ToArray(), CommandExtensions.IntArray);
            return await command.ReadAllAsync(row => row.GetInt32(0), token);
        }, cancellationToken);
}
