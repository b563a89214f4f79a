using Janus.Datastore;
using Janus.Datastore.Embedded;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Cli.Demo;

/// <summary>A whole deployment on this machine: an embedded PostgreSQL with a database for each aggregator, a Leader and a Helper.</summary>
internal sealed class DemoDeployment : IAsyncDisposable
{
    private static readonly string[] Names = ["leader", "helper"];

    private readonly List<IAsyncDisposable> _parts = [];

    private DemoDeployment(string folder) => Folder = folder;

    /// <summary>Where the deployment's files are; deleted at the end.</summary>
    public string Folder { get; }

    /// <summary>The Leader's process.</summary>
    public AggregatorProcess Leader { get; private set; } = null!;

    /// <summary>The Helper's process.</summary>
    public AggregatorProcess Helper { get; private set; } = null!;

    /// <summary>The stores on the Leader's database.</summary>
    public IServiceProvider LeaderStores { get; private set; } = null!;

    /// <summary>The stores on the Helper's database.</summary>
    public IServiceProvider HelperStores { get; private set; } = null!;

    /// <summary>Starts everything; when something fails, what was started is stopped again.</summary>
    /// <param name="port">The Leader's port, and the Helper's less one; 0 for free ones.</param>
    /// <param name="starting">Told of each part before it starts.</param>
    /// <param name="cancellationToken">Stops starting.</param>
    public static async Task<DemoDeployment> StartAsync(int port, Action<string> starting, CancellationToken cancellationToken)
    {
        DemoDeployment deployment = new(Directory.CreateTempSubdirectory("janus-demo-").FullName);
        try
        {
            await deployment.StartPartsAsync(port, starting, cancellationToken);
            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable part in Enumerable.Reverse(_parts))
        {
            await part.DisposeAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }

    private async Task StartPartsAsync(int port, Action<string> starting, CancellationToken cancellationToken)
    {
        starting("starting PostgreSQL");
        EmbeddedPostgres postgres = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions(), cancellationToken);
        _parts.Add(postgres);
        string[] keys = [DatastoreKeys.Generate(), DatastoreKeys.Generate()];
        starting("making the databases");
        LeaderStores = await MakeDatabaseAsync(postgres, Names[0], keys[0], cancellationToken);
        HelperStores = await MakeDatabaseAsync(postgres, Names[1], keys[1], cancellationToken);
        starting("starting the Leader and the Helper");
        Task<AggregatorProcess> leader = StartAggregatorAsync(postgres, Names[0], keys[0], port, cancellationToken);
        Task<AggregatorProcess> helper = StartAggregatorAsync(postgres, Names[1], keys[1], port == 0 ? 0 : port + 1, cancellationToken);
        await Task.WhenAll(leader, helper);
        Leader = await leader;
        Helper = await helper;
    }

    private async Task<ServiceProvider> MakeDatabaseAsync(EmbeddedPostgres postgres, string name, string key, CancellationToken cancellationToken)
    {
        await postgres.CreateDatabaseAsync(name, cancellationToken);
        ServiceProvider stores = new ServiceCollection()
            .AddJanusDatastore(options =>
            {
                options.ConnectionString = postgres.ConnectionString(name);
                options.Keys.Add(key);
            })
            .BuildServiceProvider();
        _parts.Add(stores);
        await stores.GetRequiredService<DatastoreSchema>().MigrateAsync(cancellationToken);
        return stores;
    }

    private async Task<AggregatorProcess> StartAggregatorAsync(
        EmbeddedPostgres postgres, string name, string key, int port, CancellationToken cancellationToken)
    {
        AggregatorProcess process = await AggregatorProcess.StartAsync(
            name,
            Folder,
            port,
            new Dictionary<string, string>
            {
                ["JANUS_DATABASE_URL"] = postgres.ConnectionString(name),
                ["JANUS__Database__DatastoreKeys"] = key,
            },
            cancellationToken);
        lock (_parts)
        {
            _parts.Add(process);
        }

        return process;
    }
}
