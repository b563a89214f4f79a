using Janus.Datastore;
using Janus.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Janus.Benchmarks.Queries;

/// <summary>A filled database and the plans of all statements on it.</summary>
internal sealed class QuerySession : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly string _key = DatastoreKeys.Generate();
    private readonly NpgsqlConnection _plain;
    private readonly Action<string> _progress;
    private IReadOnlyList<FilledTask> _tasks = [];
    private int _runs;

    private QuerySession(TestDatabase database, NpgsqlConnection plain, Action<string> progress)
    {
        _database = database;
        _plain = plain;
        _progress = progress;
    }

    /// <summary>Makes a database and fills it; its statistics are those of empty tables.</summary>
    public static async Task<QuerySession> CreateAsync(int reports, int tasks, Action<string> progress, CancellationToken cancellationToken)
    {
        TestDatabase database = await TestPostgres.CreateDatabaseAsync();
        NpgsqlConnection plain = new(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false, CommandTimeout = 0 }.ConnectionString);
        QuerySession session = new(database, plain, progress);
        await plain.OpenAsync(cancellationToken);
        if (!await session.ScalarAsync<bool>("SELECT rolsuper FROM pg_roles WHERE rolname = current_user", cancellationToken))
        {
            throw new InvalidOperationException("the database user is no superuser, and only one may load auto_explain");
        }

        await session.ExecuteAsync("ANALYZE", cancellationToken);
        foreach (string table in await session.TablesAsync(cancellationToken))
        {
            // Autovacuum would come at another moment in each run.
            await session.ExecuteAsync($"ALTER TABLE {table} SET (autovacuum_enabled = false)", cancellationToken);
        }

        await using ServiceProvider services = session.Services(database.ConnectionString, null);
        session._tasks = await new DatabaseFill(
            plain,
            services.GetRequiredService<ColumnEncryption>(),
            services.GetRequiredService<TaskStore>(),
            services.GetRequiredService<HpkeKeyStore>(),
            services.GetRequiredService<TaskprovPeerStore>(),
            services.GetRequiredService<ReportPartitions>(),
            progress).RunAsync(reports, tasks, cancellationToken);
        return session;
    }

    /// <summary>Executes SQL beside the measured connections.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // constants
        await using NpgsqlCommand command = new(sql, _plain);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Runs all cases a number of times.</summary>
    /// <param name="workload">The cases.</param>
    /// <param name="variant">The name of the run.</param>
    /// <param name="rounds">How often each case runs; even numbers treat all kinds of tasks alike.</param>
    /// <param name="settings">PostgreSQL's settings for it, such as <c>plan_cache_mode=force_generic_plan</c>.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    public async Task<QueryRun> RunAsync(
        IReadOnlyList<WorkloadCase> workload, string variant, int rounds, string[] settings, CancellationToken cancellationToken)
    {
        using PlanCapture capture = new();
        string[] all =
        [
            "session_preload_libraries=auto_explain", "auto_explain.log_min_duration=0", "auto_explain.log_analyze=on", "auto_explain.log_buffers=on",
            "auto_explain.log_timing=off", "auto_explain.log_format=json", "auto_explain.log_level=notice", "jit=off", .. settings,
        ];
        string connection = new NpgsqlConnectionStringBuilder(_database.ConnectionString)
        {
            Options = string.Join(' ', all.Select(setting => $"-c {setting}")),
            MaxPoolSize = 4,
        }.ConnectionString;
        await using ServiceProvider services = Services(connection, capture);
        WorkloadContext context = new(services, _plain, _tasks, ++_runs, cancellationToken);
        QueryRun run = new(variant, workload.Select(one => one.Method));
        for (int i = 0; i < workload.Count; i++)
        {
            _progress($"{variant}: {i + 1} of {workload.Count}, {workload[i].Method}");
            for (context.Round = 0; context.Round < rounds; context.Round++)
            {
                await workload[i].RunAsync(context);
                run.Add(workload[i], capture.Take());
            }
        }

        await using NpgsqlConnection pooled = new(connection);
        NpgsqlConnection.ClearPool(pooled);
        return run;
    }

    /// <summary>The rules for plans on this database.</summary>
    public async Task<PlanRules> RulesAsync(int smallTablePages, int fewRows, CancellationToken cancellationToken)
    {
        Dictionary<string, long> pages = [];
        foreach (string table in await TablesAsync(cancellationToken))
        {
            pages[table] = await ScalarAsync<long>($"SELECT pg_relation_size('{table}') / 8192", cancellationToken);
        }

        Dictionary<string, string> columns = [];
        await using NpgsqlCommand command = new(
            """
            SELECT i.indexrelid::regclass::text, a.attname::text FROM pg_index AS i
            JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
            """,
            _plain);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            columns[reader.GetString(0)] = reader.GetString(1);
        }

        return new PlanRules(smallTablePages, fewRows, pages, columns);
    }

    /// <summary>The version of the server, such as 15.18.</summary>
    public string ServerVersion => _plain.PostgreSqlVersion.ToString();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _plain.DisposeAsync();
        await _database.DisposeAsync();
    }

    private ServiceProvider Services(string connectionString, PlanCapture? capture)
    {
        ServiceCollection services = [];
        services.AddLogging(logging =>
        {
            if (capture is not null)
            {
                logging.SetMinimumLevel(LogLevel.Trace).AddProvider(capture);
            }
        });
        return services
            .AddJanusDatastore(options =>
            {
                options.ConnectionString = connectionString;
                options.Keys.Add(_key);
            })
            .BuildServiceProvider();
    }

    private async Task<List<string>> TablesAsync(CancellationToken cancellationToken)
    {
        List<string> tables = [];
        await using NpgsqlCommand command = new(
            "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname NOT LIKE '\\_\\_EF%'", _plain);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            tables.Add(reader.GetString(0));
        }

        return tables;
    }

    private async Task<T> ScalarAsync<T>(string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // constants and the names of tables
        await using NpgsqlCommand command = new(sql, _plain);
#pragma warning restore CA2100
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
