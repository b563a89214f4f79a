using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Janus.IntegrationTests.Maintenance;

/// <summary>A database with rows in every table, changed to the schema before tokens, peers and partitions, and back.</summary>
public sealed class MigrationTests : GarbageFixture
{
    private const string Before = "20261125175955_FailedCollections";
    private const string BeforeCounts = "20261125203121_Endurance";

    private TestDatabase _database = null!;
    private ServiceProvider _services = null!;
    private JanusDbContext _context = null!;
    private DapTask _leader = null!;
    private DapTask _helper = null!;

    private TaskStore Tasks => _services.GetRequiredService<TaskStore>();

    private AuthTokenStore Tokens => _services.GetRequiredService<AuthTokenStore>();

    private IMigrator Migrator => _context.GetService<IMigrator>();

    [SetUp]
    public async Task Fill()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _services = new ServiceCollection()
            .AddJanusDatastore(options =>
            {
                options.ConnectionString = _database.ConnectionString;
                options.Keys.Add(Key);
            })
            .BuildServiceProvider();
        _context = await _services.GetRequiredService<IDbContextFactory<JanusDbContext>>().CreateDbContextAsync(Token);
        _leader = await Tasks.AddAsync(NewTask(BatchMode.LeaderSelected), Token);
        _helper = await Tasks.AddAsync(NewTask(role: Role.Helper), Token);
        await _services.GetRequiredService<HpkeKeyStore>().RotateAsync(new HpkeRotationPolicy(), Now, Token);
        foreach (DapTask task in new[] { _leader, _helper })
        {
            await _services.GetRequiredService<GarbageCollectionStore>().EnsurePartitionsAsync([ReportWeek.Of(NowHour, task.Configuration.TimePrecision)], Token);
            await RunAsync(OldRows.Of(task, NowHour, 3));
        }

