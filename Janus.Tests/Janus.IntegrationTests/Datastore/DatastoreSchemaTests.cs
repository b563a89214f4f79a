using Janus.Datastore;
using Janus.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Janus.IntegrationTests.Datastore;

public sealed class DatastoreSchemaTests
{
    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [Test]
    public async Task A_database_without_the_migrations_is_refused_with_what_to_do()
    {
        await using TestDatabase database = await TestPostgres.CreateEmptyDatabaseAsync();
        await using ServiceProvider services = Services(database);

        Assert.That(
            () => services.GetRequiredService<DatastoreSchema>().CheckAsync(Token),
            Throws.InstanceOf<SchemaMismatchException>().With.Message.Contains("run janus migrate"));
    }

    [Test]
    public async Task A_database_of_a_newer_program_is_refused()
    {
        await using TestDatabase database = await TestPostgres.CreateDatabaseAsync();
        await using ServiceProvider services = Services(database);
        await using NpgsqlCommand command = services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            """INSERT INTO "__EFMigrationsHistory" VALUES ('99991231235959_Future', '10.0.0')""");
        await command.ExecuteNonQueryAsync(Token);

        Assert.That(
            () => services.GetRequiredService<DatastoreSchema>().CheckAsync(Token),
            Throws.InstanceOf<SchemaMismatchException>().With.Message.Contains("newer Janus").And.Message.Contains("99991231235959_Future"));
    }

    [Test]
    public async Task Replicas_that_migrate_at_once_migrate_once()
    {
        await using TestDatabase database = await TestPostgres.CreateEmptyDatabaseAsync();
        await using ServiceProvider services = Services(database);
        DatastoreSchema schema = services.GetRequiredService<DatastoreSchema>();

        IReadOnlyList<string>[] applied = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => schema.MigrateAsync(Token)));

        Assert.That(applied.Count(names => names.Count > 0), Is.EqualTo(1));
        Assert.That(() => schema.CheckAsync(Token), Throws.Nothing);
    }

    [Test]
    public async Task A_migration_may_take_longer_than_other_commands()
    {
        await using TestDatabase database = await TestPostgres.CreateEmptyDatabaseAsync();
        await using ServiceProvider services = Services(database, new NpgsqlConnectionStringBuilder(database.ConnectionString) { CommandTimeout = 1 }.ConnectionString);
        await using (NpgsqlCommand command = services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            """CREATE TABLE "__EFMigrationsHistory" (migration_id varchar(150) PRIMARY KEY, product_version varchar(32) NOT NULL)"""))
        {
            await command.ExecuteNonQueryAsync(Token);
        }

        Task<IReadOnlyList<string>> migrating;
        await using (DatabaseGate gate = await DatabaseGate.BeforeRowLocksAsync(database, "\"__EFMigrationsHistory\""))
        {
            migrating = services.GetRequiredService<DatastoreSchema>().MigrateAsync(Token);
            await Task.WhenAny(migrating, Task.Delay(TimeSpan.FromSeconds(2.5), Token));
            await gate.OpenAsync();
        }

        Assert.That(await migrating, Is.Not.Empty);
    }

    [Test]
    public async Task The_migrations_have_everything_that_the_model_has()
    {
        await using TestDatabase database = await TestPostgres.CreateDatabaseAsync();
        await using ServiceProvider services = Services(database);
        await using JanusDbContext context = await services
            .GetRequiredService<Microsoft.EntityFrameworkCore.IDbContextFactory<JanusDbContext>>().CreateDbContextAsync(Token);

        Assert.That(Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.HasPendingModelChanges(context.Database), Is.False);
    }

    [Test]
    public void Options_without_a_connection_string_or_keys_are_refused()
    {
        using ServiceProvider services = new ServiceCollection().AddJanusDatastore(options => options.Keys.Add("short")).BuildServiceProvider();

        Assert.That(
            () => services.GetRequiredService<TransactionRunner>(),
            Throws.InstanceOf<Microsoft.Extensions.Options.OptionsValidationException>()
                .With.Message.Contains("connection string").And.Message.Contains("at least one key"));
    }

    private static ServiceProvider Services(TestDatabase database, string? direct = null) => new ServiceCollection()
        .AddJanusDatastore(options =>
        {
            options.ConnectionString = database.ConnectionString;
            options.DirectConnectionString = direct;
            options.Keys.Add(DatastoreKeys.Generate());
        })
        .BuildServiceProvider();
}
