using Npgsql;

namespace Janus.Testing;

/// <summary>
/// A lock that a test holds, so that those who race have passed their checks and stand before the same write when it is
/// released: what happens between is forced, not hoped for.
/// </summary>
public sealed class DatabaseGate : IAsyncDisposable
{
    /// <summary>The first half of the fence's advisory lock key: see docs/adr/0002-fence-lock-per-task.md.</summary>
    private const int Fence = 0x4A61_0001;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(2);

    private readonly NpgsqlConnection _holder;
    private readonly NpgsqlConnection _observer;
    private readonly NpgsqlTransaction _transaction;

    private DatabaseGate(NpgsqlConnection holder, NpgsqlConnection observer, NpgsqlTransaction transaction)
    {
        _holder = holder;
        _observer = observer;
        _transaction = transaction;
    }

    /// <summary>Stops whoever writes to a table; readers pass.</summary>
    public static Task<DatabaseGate> BeforeWritesAsync(TestDatabase database, string table) =>
        CloseAsync(database, $"LOCK TABLE {table} IN SHARE MODE");

    /// <summary>Stops whoever writes to a table or locks rows of it; readers pass.</summary>
    public static Task<DatabaseGate> BeforeRowLocksAsync(TestDatabase database, string table) =>
        CloseAsync(database, $"LOCK TABLE {table} IN EXCLUSIVE MODE");

    /// <summary>Stops whoever adds reports to batches of a task and whoever collects them; they pass in the order in which they came.</summary>
    public static Task<DatabaseGate> BeforeFenceAsync(TestDatabase database, int taskKey) =>
        CloseAsync(database, $"SELECT pg_advisory_xact_lock({Fence}, {taskKey})");

    /// <summary>Lets all stop at the gate, in any order, and opens it.</summary>
    /// <param name="contenders">Those who race; each comes to the gate once.</param>
    public async Task<T[]> RaceAsync<T>(params IEnumerable<Func<Task<T>>> contenders)
    {
        Task<T>[] running = [.. contenders.Select(Task.Run)];
        await WaitForAsync(running.Length, running);
        await OpenAsync();
        return await Task.WhenAll(running);
    }

    /// <summary>Lets all stop at the gate one after the other, and opens it.</summary>
    /// <param name="contenders">Those who race; each comes to the gate once.</param>
    public async Task<T[]> QueueAsync<T>(params IEnumerable<Func<Task<T>>> contenders)
    {
        List<Task<T>> running = [];
        foreach (Func<Task<T>> contender in contenders)
        {
            running.Add(Task.Run(contender));
            await WaitForAsync(running.Count, running);
        }

        await OpenAsync();
        return await Task.WhenAll(running);
    }

    /// <summary>Waits until so many stand at the gate.</summary>
    /// <param name="count">How many.</param>
    /// <param name="running">Work that must not end before; its failure ends the wait.</param>
    /// <param name="statement">The name of the statement that stands there; any when omitted.</param>
    /// <exception cref="TimeoutException">They did not come.</exception>
    public async Task WaitForAsync(int count, IEnumerable<Task>? running = null, string statement = "")
    {
        long began = TimeProvider.System.GetTimestamp();
        await using NpgsqlCommand command = new(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND backend_type = 'client backend' AND wait_event_type = 'Lock'
                AND position('-- ' || $1 in query) > 0
            """,
            _observer);
        command.Parameters.AddWithValue(statement);
        while ((long)(await command.ExecuteScalarAsync())! < count)
        {
            if (running?.FirstOrDefault(task => task.IsFaulted) is { } failed)
            {
                await failed;
            }

            if (TimeProvider.System.GetElapsedTime(began) > Patience)
            {
                throw new TimeoutException($"{count} were expected at the gate");
            }

            await Task.Delay(LookInterval);
        }
    }

    /// <summary>Lets everyone pass.</summary>
    public Task OpenAsync() => _transaction.CommitAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _holder.DisposeAsync();
        await _observer.DisposeAsync();
    }

    private static async Task<DatabaseGate> CloseAsync(TestDatabase database, string sql)
    {
        ArgumentNullException.ThrowIfNull(database);
        NpgsqlConnection holder = new(database.ConnectionString);
        await holder.OpenAsync();
        NpgsqlConnection observer = new(database.ConnectionString);
        await observer.OpenAsync();
        NpgsqlTransaction transaction = await holder.BeginTransactionAsync();
#pragma warning disable CA2100 // texts of tests
        await using NpgsqlCommand command = new(sql, holder, transaction);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
        return new DatabaseGate(holder, observer, transaction);
    }
}
