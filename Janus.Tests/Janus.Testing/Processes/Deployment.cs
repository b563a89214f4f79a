using System.Collections.Concurrent;
using Janus.Dap;
using Janus.Datastore;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Testing;

/// <summary>
/// A Leader's and a Helper's database, each with a load balancer in front of the processes that a test starts on it.
/// </summary>
public sealed class Deployment : IAsyncDisposable
{
    /// <summary>The role of a process that has every role.</summary>
    public const string All = "all";

    /// <summary>The role that serves HTTP.</summary>
    public const string Aggregator = "aggregator";

    /// <summary>The role that makes aggregation jobs.</summary>
    public const string AggregationJobCreator = "aggregation-job-creator";

    /// <summary>The role that drives aggregation jobs.</summary>
    public const string AggregationJobDriver = "aggregation-job-driver";

    /// <summary>The role that drives collection jobs.</summary>
    public const string CollectionJobDriver = "collection-job-driver";

    private readonly ConcurrentQueue<AggregatorProcess> _processes = [];
    private readonly Side _leader;
    private readonly Side _helper;

    private Deployment(Side leader, Side helper)
    {
        _leader = leader;
        _helper = helper;
    }

    /// <summary>In front of the Leader's processes.</summary>
    public RoundRobinProxy Leader => _leader.Proxy;

    /// <summary>In front of the Helper's processes.</summary>
    public RoundRobinProxy Helper => _helper.Proxy;

    /// <summary>The stores on the Leader's database.</summary>
    public IServiceProvider LeaderStores => _leader.Stores;

    /// <summary>The stores on the Helper's database.</summary>
    public IServiceProvider HelperStores => _helper.Stores;

    /// <summary>For clients and collectors.</summary>
    public HttpClient Http { get; } = new(DapHttpHandler.Create()) { Timeout = TimeSpan.FromMinutes(2) };

    /// <summary>Settings of every process that is started from now on, such as <c>Aggregator__AggregationJobs__MaximumReports</c>.</summary>
    public Dictionary<string, string> Settings { get; } = new()
    {
        ["Database__MaximumConnections"] = "10",
        ["Log__Format"] = "text",
    };

    /// <summary>Variables of every process that is started from now on, as they are.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>Makes the databases; no process runs yet.</summary>
    public static async Task<Deployment> CreateAsync() => new(await Side.CreateAsync(), await Side.CreateAsync());

    /// <summary>Makes a deployment of one process for each aggregator, with every role.</summary>
    public static async Task<Deployment> StartPairAsync(CancellationToken cancellationToken)
    {
        Deployment deployment = await CreateAsync();
        try
        {
            await Task.WhenAll(
                deployment.StartLeaderAsync([All], cancellationToken), deployment.StartHelperAsync([All], cancellationToken));
            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a process on the Leader's database.</summary>
    public Task<AggregatorProcess> StartLeaderAsync(string[] roles, CancellationToken cancellationToken) =>
        StartAsync(_leader, $"leader ({string.Join(", ", roles)})", roles, cancellationToken);

    /// <summary>Starts a process on the Helper's database.</summary>
    public Task<AggregatorProcess> StartHelperAsync(string[] roles, CancellationToken cancellationToken) =>
        StartAsync(_helper, $"helper ({string.Join(", ", roles)})", roles, cancellationToken);

    /// <summary>Stops whoever writes to a table of the Leader's database until the gate is opened.</summary>
    public Task<DatabaseGate> BeforeLeaderWritesAsync(string table) => DatabaseGate.BeforeWritesAsync(_leader.Database, table);

    /// <summary>Takes the Leader's database away from the processes on it.</summary>
    public ValueTask DropLeaderDatabaseAsync() => _leader.Database.DisposeAsync();

    /// <summary>The last lines of every process, for whoever has to find out why a test failed.</summary>
    public string Output() => string.Concat(_processes.Select(process => $"--- {process.Name}\n{process.Output}\n"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Nothing of a process that is held up must be waited for.
        await Task.WhenAll(_processes.Select(process => process.DisposeAsync().AsTask()));
        Http.Dispose();
        await _leader.DisposeAsync();
        await _helper.DisposeAsync();
    }

    private async Task<AggregatorProcess> StartAsync(Side side, string name, string[] roles, CancellationToken cancellationToken)
    {
        Dictionary<string, string> environment = Settings.ToDictionary(setting => $"JANUS__{setting.Key}", setting => setting.Value);
        foreach ((string variable, string value) in Variables)
        {
            environment[variable] = value;
        }

        environment["JANUS_DATABASE_URL"] = side.Database.ConnectionString;
        environment["JANUS__Database__DatastoreKeys"] = side.Key;
        AggregatorProcess process = await AggregatorProcess.StartAsync(name, roles, environment, cancellationToken);
        _processes.Enqueue(process);
        if (roles.Contains(All) || roles.Contains(Aggregator))
        {
            side.Proxy.Add(process.Address);
            _ = process.Ended.ContinueWith(_ => side.Proxy.Remove(process.Address), TaskScheduler.Default);
        }

        return process;
    }

    private sealed record Side(TestDatabase Database, string Key, ServiceProvider Stores, RoundRobinProxy Proxy) : IAsyncDisposable
    {
        public static async Task<Side> CreateAsync()
        {
            TestDatabase database = await TestPostgres.CreateDatabaseAsync();
            string key = DatastoreKeys.Generate();
            ServiceProvider stores = new ServiceCollection()
                .AddJanusDatastore(options =>
                {
                    options.ConnectionString = database.ConnectionString;
                    options.Keys.Add(key);
                })
                .BuildServiceProvider();
            return new Side(database, key, stores, new RoundRobinProxy());
        }

        public async ValueTask DisposeAsync()
        {
            await Proxy.DisposeAsync();
            await Stores.DisposeAsync();
            await Database.DisposeAsync();
        }
    }
}
