using Janus.Datastore;
using Janus.IntegrationTests.Datastore;
using Janus.Messages;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Janus.IntegrationTests.Maintenance;

/// <summary>Tasks whose reports expire after two weeks, and rows of every kind of a chosen age.</summary>
public abstract class GarbageFixture : DatastoreFixture
{
    /// <summary>The report expiry age in hours, the tasks' time precision.</summary>
    protected const int Age = 14 * 24;

    protected static readonly GarbageCollectionLimits Limits = new(TimeSpan.FromDays(1), 100, TimeSpan.Zero, 0);

    /// <summary>All tables that a task has rows in, the last one being partitioned.</summary>
    protected static readonly string[] Tables = [.. GarbageKinds.All.Select(kind => kind.Table())];

    /// <summary>Now in hours.</summary>
    protected static ulong NowHour => (ulong)Now.ToUnixTimeSeconds() / 3600;

    /// <summary>A time whose reports have expired and whose grace period is over.</summary>
    protected static ulong LongAgo => NowHour - Age - (24 * 20);

    protected Task<DapTask> AddExpiringTaskAsync(BatchMode batchMode = BatchMode.TimeInterval, Role role = Role.Leader, ulong? age = Age) =>
        Get<TaskStore>().AddAsync(NewTask(batchMode, role) with { ReportExpiryAge = age }, Token);

    /// <summary>A collector at a time.</summary>
    protected GarbageRemoval CollectorAt(DateTimeOffset time) => new(Get<GarbageCollectionStore>(), new FakeTimeProvider(time));

    protected Task<GarbageCollectionRound> CollectAsync(GarbageCollectionLimits? limits = null, DateTimeOffset? at = null) =>
        CollectorAt(at ?? Now).RunAsync(limits ?? Limits, Token);

    /// <summary>Writes rows of every table about reports of a time: all that a collected batch leaves, and a report that waits.</summary>
    protected async Task FillAsync(DapTask task, ulong time, int rows = 1)
    {
        await Get<GarbageCollectionStore>().EnsurePartitionsAsync([ReportWeek.Of(time, task.Configuration.TimePrecision)], Token);
        await ExecuteAsync(OldRows.Of(task, time, rows));
    }

    /// <summary>How many rows a task has in each table.</summary>
    protected async Task<Dictionary<string, long>> RowsAsync(DapTask task)
    {
        Dictionary<string, long> rows = [];
        foreach (string table in Tables)
        {
            rows[table] = await ScalarAsync<long>($"SELECT count(*) FROM {table} WHERE task_key = {task.Key}");
        }

        return rows;
    }

    protected async Task ExecuteAsync(string sql)
    {
        await using NpgsqlConnection connection = await ConnectAsync();
#pragma warning disable CA2100 // texts of tests
        await using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Token);
    }
}
