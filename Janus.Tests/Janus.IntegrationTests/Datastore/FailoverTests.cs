using System.Net;
using System.Net.Sockets;
using Janus.Datastore;
using Janus.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Janus.IntegrationTests.Datastore;

/// <summary>A database that becomes read-only and writable again, as a failover makes it, or that does not answer.</summary>
public sealed class FailoverTests : DatastoreFixture
{
    private string _name = null!;

    private DatabaseReadiness Readiness => Get<DatabaseReadiness>();

    [SetUp]
    public async Task Name() => _name = await ScalarAsync<string>("SELECT current_database()::text");

    [TearDown]
    public Task MakeWritable() => ExecuteAsync($"ALTER DATABASE {_name} RESET default_transaction_read_only");

    [Test]
    public async Task Uploads_work_at_once_when_the_database_takes_writes_again()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 1, 1);
        Assert.That(await Readiness.CheckAsync(Token), Is.Null);

        await ExecuteAsync($"ALTER DATABASE {_name} SET default_transaction_read_only = on");
        await ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        // Enough to fill the pool with connections that cannot write.
        await RaceAsync(8, _ => Reports.PutAsync(ReportsOf(task, 1, 1), Now, Token).ContinueWith(put => put.Exception, TaskScheduler.Default));
        PostgresException? refusal = await Assert.ThrowsAsync<PostgresException>(() => Reports.PutAsync(ReportsOf(task, 1, 1), Now, Token));
        Assert.That(refusal?.SqlState, Is.EqualTo(PostgresErrorCodes.ReadOnlySqlTransaction));
        Assert.That(await Readiness.CheckAsync(Token), Is.EqualTo("the database takes no writes: it is a standby, or was made read-only"));

        await ExecuteAsync($"ALTER DATABASE {_name} RESET default_transaction_read_only");

        Assert.That(await Readiness.CheckAsync(Token), Is.Null);
        await UploadAsync(task, 1, 1);
    }

    [Test]
    public async Task Database_without_the_schema_says_so()
    {
        await using TestDatabase empty = await TestPostgres.CreateEmptyDatabaseAsync();
        await using ServiceProvider services = Datastore(empty.ConnectionString);

        Assert.That(await services.GetRequiredService<DatabaseReadiness>().CheckAsync(Token), Does.Contain("janus migrate"));
    }

    [Test]
    public async Task Database_that_never_answers_is_reported_in_time_by_a_single_look()
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        FakeTimeProvider time = new();
        await using ServiceProvider services = Datastore($"Host=127.0.0.1;Port={((IPEndPoint)silent.LocalEndpoint).Port};Username=x;Database=x", time);
        DatabaseReadiness readiness = services.GetRequiredService<DatabaseReadiness>();

        Task<string?>[] answers = [.. Enumerable.Range(0, 20).Select(_ => readiness.CheckAsync(Token))];
        using TcpClient asked = await silent.AcceptTcpClientAsync(Token);
        Assert.That(answers.Any(answer => answer.IsCompleted), Is.False);
        time.Advance(DatabaseReadiness.Patience);

        Assert.That(await Task.WhenAll(answers), Is.All.Contains("the database").And.All.Not.Contains("127.0.0.1"));
        Assert.That(silent.Pending(), Is.False, "one connection for all who ask");
        Assert.That(DatabaseReadiness.Patience, Is.LessThan(TimeSpan.FromSeconds(2)));
    }

    [Test]
    public async Task Database_that_is_not_there_is_not_waited_for_longer_than_allowed()
    {
        await using ServiceProvider services = Datastore("Host=127.0.0.1;Port=1;Username=x;Database=x");

        DatabaseUnavailableException? failure = await Assert.ThrowsAsync<DatabaseUnavailableException>(
            () => services.GetRequiredService<DatabaseStart>().WaitAsync(TimeSpan.FromMilliseconds(10), Token));

        Assert.That(failure?.Message, Does.StartWith("the database cannot be reached: Failed to connect to 127.0.0.1:1: Connection refused"));
    }

    [Test]
    public async Task Database_that_refuses_us_is_not_waited_for()
    {
        string missing = new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Database = "nowhere" }.ConnectionString;
        await using ServiceProvider services = Datastore(missing);

        DatabaseUnavailableException? failure = await Assert.ThrowsAsync<DatabaseUnavailableException>(
            () => services.GetRequiredService<DatabaseStart>().WaitAsync(TimeSpan.FromHours(1), Token));

        Assert.That(failure?.Message, Does.Contain("check the user, the password and the name of the database").And.Contain("nowhere"));
    }

    private static ServiceProvider Datastore(string connectionString, TimeProvider? time = null) => new ServiceCollection()
        .AddSingleton(time ?? TimeProvider.System)
        .AddJanusDatastore(options =>
        {
            options.ConnectionString = connectionString;
            options.Keys.Add(DatastoreKeys.Generate());
        })
        .BuildServiceProvider();

    private async Task ExecuteAsync(string sql)
    {
        await using NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(Database.ConnectionString)
        {
            Pooling = false,
            Options = "-c default_transaction_read_only=off",
        }.ConnectionString);
        await connection.OpenAsync(Token);
#pragma warning disable CA2100 // constants of tests
        await using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Token);
    }
}
