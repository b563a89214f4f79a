using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Janus.Datastore;

/// <summary>Puts the datastore into a service collection.</summary>
public static class DatastoreServices
{
    // Every statement of the stores stays prepared on its connection.
    private const int PreparedStatements = 64;

    /// <summary>
    /// Adds the data source, the stores, <see cref="DatastoreSchema"/>, <see cref="TransactionRunner"/> and
    /// <see cref="WorkSignal"/>. Without a <see cref="TimeProvider"/> in the collection, the system's is used.
    /// </summary>
    public static IServiceCollection AddJanusDatastore(this IServiceCollection services, Action<DatastoreOptions> configure)
    {
        services.AddOptions<DatastoreOptions>()
            .Configure(configure)
            .Validate(options => options.ConnectionString.Length > 0, "datastore: expected a connection string")
            .Validate(HasKeys, "datastore: expected either a file of keys, or at least one key of 16 or 32 bytes in base64url without padding");
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new DatastoreKeyFile(
            Options(provider).KeysFile!,
            Time(provider),
            provider.GetService<ILogger<DatastoreKeyFile>>() ?? NullLogger<DatastoreKeyFile>.Instance));
        services.AddSingleton(provider => Options(provider).KeysFile is { Length: > 0 }
            ? new ColumnEncryption(provider.GetRequiredService<DatastoreKeyFile>())
            : new ColumnEncryption(DatastoreKeys.Parse(Options(provider).Keys)));
        AddConnections(services);
        services.AddSingleton(provider => new DatastoreSchema(Contexts(provider), Direct(provider), Partitions(provider), Time(provider)));
        services.AddSingleton(provider => new TransactionRunner(
            Source(provider), provider.GetRequiredService<DatabaseState>(), provider.GetRequiredService<PoolerDetection>()));
        services.AddSingleton(provider => new WorkSignal(
            Direct(provider), provider.GetRequiredService<DatabaseState>(), Time(provider), provider.GetService<ILogger<WorkSignal>>() ?? NullLogger<WorkSignal>.Instance));
        services.AddSingleton(provider => new TaskStore(Contexts(provider), Runner(provider), Encryption(provider)));
        services.AddSingleton(provider => new AuthTokenStore(Contexts(provider), Runner(provider), Encryption(provider)));
        services.AddSingleton(provider => new TaskprovPeerStore(Contexts(provider), Encryption(provider)));
        services.AddSingleton(provider => new HpkeKeyStore(Contexts(provider), Runner(provider), Encryption(provider)));
        services.AddSingleton(provider => new SealedValueStore(Runner(provider)));
        services.AddSingleton(provider => new ReEncryption(
            provider.GetRequiredService<SealedValueStore>(), Encryption(provider), Time(provider)));
        services.AddSingleton(provider => new ReportStore(Runner(provider), Partitions(provider), Encryption(provider)));
        services.AddSingleton(provider => new LeaderAggregationJobStore(Runner(provider), Encryption(provider)));
        services.AddSingleton(provider => new HelperAggregationJobStore(Runner(provider), Partitions(provider), Encryption(provider)));
        services.AddSingleton(provider => new BatchStore(Runner(provider), Encryption(provider)));
        services.AddSingleton(provider => new BatchNoiseStore(Runner(provider), Encryption(provider)));
        services.AddSingleton(provider => new CollectionJobStore(Runner(provider), Encryption(provider)));
        services.AddSingleton(provider => new AggregateShareStore(Runner(provider), Encryption(provider)));
        services.AddSingleton(provider => new ReportPartitions(Runner(provider)));
        services.AddSingleton(provider => new GarbageCollectionStore(
            Runner(provider), Contexts(provider), Direct(provider), Partitions(provider)));
        services.AddSingleton(provider => new GarbageRemoval(
            provider.GetRequiredService<GarbageCollectionStore>(), Time(provider)));
        services.AddSingleton(provider => new BacklogStore(Runner(provider)));
        services.AddSingleton(provider => new TaskStatusStore(Runner(provider)));
        services.AddSingleton(provider => new TaskStatusReader(
            provider.GetRequiredService<TaskStatusStore>(),
            provider.GetRequiredService<CollectionJobStore>(),
            provider.GetRequiredService<BatchStore>(),
            provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    private static void AddConnections(IServiceCollection services)
    {
        services.AddSingleton(provider => BuildSource(
            "janus", Options(provider).ConnectionString, IsPooled(provider), provider.GetService<ILoggerFactory>()));
        services.AddSingleton(provider => Options(provider).DirectConnectionString is { Length: > 0 } direct
            ? new DirectSource(BuildSource("janus-direct", DirectSource.Limit(direct), isPooled: false, provider.GetService<ILoggerFactory>()), isOwn: true)
            : new DirectSource(Source(provider), isOwn: false));
        services.AddSingleton(provider => new DatabaseState(
            Source(provider), Time(provider), provider.GetService<ILogger<DatabaseState>>() ?? NullLogger<DatabaseState>.Instance));
        services.AddPooledDbContextFactory<JanusDbContext>((provider, builder) =>
        {
            Configure(builder, Source(provider));
            builder.AddInterceptors(new ObservedCommands(provider.GetRequiredService<DatabaseState>(), provider.GetRequiredService<PoolerDetection>()));
        });
        services.AddSingleton(provider => new PoolerDetection(
            Options(provider).ConnectionString, IsPooled(provider) ? Options(provider).DirectConnectionString : null, provider.GetRequiredService<DatabaseState>()));
        services.AddSingleton(provider => new DatabaseReadiness(
            Source(provider), provider.GetRequiredService<DatastoreSchema>(), provider.GetRequiredService<PoolerDetection>(), provider.GetRequiredService<DatabaseState>(), Time(provider)));
        services.AddSingleton(provider => new DatabaseStart(
            provider.GetRequiredService<PoolerDetection>(),
            provider.GetRequiredService<DatabaseReadiness>(),
            Time(provider),
            provider.GetService<ILogger<DatabaseStart>>() ?? NullLogger<DatabaseStart>.Instance));
    }

    internal static void Configure(DbContextOptionsBuilder builder, NpgsqlDataSource source) => builder
        .UseNpgsql(source, npgsql => npgsql.MigrationsAssembly(JanusDbContext.MigrationsAssembly))
        .UseSnakeCaseNamingConvention();

    private static NpgsqlDataSource BuildSource(string name, string connectionString, bool isPooled, ILoggerFactory? loggers)
    {
        NpgsqlDataSourceBuilder builder = new(connectionString);
        if (isPooled)
        {
            // The next transaction of a connection may be on another session: nothing is prepared on it, and nothing reset.
            builder.ConnectionStringBuilder.NoResetOnClose = true;
        }
        else if (builder.ConnectionStringBuilder.MaxAutoPrepare == 0)
        {
            builder.ConnectionStringBuilder.MaxAutoPrepare = PreparedStatements;
        }

        // What metrics call the pool: otherwise it would be the connection string.
        builder.Name = name;

        // Parameters are never logged: they hold secrets.
        builder.UseLoggerFactory(loggers).EnableParameterLogging(false);
        // Statements are parts of what is traced: looking for work that is not there makes no traces.
        builder.ConfigureTracing(tracing => tracing
            .ConfigureCommandFilter(_ => Activity.Current is not null)
            .ConfigureBatchFilter(_ => Activity.Current is not null));
        return builder.Build();
    }

    private static bool HasKeys(DatastoreOptions options)
    {
        if (options.KeysFile is { Length: > 0 })
        {
            return options.Keys.Count == 0;
        }

        try
        {
            DatastoreKeys.Parse(options.Keys);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static DatastoreOptions Options(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<DatastoreOptions>>().Value;

    private static bool IsPooled(IServiceProvider provider) => Options(provider).DirectConnectionString is { Length: > 0 };

    private static NpgsqlDataSource Source(IServiceProvider provider) => provider.GetRequiredService<NpgsqlDataSource>();

    private static DirectSource Direct(IServiceProvider provider) => provider.GetRequiredService<DirectSource>();

    private static TimeProvider Time(IServiceProvider provider) => provider.GetRequiredService<TimeProvider>();

    private static TransactionRunner Runner(IServiceProvider provider) => provider.GetRequiredService<TransactionRunner>();

    private static ReportPartitions Partitions(IServiceProvider provider) => provider.GetRequiredService<ReportPartitions>();

    private static ColumnEncryption Encryption(IServiceProvider provider) => provider.GetRequiredService<ColumnEncryption>();

    private static IDbContextFactory<JanusDbContext> Contexts(IServiceProvider provider) =>
        provider.GetRequiredService<IDbContextFactory<JanusDbContext>>();
}