        await RunAsync("DELETE FROM batch_noise");
    }

    [TearDown]
    public async Task DropDatabase()
    {
        await _context.DisposeAsync();
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task Every_row_of_the_older_schema_is_kept_both_ways_and_its_keys_and_tokens_go_on()
    {
        await Migrator.MigrateAsync(Before, Token);
        Dictionary<string, string> before = await ReadAllAsync();
        Assert.That(before.Where(table => table.Value.Length == 0).Select(table => table.Key), Is.Empty, "a table without rows proves nothing");

        await Migrator.MigrateAsync(cancellationToken: Token);
        NpgsqlConnection.ClearAllPools();
        StoredHpkeKey key = (await _services.GetRequiredService<HpkeKeyStore>().ListAsync(Token)).Single();
        Assert.That(key.Status, Is.EqualTo(new HpkeKeyStatus(key.Config.Id, Janus.Dap.HpkeConfigs.MandatorySuite, HpkeKeyState.Active, Now, Now, null)));
        foreach (DapTask task in new[] { _leader, _helper })
        {
            DapTask moved = (await Tasks.FindAsync(task.Id, Token))!;
            Assert.That(moved.IsSameTask(task), Is.True);
            Assert.That(moved.Tokens.Select(token => token.Label), Is.EquivalentTo(task.Tokens.Select(token => token.Label)));
            Assert.That(task.Tokens.All(token => moved.Tokens.Any(token.HasSameSecret)), Is.True);
        }

        await Migrator.MigrateAsync(Before, Token);
        Assert.That(await ReadAllAsync(), Is.EqualTo(before));
    }

    [Test]
    public async Task Counts_of_reports_begin_with_those_that_are_there_and_every_row_is_kept_both_ways()
    {
        await Migrator.MigrateAsync(BeforeCounts, Token);
        Dictionary<string, string> before = await ReadAllAsync();
        await Migrator.MigrateAsync(cancellationToken: Token);
        NpgsqlConnection.ClearAllPools();

        TaskStatusStore status = _services.GetRequiredService<TaskStatusStore>();
        TaskCounts leader = await status.CountAsync(_leader.Key, Token);
        Assert.That((leader.Received, leader.Aggregated), Is.EqualTo((6L, 3L)), "three are aggregated, three wait");
        Assert.That((await status.CountAsync(_helper.Key, Token)).Aggregated, Is.EqualTo(3));
        Assert.That((await status.ReadAsync(_leader, 10, Token)).Peer, Is.EqualTo(PeerContact.None));

        await Migrator.MigrateAsync(BeforeCounts, Token);
        Assert.That(await ReadAllAsync(), Is.EqualTo(before));
    }

    [Test]
    public async Task A_token_that_has_expired_is_not_accepted_for_ever_by_the_older_schema()
    {
        BearerToken next = BearerToken.Generate();
        AuthTokenOwner owner = AuthTokenOwner.Task(_helper.Key);
        await Tokens.AddAsync(owner, AuthToken.ToAccept(AuthTokenPurpose.AcceptFromLeader, "next", next.Hash(), Now.AddDays(-1)), Token);
        await Tokens.ExpireAsync(owner, "first-from-leader", Now.AddYears(-1), Token);
        await Tokens.ExpireAsync(AuthTokenOwner.Task(_leader.Key), "first-from-collector", Now.AddYears(-1), Token);
        await Migrator.MigrateAsync(Before, Token);

        Assert.That(await HashAsync("aggregator_token_hash", _helper), Is.EqualTo(next.Hash()));
        Assert.That(await HashAsync("collector_token_hash", _leader), Is.Null);
    }

    [Test]
    public async Task What_the_older_schema_cannot_hold_keeps_the_newer_one()
    {
        AuthTokenOwner leader = AuthTokenOwner.Task(_leader.Key);
        await Tokens.AddAsync(leader, AuthToken.ToAcceptCertificate(AuthTokenPurpose.AcceptFromCollector, "pin", new byte[32], Now), Token);
        await AssertRefusedAsync("certificates are pinned");
        await Tokens.RemoveAsync(leader, "pin", Token);

        await Tokens.AddAsync(leader, AuthToken.ToPresent("next", BearerToken.Generate(), Now), Token);
        await Tokens.ExpireAsync(leader, "first-to-helper", Now.AddYears(-1), Token);
        await AssertRefusedAsync("the first token to present of a task has been removed or is not valid now");
        await Tokens.RemoveAsync(leader, "next", Token);
        await Tokens.ExpireAsync(leader, "first-to-helper", Now.AddYears(1000), Token);

        DapTask noisy = await Tasks.AddAsync(NewTask() with { DifferentialPrivacy = DifferentialPrivacyStrategy.Parse("laplace:epsilon=1") }, Token);
        await AssertRefusedAsync("tasks with noise");
        await Tasks.DeleteAsync(noisy.Id, Now, Token);

        await Tasks.DeleteAsync(_helper.Id, Now, Token);
        await AssertRefusedAsync("deleted tasks still have rows");
        await new GarbageRemoval(_services.GetRequiredService<GarbageCollectionStore>(), TimeProvider.System).RunAsync(Limits, Token);

        TaskprovPeer peer = (await _services.GetRequiredService<TaskprovPeerStore>().AddAsync(
            new TestAgreement().PeerOf(Role.Helper, new Uri("https://leader.example/")), Token))!;
        DapTask advertised = NewTask(role: Role.Helper) with { TaskprovPeerKey = peer.Key, Tokens = [] };
        await Tasks.OptInAsync(advertised, new TaskprovLimits(1, 1, Minute), Token);
        await AssertRefusedAsync("tasks that were advertised");
        await Tasks.DeleteAsync(advertised.Id, Now, Token);

        await Migrator.MigrateAsync(Before, Token);
        await using NpgsqlConnection connection = await OpenAsync();
        await using NpgsqlCommand count = new("SELECT count(*) FROM tasks", connection);
        Assert.That(await count.ExecuteScalarAsync(Token), Is.EqualTo(1L), "the deleted tasks do not come back");
    }

    private async Task AssertRefusedAsync(string reason)
    {
        // Newer migrations are undone by themselves before.
        await Migrator.MigrateAsync(BeforeCounts, Token);
        Dictionary<string, string> rows = await ReadAllAsync();
        Assert.That(() => Migrator.MigrateAsync(Before, Token), Throws.InstanceOf<PostgresException>().With.Message.Contains(reason));

        Assert.That(await ReadAllAsync(), Is.EqualTo(rows));
        await Migrator.MigrateAsync(cancellationToken: Token);
    }

    private async Task<object?> HashAsync(string column, DapTask task)
    {
        await using NpgsqlConnection connection = await OpenAsync();
#pragma warning disable CA2100 // constants of tests
        await using NpgsqlCommand command = new($"SELECT {column} FROM tasks WHERE task_key = {task.Key}", connection);
#pragma warning restore CA2100
        object? value = await command.ExecuteScalarAsync(Token);
        return value is DBNull ? null : value;
    }

    // The rows of every table, by its name, in an order that depends on nothing but the rows.
    private async Task<Dictionary<string, string>> ReadAllAsync()
    {
        await using NpgsqlConnection connection = await OpenAsync();
        Dictionary<string, string> rows = [];
        await using (NpgsqlCommand tables = new(
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> '__EFMigrationsHistory'",
            connection))
        await using (NpgsqlDataReader reader = await tables.ExecuteReaderAsync(Token))
        {
            while (await reader.ReadAsync(Token))
            {
                rows.Add(reader.GetString(0), "");
            }
        }

        foreach (string table in rows.Keys)
        {
#pragma warning disable CA2100 // names of tables
            await using NpgsqlCommand command = new($"SELECT coalesce(string_agg(to_jsonb(t)::text, ',' ORDER BY to_jsonb(t)::text), '') FROM {table} AS t", connection);
#pragma warning restore CA2100
            rows[table] = (string)(await command.ExecuteScalarAsync(Token))!;
        }

        return rows;
    }

    private async Task RunAsync(string sql)
    {
        await using NpgsqlConnection connection = await OpenAsync();
#pragma warning disable CA2100 // texts of tests
        await using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Token);
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        NpgsqlConnection connection = new(_database.ConnectionString);
        await connection.OpenAsync(Token);
        return connection;
    }
}
