using Janus.Datastore;
using Janus.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Janus.IntegrationTests.Datastore;

/// <summary>A pooler in front of the database: one that gives connections to transactions is refused, or gone around.</summary>
public sealed class TransactionPoolerTests : DatastoreFixture
{
    private const string Transactions = "transaction";
    private const string Sessions = "session";

    [TestCase(Transactions)]
    [TestCase("statement")]
    public async Task Pooler_that_was_not_told_of_is_refused(string mode)
    {
        await using TestPooler pooler = await TestPooler.StartAsync(Database, mode);
        await using ServiceProvider services = Datastore(pooler.ConnectionString, null);

        Assert.That(
            async () => await services.GetRequiredService<PoolerDetection>().CheckAsync(Token),
            mode == Transactions
                ? Throws.TypeOf<PoolerException>().With.Message.Contains("pool_mode=transaction").And.Message.Contains("Database.DirectConnectionString")
                : Throws.InstanceOf<Exception>());
    }

    [Test]
    public async Task Pooler_by_session_is_as_good_as_none()
    {
        await using TestPooler pooler = await TestPooler.StartAsync(Database, Sessions, poolSize: 10);
        await using ServiceProvider services = Datastore(pooler.ConnectionString, null);

        Assert.That(async () => await services.GetRequiredService<PoolerDetection>().CheckAsync(Token), Throws.Nothing);
        Assert.That(async () => await Get<PoolerDetection>().CheckAsync(Token), Throws.Nothing, "and none is none");
    }

    [Test]
    public async Task Direct_connections_must_be_direct_and_lead_to_the_same_database()
    {
        await using TestPooler pooler = await TestPooler.StartAsync(Database, Transactions);
        await using TestDatabase other = await TestPostgres.CreateEmptyDatabaseAsync();
        await using ServiceProvider pooled = Datastore(pooler.ConnectionString, pooler.ConnectionString);
        await using ServiceProvider elsewhere = Datastore(pooler.ConnectionString, other.ConnectionString);
        await using ServiceProvider right = Datastore(pooler.ConnectionString, Database.ConnectionString);

        Assert.That(async () => await pooled.GetRequiredService<PoolerDetection>().CheckAsync(Token), Throws.TypeOf<PoolerException>().With.Message.Contains("too"));
        Assert.That(async () => await elsewhere.GetRequiredService<PoolerDetection>().CheckAsync(Token), Throws.TypeOf<PoolerException>().With.Message.Contains("another database"));
        Assert.That(async () => await right.GetRequiredService<PoolerDetection>().CheckAsync(Token), Throws.Nothing);
    }

    [Test]
    public async Task Many_statements_at_once_go_through_a_pooler_of_transactions_and_signals_arrive()
    {
        await using TestPooler pooler = await TestPooler.StartAsync(Database, Transactions, poolSize: 2);
        await using ServiceProvider services = Datastore(pooler.ConnectionString, Database.ConnectionString);
        DapTask task = await AddTaskAsync();
        WorkWaiter waiter = services.GetRequiredService<WorkSignal>().CreateWaiter(WorkKind.Reports);
        while (!await waiter.WaitAsync(TimeSpan.FromSeconds(1), Token))
        {
            // Until it listens.
        }

        ReportStore reports = services.GetRequiredService<ReportStore>();
        BatchStore batches = services.GetRequiredService<BatchStore>();
        TaskStore tasks = services.GetRequiredService<TaskStore>();
        UploadOutcome[][] stored = await RaceAsync(16, async i =>
        {
            List<UploadOutcome> outcomes = [];
            for (int round = 0; round < 20; round++)
            {
                outcomes.AddRange(await reports.PutAsync(ReportsOf(task, 1 + ((i + round) % 5), 1), Now, Token));
                await batches.ReadAsync(task.Key, Range(0, 3600), Token);
                Assert.That((await tasks.FindAsync(task.Id, Token))?.Key, Is.EqualTo(task.Key));
            }

            return outcomes.ToArray();
        });

        Assert.That(stored.SelectMany(outcomes => outcomes), Is.All.EqualTo(UploadOutcome.Stored));
        Assert.That(await ScalarAsync<long>("SELECT count(*) FROM unaggregated_reports"), Is.EqualTo(stored.Sum(outcomes => outcomes.Length)));
        Assert.That(await waiter.WaitAsync(TimeSpan.FromMinutes(1), Token), Is.True, "a notification");
        Assert.That(await services.GetRequiredService<DatabaseReadiness>().CheckAsync(Token), Is.Null);
    }

    [Test]
    public async Task Schema_is_migrated_past_a_pooler_of_transactions()
    {
        await using TestDatabase empty = await TestPostgres.CreateEmptyDatabaseAsync();
        await using TestPooler pooler = await TestPooler.StartAsync(empty, Transactions);
        await using ServiceProvider services = Datastore(pooler.ConnectionString, empty.ConnectionString);
        DatastoreSchema schema = services.GetRequiredService<DatastoreSchema>();

        Assert.That(await schema.MigrateAsync(Token), Is.Not.Empty);
        Assert.That(async () => await schema.CheckAsync(Token), Throws.Nothing);
    }

    [Test]
    public async Task Pooler_that_changes_its_mode_is_noticed_by_its_first_error_and_when_it_is_right_again()
    {
        await using TestPooler pooler = await TestPooler.StartAsync(Database, Transactions);
        await using ServiceProvider services = Datastore(pooler.ConnectionString, null);
        TransactionRunner runner = services.GetRequiredService<TransactionRunner>();
        DatabaseReadiness readiness = services.GetRequiredService<DatabaseReadiness>();

        // Statements are prepared when they have run a few times.
        for (int round = 0; services.GetRequiredService<DatabaseState>().Current?.Kind != DatabaseFailureKind.Pooled; round++)
        {
            Assert.That(round, Is.LessThan(100), "nothing got mixed up");
            await RaceAsync(16, async i => await Record(() => runner.ReadAsync("test", async (transaction, token) =>
            {
                await using NpgsqlCommand command = transaction.Command($"SELECT $1 + {i}").With(round);
                return (int)(await command.ExecuteScalarAsync(token))!;
            }, Token)));
        }

        Assert.That(await readiness.CheckAsync(Token), Does.Contain("Database.DirectConnectionString"));
        int ran = 0;
        Assert.That(async () => await runner.ReadAsync("test", (_, _) => Task.FromResult(ran++), Token), Throws.TypeOf<PoolerException>());
        Assert.That(async () => await services.GetRequiredService<TaskStore>().ListAsync(Token), Throws.TypeOf<PoolerException>());
        Assert.That(ran, Is.Zero, "nothing runs until it is right");

        await pooler.ChangeModeAsync(Sessions);
        services.GetRequiredService<NpgsqlDataSource>().Clear();
        Assert.That(async () => await readiness.CheckAsync(Token), Is.Null.After(10_000, 50));
    }

    private static async Task<bool> Record(Func<Task> run)
    {
        try
        {
            await run();
            return true;
        }
        catch (Exception failure) when (failure is PostgresException or PoolerException)
        {
            return false;
        }
    }

    private ServiceProvider Datastore(string connectionString, string? direct) => new ServiceCollection()
        .AddJanusDatastore(options =>
        {
            options.ConnectionString = connectionString;
            options.DirectConnectionString = direct;
            options.Keys.Add(Key);
        })
        .BuildServiceProvider();
}
