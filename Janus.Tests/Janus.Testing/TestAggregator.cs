using Janus.Aggregator;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Janus.Testing;

/// <summary>An aggregator inside the test process, with a real web server on a free port and a real database.</summary>
public sealed class TestAggregator : IAsyncDisposable
{
    // As a real process has it.
    private const int ReadAhead = 256 << 10;

    private readonly WebApplication _application;

    private TestAggregator(WebApplication application, CapturedLogs logs, string datastoreKey)
    {
        _application = application;
        Logs = logs;
        DatastoreKey = datastoreKey;
        Endpoint = new Uri(application.Urls.Single() + "/");
    }

    /// <summary>Where it serves DAP, with a slash at the end.</summary>
    public Uri Endpoint { get; }

    /// <summary>Everything it has logged, at every level.</summary>
    public CapturedLogs Logs { get; }

    /// <summary>The key its secret columns are encrypted with.</summary>
    public string DatastoreKey { get; }

    /// <summary>Starts an aggregator on a database.</summary>
    /// <param name="database">Its database, with the schema in it.</param>
    /// <param name="roles">What it does.</param>
    /// <param name="time">Its clock; the system's when omitted.</param>
    /// <param name="configure">Changes its options.</param>
    /// <param name="datastoreKey">The key of another aggregator on the same database.</param>
    /// <param name="certificate">Its certificate, which makes it serve https and ask for client certificates.</param>
    /// <param name="configureDatastore">Changes how its datastore is reached.</param>
    /// <param name="maximumConnections">How many connections it takes at once; any number when omitted.</param>
    public static async Task<TestAggregator> StartAsync(
        TestDatabase database,
        AggregatorRoles roles = AggregatorRoles.Aggregator,
        TimeProvider? time = null,
        Action<AggregatorOptions>? configure = null,
        string? datastoreKey = null,
        CertificateFile? certificate = null,
        Action<DatastoreOptions>? configureDatastore = null,
        int? maximumConnections = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        string key = datastoreKey ?? DatastoreKeys.Generate();
        CapturedLogs logs = new();
        AggregatorOptions options = new();
        configure?.Invoke(options);

        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Janus" });
        // A sender that a test lets wait, or the machine, is not cut off for being slow.
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MaxRequestBufferSize = ReadAhead;
            kestrel.ListenOn([certificate is null ? "http://127.0.0.1:0" : "https://127.0.0.1:0"]);
        });
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.MaxReadBufferSize = ReadAhead);
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logs);
        builder.Services.AddRouting();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Services.AddJanusDatastore(datastore =>
        {
            datastore.ConnectionString = database.ConnectionString;
            datastore.Keys.Add(key);
            configureDatastore?.Invoke(datastore);
        });
        builder.Services.AddSingleton(Options.Create(options));
        builder.Services.AddSingleton<SupportedVdafs, TestVdafs>();
        builder.Services.AddJanusAggregator(roles);
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        if (maximumConnections is { } most)
        {
            builder.Services.AddJanusConnectionLimit(most);
        }

        if (certificate is not null)
        {
            builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<ServerCertificate>(services, certificate, ClientCertificates.Ask));
            builder.Services.AddHostedService(services => services.GetRequiredService<ServerCertificate>());
        }

        WebApplication application = builder.Build();
        if (roles.HasFlag(AggregatorRoles.Aggregator))
        {
            application.UseJanusProblems();
            application.UseCors();
            application.MapJanusAggregator();
        }

        await application.StartAsync();
        return new TestAggregator(application, logs, key);
    }

    /// <summary>One of its services, such as a store.</summary>
    public T Get<T>()
        where T : notnull => _application.Services.GetRequiredService<T>();

    /// <summary>Makes a task known to it, in the role that the task says.</summary>
    public Task<DapTask> AddTaskAsync(DapTask task) => Get<TaskStore>().AddAsync(task, CancellationToken.None);

    /// <summary>The HPKE configuration it announces first.</summary>
    public async Task<HpkeConfig> HpkeConfigAsync()
    {
        HttpAnswer answer = await RawHttp.GetAsync(new Uri(Endpoint, DapRoute.HpkeConfig));
        return WireMessage.Decode<HpkeConfigList>(answer.Body).Configs[0];
    }

    /// <summary>
    /// Ends it as a kill does, as far as others can see: nothing that it had begun reaches the database any more, and its
    /// leases stay until they run out.
    /// </summary>
    public async Task KillAsync()
    {
        await Get<NpgsqlDataSource>().DisposeAsync();
        await _application.StopAsync(new CancellationToken(canceled: true)).ContinueWith(_ => { }, TaskScheduler.Default);
        await _application.DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }
}
