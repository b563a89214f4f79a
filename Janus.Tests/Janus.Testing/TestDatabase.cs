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
            TablesToIgnore = ["__EFMigrationsHistory"],
        });
        await _respawner.ResetAsync(connection);
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
