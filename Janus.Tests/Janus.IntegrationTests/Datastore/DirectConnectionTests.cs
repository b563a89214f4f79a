using System.Net;
using System.Net.Sockets;
using Janus.Datastore;
using Janus.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Janus.IntegrationTests.Datastore;

/// <summary>What there is of direct connections beside the stores' own: they fail for themselves, and lead to the same database.</summary>
public sealed class DirectConnectionTests : DatastoreFixture
{
    private const string Direct = "direct-connection-tests";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Failure_of_a_direct_connection_leaves_the_stores_connections_and_their_state_alone()
    {
        using CapturedLogs logs = new();
        await using ServiceProvider services = Datastore(
            Database.ConnectionString, new NpgsqlConnectionStringBuilder(Database.ConnectionString) { ApplicationName = Direct }.ConnectionString, logs);
        int process = await ProcessAsync(services);
        WorkWaiter waiter = services.GetRequiredService<WorkSignal>().CreateWaiter(WorkKind.Reports);
        Assert.That(await waiter.WaitAsync(Patience, Token), Is.True, "listening");

        await ScalarAsync<bool>($"SELECT bool_and(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND application_name = '{Direct}'");
        Assert.That(await waiter.WaitAsync(Patience, Token), Is.True, "listening again");

        Assert.That(logs.Lines, Has.Exactly(1).Contains("Warning: listening for work broke off"));
        Assert.That(logs.Lines, Has.None.Contains(" Error: "), "no outage of the database");
        Assert.That(services.GetRequiredService<DatabaseState>().Current, Is.Null);
        Assert.That(await ProcessAsync(services), Is.EqualTo(process), "the connection in the stores' pool");
    }

    [Test]
    public async Task Failure_of_a_connection_that_is_also_the_stores_is_one_of_the_database()
    {
        using CapturedLogs logs = new();
        await using ServiceProvider services = Datastore(
            new NpgsqlConnectionStringBuilder(Database.ConnectionString) { ApplicationName = Direct }.ConnectionString, null, logs);
        WorkWaiter waiter = services.GetRequiredService<WorkSignal>().CreateWaiter(WorkKind.Reports);
        Assert.That(await waiter.WaitAsync(Patience, Token), Is.True, "listening");

        await ScalarAsync<bool>($"SELECT bool_and(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND application_name = '{Direct}'");
        Assert.That(await waiter.WaitAsync(Patience, Token), Is.True, "listening again");

        Assert.That(logs.Lines, Has.Exactly(1).Contains("Error: the database cannot be reached").And.None.Contains("listening for work broke off"));
    }

    [Test]
    public async Task Time_zones_of_the_two_ways_to_a_database_make_no_difference()
    {
        await using ServiceProvider services = Datastore(InTimeZone("America/St_Johns"), InTimeZone("Asia/Tokyo"));

        Assert.That(async () => await services.GetRequiredService<PoolerDetection>().CheckAsync(Token), Throws.Nothing);
    }

    [Test]
    public async Task Everybody_who_waits_for_the_pooler_shares_one_look_at_it()
    {
        using TcpListener pooler = new(IPAddress.Loopback, 0);
        pooler.Start();
        NpgsqlConnectionStringBuilder settings = new()
        {
            Host = "127.0.0.1",
            Port = ((IPEndPoint)pooler.LocalEndpoint).Port,
            Username = "x",
            Database = "x",
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
        };
        await using ServiceProvider services = Datastore(settings.ConnectionString, null);
        services.GetRequiredService<DatabaseState>().Failed(new PoolerException("mixed up"), "a test");
        PoolerDetection detection = services.GetRequiredService<PoolerDetection>();
        using CancellationTokenSource impatient = new();

        Task gaveUp = detection.RequireOwnSessionsAsync(impatient.Token).AsTask();
        Task[] waiting = [.. Enumerable.Range(0, 50).Select(_ => detection.RequireOwnSessionsAsync(Token).AsTask())];
        using Socket first = await pooler.AcceptSocketAsync(Token);
        await impatient.CancelAsync();
        Assert.That(async () => await gaveUp.WaitAsync(Patience, Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(waiting.Count(task => task.IsCompleted), Is.Zero, "one that gives up ends the look of nobody else");
        first.Close();
        int looks = 1;
        Task all = Task.WhenAll(waiting).WaitAsync(Patience, Token);
        using CancellationTokenSource done = new();
        Task counting = Task.Run(async () =>
        {
            while (true)
            {
                using Socket another = await pooler.AcceptSocketAsync(done.Token);
                looks++;
            }
        });
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await done.CancelAsync();
        await counting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        Assert.That(waiting.Select(task => task.Exception?.InnerException), Is.All.InstanceOf<NpgsqlException>());
        Assert.That(looks, Is.EqualTo(1));
    }

    private string InTimeZone(string name) => new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Timezone = name }.ConnectionString;

    private static async Task<int> ProcessAsync(ServiceProvider services)
    {
        await using NpgsqlConnection connection = await services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(Token);
        return connection.ProcessID;
    }

    private ServiceProvider Datastore(string connectionString, string? direct, CapturedLogs? logs = null) => new ServiceCollection()
        .AddLogging(logging => _ = logs is null ? logging : logging.AddFilter("Janus", LogLevel.Debug).AddProvider(logs))
        .AddJanusDatastore(options =>
        {
            options.ConnectionString = connectionString;
            options.DirectConnectionString = direct;
            options.Keys.Add(Key);
        })
        .BuildServiceProvider();
}
