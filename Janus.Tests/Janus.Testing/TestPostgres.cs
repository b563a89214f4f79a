using Janus.Datastore;
using Janus.Datastore.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NUnit.Framework;

namespace Janus.Testing;

/// <summary>
/// The PostgreSQL of a test run: a throwaway cluster, or the server that <c>JANUS_TEST_DATABASE</c> names with the
/// connection string of a user who may create databases. Databases are copies of one that was migrated once.
/// </summary>
public static class TestPostgres
{
    private const string Variable = "JANUS_TEST_DATABASE";
    private static readonly string Template = $"janus_template_{Guid.NewGuid():n}";
    private static readonly SemaphoreSlim Gate = new(1);
    private static EmbeddedPostgres? _embedded;
    private static string? _maintenance;

    /// <summary>Creates a database with the current schema and nothing in it.</summary>
    public static async Task<TestDatabase> CreateDatabaseAsync()
    {
        string name = $"janus_test_{Guid.NewGuid():n}";
        await Gate.WaitAsync();
        try
        {
            await StartAsync();
            await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {Template}");
        }
        finally
        {
            Gate.Release();
        }

        return new TestDatabase(name, For(name));
    }

    /// <summary>Creates a database without any schema.</summary>
    public static async Task<TestDatabase> CreateEmptyDatabaseAsync()
    {
        string name = $"janus_test_{Guid.NewGuid():n}";
        await Gate.WaitAsync();
        try
        {
            await StartAsync();
            await ExecuteAsync($"CREATE DATABASE {name}");
        }
        finally
        {
            Gate.Release();
        }

        return new TestDatabase(name, For(name));
    }

    /// <summary>Stops the cluster, or removes the template from the server that was given.</summary>
    public static async Task StopAsync()
    {
        if (_embedded is not null)
        {
            await _embedded.DisposeAsync();
        }
        else if (_maintenance is not null)
        {
            await ExecuteAsync($"DROP DATABASE IF EXISTS {Template} WITH (FORCE)");
        }

        _embedded = null;
        _maintenance = null;
    }

    internal static Task DropAsync(string name) =>
        _maintenance is null ? Task.CompletedTask : ExecuteAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");

    private static async Task StartAsync()
    {
        if (_maintenance is not null)
        {
            return;
        }

        string maintenance = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given
            ? given
            : await StartEmbeddedAsync();
        _maintenance = new NpgsqlConnectionStringBuilder(maintenance) { Pooling = false }.ConnectionString;
        await ExecuteAsync($"CREATE DATABASE {Template}");
        await using ServiceProvider services = new ServiceCollection()
            .AddJanusDatastore(options =>
            {
                options.ConnectionString = For(Template);
                options.Keys.Add(DatastoreKeys.Generate());
            })
            .BuildServiceProvider();
        await services.GetRequiredService<DatastoreSchema>().MigrateAsync(CancellationToken.None);
    }

    private static async Task<string> StartEmbeddedAsync()
    {
        try
        {
            _embedded = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { Durable = false });
            return _embedded.ConnectionString("postgres");
        }
        catch (EmbeddedPostgresException missing) when (Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Ignore($"no PostgreSQL: {missing.Message}. Install it or set {Variable}.");
            throw;
        }
    }

    private static string For(string database) =>
        new NpgsqlConnectionStringBuilder(_maintenance) { Database = database, Pooling = true, MaxPoolSize = 60 }.ConnectionString;

    private static async Task ExecuteAsync(string sql)
    {
        await using NpgsqlConnection connection = new(_maintenance);
        await connection.OpenAsync();
#pragma warning disable CA2100 // names cannot be parameters; these are ours
        await using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
