using Janus.Messages;
using Npgsql;

namespace Janus.Datastore;

/// <content>What may change about a task.</content>
public sealed partial class TaskStore
{
    private const string ShortenReportExpiryAgeSql = """
        -- TaskStore.ShortenReportExpiryAge
        UPDATE tasks SET report_expiry_age = $2
        WHERE task_id = $1 AND deleted_at IS NULL AND (report_expiry_age IS NULL OR report_expiry_age > $2)
        """;

    /// <summary>
    /// Gives a task a report expiry age, or a shorter one, in time-precision units, and tells all processes. False when it has
    /// a shorter one, or there is no such task: the IDs of reports that had expired may be gone, so that they could be taken
    /// once more.
    /// </summary>
    public Task<bool> ShortenReportExpiryAgeAsync(TaskId id, ulong age, CancellationToken cancellationToken) =>
        _runner.RunAsync("TaskStore.ShortenReportExpiryAge", async (transaction, token) =>
        {
            await using NpgsqlBatch batch = transaction.Batch();
            batch.Add(ShortenReportExpiryAgeSql).With(id.ToArray()).With(checked((long)age));
            batch.AddNotify(WorkKind.Tasks);
            await batch.ExecuteNonQueryAsync(token);
            return batch.BatchCommands[0].RecordsAffected == 1;
        }, cancellationToken);
}
