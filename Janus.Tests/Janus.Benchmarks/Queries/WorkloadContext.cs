using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Janus.Benchmarks.Queries;

/// <summary>What the cases of a workload work with.</summary>
internal sealed class WorkloadContext
{
    private readonly ServiceProvider _services;
    private readonly NpgsqlConnection _plain;
    private readonly IReadOnlyList<FilledTask> _tasks;
    private readonly int _salt;
    private int _next;

    public WorkloadContext(
        ServiceProvider services, NpgsqlConnection plain, IReadOnlyList<FilledTask> tasks, int salt, CancellationToken cancellationToken)
    {
        _services = services;
        _plain = plain;
        _tasks = tasks;
        _salt = salt;
        Token = cancellationToken;
    }

    /// <summary>The time of the run: at each, the leases of the run before have expired.</summary>
    public DateTimeOffset Now => DatabaseFill.Now.AddMinutes(10 * _salt);

    /// <summary>What has expired in every other round: nothing, or the oldest hours.</summary>
    public ulong FirstLiveHour => Round % 2 == 0 ? 0 : (ulong)FilledTask.FirstHour + 5;

    public static TimeSpan Minute { get; } = TimeSpan.FromMinutes(1);

    public CancellationToken Token { get; }

    /// <summary>How often the present case ran before.</summary>
    public int Round { get; set; }

    public IReadOnlyList<FilledTask> Tasks => _tasks;

    /// <summary>A number that no other call gets.</summary>
    public int Next() => (_salt * 1_000_000) + _next++;

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>A task of one of these kinds: the large one and smaller ones by turns.</summary>
    public FilledTask Task(params TaskKind[] kinds)
    {
        TaskKind kind = kinds[Round / 2 % kinds.Length];
        FilledTask[] tasks = [.. _tasks.Where(task => task.Kind == kind)];
        return tasks[Round % 2 == 0 ? 0 : 1 + (Next() % Math.Max(1, Math.Min(tasks.Length - 1, 20)))];
    }

    /// <summary>The task of a key.</summary>
    public FilledTask TaskOf(int key) => _tasks.Single(task => task.Key == key);

    /// <summary>One row out of the first that a query finds, read beside the measured connections; null when there is none.</summary>
    public async Task<object[]?> PickAsync(string sql, params object[] parameters)
    {
#pragma warning disable CA2100 // constants of the cases
        await using NpgsqlCommand command = new($"{sql} OFFSET {Round % 3} LIMIT 1", _plain);
#pragma warning restore CA2100
        foreach (object value in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Token);
        if (!await reader.ReadAsync(Token))
        {
            return null;
        }

        object[] row = new object[reader.FieldCount];
        reader.GetValues(row);
        return row;
    }

    /// <summary>Writes beside the measured connections.</summary>
    public async Task PrepareAsync(string sql, params object[] parameters)
    {
#pragma warning disable CA2100 // constants of the cases
        await using NpgsqlCommand command = new(sql, _plain);
#pragma warning restore CA2100
        foreach (object value in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await command.ExecuteNonQueryAsync(Token);
    }
}
