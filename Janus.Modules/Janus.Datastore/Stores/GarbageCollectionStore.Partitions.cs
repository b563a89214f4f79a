using System.Globalization;
using Npgsql;

namespace Janus.Datastore;

/// <content>The partitions of the replay table.</content>
public sealed partial class GarbageCollectionStore
{
    /// <summary>How long dropping a partition waits for a lock, and with it whoever comes meanwhile.</summary>
    private static readonly TimeSpan LockTimeout = TimeSpan.FromMilliseconds(100);

    private const string TasksOfWeekSql = """
        -- GarbageCollectionStore.TasksOfWeek: one index probe for each task, however many reports it has
        WITH RECURSIVE known AS (
            (SELECT task_key FROM report_ids WHERE report_week = $1 ORDER BY task_key LIMIT 1)
            UNION ALL
            SELECT following.task_key FROM known CROSS JOIN LATERAL (
                SELECT r.task_key FROM report_ids AS r
                WHERE r.report_week = $1 AND r.task_key > known.task_key
                ORDER BY r.task_key LIMIT 1) AS following
        )
        SELECT task_key FROM known
        """;

    private const string MissingTasksSql = """
        -- GarbageCollectionStore.MissingTasks
        SELECT t.task_key FROM unnest($1::int[]) AS t (task_key)
        LEFT JOIN LATERAL (SELECT k.task_key FROM tasks AS k WHERE k.task_key = t.task_key LIMIT 1) AS known ON true
        WHERE known.task_key IS NULL
        """;

    private const string LockTimeoutSql = """
        -- GarbageCollectionStore.LockTimeout
        SELECT set_config('lock_timeout', $1, true)
        """;

    // The table before its partition, as those who write do.
    private const string LockSql = """
        -- GarbageCollectionStore.LockReportIds
        LOCK TABLE ONLY report_ids IN ACCESS EXCLUSIVE MODE
        """;

    /// <summary>Makes the partitions of these weeks, as far as they are missing.</summary>
    public Task EnsurePartitionsAsync(IReadOnlyCollection<int> weeks, CancellationToken cancellationToken)
    {
        // Another collector may have dropped one that this process has seen.
        _partitions.Forget();
        return _partitions.EnsureAsync(weeks, cancellationToken);
    }

    /// <summary>The weeks that the replay table has partitions of, ascending.</summary>
    public Task<IReadOnlyList<int>> ListWeeksAsync(CancellationToken cancellationToken) => _partitions.ListAsync(cancellationToken);

    /// <summary>The keys of the tasks that have reports in a week, ascending.</summary>
    public Task<IReadOnlyList<int>> ListTasksOfWeekAsync(int week, CancellationToken cancellationToken) =>
        _runner.ReadAsync(
            "GarbageCollectionStore.TasksOfWeek", (transaction, token) => ListTasksOfWeekAsync(transaction, week, token), cancellationToken);

    /// <summary>Which of these keys no task has, not even a deleted one.</summary>
    public Task<IReadOnlySet<int>> FindGoneAsync(IReadOnlyCollection<int> keys, CancellationToken cancellationToken) =>
        _runner.ReadAsync<IReadOnlySet<int>>("GarbageCollectionStore.MissingTasks", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(MissingTasksSql).With(keys.ToArray(), CommandExtensions.IntArray);
            return (await command.ReadAllAsync(row => row.GetInt32(0), token)).ToHashSet();
        }, cancellationToken);

    /// <summary>
    /// Drops a week's partition, and its disk space with it, unless a task has reports in it that is not among those given.
    /// False, after a moment, when somebody has the table in use for long.
    /// </summary>
    public async Task<bool> TryDropWeekAsync(int week, IReadOnlyCollection<int> expired, CancellationToken cancellationToken)
    {
        try
        {
            return await _runner.RunAsync("GarbageCollectionStore.DropWeek", async (transaction, token) =>
            {
                await using (NpgsqlBatch batch = transaction.Batch())
                {
                    string timeout = ((int)LockTimeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
                    batch.Add(LockTimeoutSql).With(timeout);
                    batch.AddPartitioning();
                    batch.Add(LockSql);
                    await batch.ExecuteNonQueryAsync(token);
                }

                // Nobody writes now, so what is seen here is all.
                if ((await ListTasksOfWeekAsync(transaction, week, token)).Except(expired).Any())
                {
                    return false;
                }

#pragma warning disable CA2100 // a number is all that varies
                await using NpgsqlCommand drop = transaction.Command(
                    $"-- GarbageCollectionStore.Drop\nDROP TABLE IF EXISTS {ReportPartitions.NameOf(week)}");
#pragma warning restore CA2100
                await drop.ExecuteNonQueryAsync(token);
                return true;
            }, cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }
    }

    private static async Task<IReadOnlyList<int>> ListTasksOfWeekAsync(
        DatastoreTransaction transaction, int week, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = transaction.Command(TasksOfWeekSql).With(week);
        return await command.ReadAllAsync(row => row.GetInt32(0), cancellationToken);
    }
}
