using Npgsql;
using Respawn;

namespace Janus.Testing;

/// <summary>A database that is dropped at the end, and emptied between tests.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly string _name;
    private Respawner? _respawner;

    internal TestDatabase(string name, string connectionString)
    {
        _name = name;
        ConnectionString = connectionString;
    }

    /// <summary>The connection string for Npgsql.</summary>
    public string ConnectionString { get; }

    /// <summary>Deletes all rows but keeps the schema.</summary>
    public async Task ResetAsync()
    {
        await using NpgsqlConnection connection = new(ConnectionString);
        await connection.OpenAsync();
        _respawner ??= await Respawner.CreateAsync(connection, new RespawnerOptions
        {
            DbAdapter = DbAdapter.Postgres,
            TablesToIgnore = ["__EFMigrationsHistory", .. await PartitionsAsync(connection)],
        });
        await _respawner.ResetAsync(connection);
    }

    // Emptied with their table, if they are still there.
    private static async Task<Respawn.Graph.Table[]> PartitionsAsync(NpgsqlConnection connection)
    {
        await using NpgsqlCommand command = new("SELECT coalesce(array_agg(relname::text), '{}') FROM pg_class WHERE relispartition AND relkind = 'r'", connection);
        return [.. ((string[])(await command.ExecuteScalarAsync())!).Select(name => new Respawn.Graph.Table(name))];
    }

    /// <summary>Drops the database, whoever is connected to it.</summary>
    public async ValueTask DisposeAsync()
    {
        await using (NpgsqlConnection connection = new(ConnectionString))
        {
            NpgsqlConnection.ClearPool(connection);
        }

        await TestPostgres.DropAsync(_name);
    }
}
