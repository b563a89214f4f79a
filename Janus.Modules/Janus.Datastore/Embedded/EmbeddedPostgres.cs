using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Janus.Datastore.Embedded;

/// <summary>A private PostgreSQL server in a directory of its own, reachable only through a Unix socket there, which lives no longer than this process.</summary>
/// <remarks>
/// The server runs in a session of its own, so that Ctrl-C in a terminal reaches us and not the server, under a small
/// shell that stops it when the pipe from us closes: that also happens when we are killed.
/// </remarks>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const string Superuser = "janus";

    // $1: what to remove at the end, or nothing; $2: the log; then the server's command line. The watcher waits for the end
    // of our pipe, asks for a fast shutdown, and after 20 s for an immediate one.
    private const string Supervisor = """
        doomed=$1 log=$2
        shift 2
        exec 3<&0 </dev/null >>"$log" 2>&1
        "$@" 3<&- &
        server=$!
        (
            read -r ignored <&3
            kill -INT $server 2>/dev/null
            waited=0
            while [ $waited -lt 20 ] && kill -0 $server 2>/dev/null; do sleep 1; waited=$((waited + 1)); done
            kill -QUIT $server 2>/dev/null
        ) &
        watcher=$!
        exec 3<&-
        trap 'kill -INT $server 2>/dev/null' INT TERM HUP
        wait $server
        status=$?
        while kill -0 $server 2>/dev/null; do wait $server; status=$?; done
        kill $watcher 2>/dev/null
        if [ -n "$doomed" ]; then cd / && rm -rf "$doomed"; fi
        exit $status
        """;

    private readonly ClusterDirectory _directory;
    private readonly EmbeddedPostgresOptions _options;
    private readonly Process _supervisor;

    private EmbeddedPostgres(ClusterDirectory directory, EmbeddedPostgresOptions options, Process supervisor)
    {
        _directory = directory;
        _options = options;
        _supervisor = supervisor;
        Exited = supervisor.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Completes when the server has ended, for whatever reason.</summary>
    public Task Exited { get; }

    /// <summary>The directory that holds the cluster and <c>postgres.log</c>.</summary>
    public string Directory => _directory.Root;

    /// <summary>Starts a server: on the cluster in the directory if there is one, else on a new one.</summary>
    /// <param name="options">How to set it up; null for a durable server in a temporary directory.</param>
    /// <param name="cancellationToken">Gives up; what was started is stopped.</param>
    /// <exception cref="EmbeddedPostgresException">The server cannot be started; the message says what to do.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new EmbeddedPostgresOptions();
        if (OperatingSystem.IsWindows())
        {
            throw new EmbeddedPostgresException("the embedded PostgreSQL needs Linux or macOS: configure a connection string");
        }

        UnprivilegedUser? user = await UnprivilegedUser.ChooseAsync(cancellationToken);
        ClusterDirectory directory = ClusterDirectory.Open(options.Directory);
        bool started = false;
        try
        {
            PostgresBinaries binaries = await PostgresBinaries.FindAsync(options.BinariesDirectory, directory.MajorVersion(), cancellationToken);
            await directory.SettleAsync(options.StopTimeout, cancellationToken);
            await OwnAsync(directory, user, cancellationToken);
            if (!directory.HasCluster)
            {
                await InitializeAsync(directory, binaries, user, options, cancellationToken);
            }

            EmbeddedPostgres server = new(directory, options, Launch(directory, binaries, user, options));
            started = true;
            await server.WaitUntilReadyAsync(cancellationToken);
            return server;
        }
        finally
        {
            if (!started)
            {
                Discard(directory);
            }
        }
    }

    /// <summary>The Npgsql connection string of <paramref name="database"/>; it holds no password, because only our user can enter the socket's directory.</summary>
    public string ConnectionString(string database) => ConnectionString(_directory.SocketDirectory, database);

    /// <summary>The connection string of <paramref name="database"/> on the server that another process of ours runs in <paramref name="directory"/>, or null if none runs.</summary>
    public static string? FindRunning(string directory, string database) =>
        ClusterDirectory.FindRunningSocket(directory) is { } socket ? ConnectionString(socket, database) : null;

    /// <summary>Whether there is a cluster in <paramref name="directory"/>, running or not.</summary>
    public static bool HasCluster(string directory) => ClusterDirectory.IsIn(directory);

    /// <summary>Creates the database <paramref name="name"/> unless it is there.</summary>
    public async Task CreateDatabaseAsync(string name, CancellationToken cancellationToken = default)
    {
        string maintenance = new NpgsqlConnectionStringBuilder(ConnectionString("postgres")) { Pooling = false }.ConnectionString;
        await using NpgsqlConnection connection = new(maintenance);
        await connection.OpenAsync(cancellationToken);
        await using NpgsqlCommand exists = new("SELECT 1 FROM pg_database WHERE datname = $1", connection);
        exists.Parameters.Add(new NpgsqlParameter { Value = name });
        if (await exists.ExecuteScalarAsync(cancellationToken) is not null)
        {
            return;
        }

        using NpgsqlCommandBuilder quoting = new();
        await using NpgsqlCommand create = connection.CreateCommand();
#pragma warning disable CA2100 // a database's name cannot be a parameter; it is quoted
        create.CommandText = $"CREATE DATABASE {quoting.QuoteIdentifier(name)}";
#pragma warning restore CA2100
        try
        {
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException failure) when (failure.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Somebody else created it between our question and our attempt.
        }
    }

    /// <summary>Stops the server by a fast shutdown: open transactions are rolled back, nothing committed is lost.</summary>
    public async Task StopAsync()
    {
        _supervisor.StandardInput.Close();
        try
        {
            await Exited.WaitAsync(_options.StopTimeout);
        }
        catch (TimeoutException)
        {
            _supervisor.Kill(entireProcessTree: true);
            await Exited;
        }

        _directory.Dispose();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _supervisor.Dispose();
    }

    private static string ConnectionString(string socketDirectory, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = socketDirectory,
        Port = ClusterDirectory.Port,
        Username = Superuser,
        Database = database,
    }.ConnectionString;

    private static async Task OwnAsync(ClusterDirectory directory, UnprivilegedUser? user, CancellationToken cancellationToken)
    {
        if (user is null)
        {
            return;
        }

        await using (File.Open(directory.Log, FileMode.Append))
        {
            // Only makes sure that there is a file to hand over.
        }

        foreach (string path in new[] { directory.Root, directory.SocketDirectory }.Distinct().Where(System.IO.Directory.Exists))
        {
            await user.OwnAsync(path, cancellationToken);
        }

        await user.CheckAccessAsync(directory.Root, cancellationToken);
    }

    private static async Task InitializeAsync(ClusterDirectory directory, PostgresBinaries binaries, UnprivilegedUser? user, EmbeddedPostgresOptions options, CancellationToken cancellationToken)
    {
        if (System.IO.Directory.Exists(directory.UnfinishedCluster))
        {
            System.IO.Directory.Delete(directory.UnfinishedCluster, recursive: true);
        }

        List<string> command =
        [
            binaries.Initdb, "--pgdata", directory.UnfinishedCluster, "--username", Superuser, "--auth", "trust",
            "--encoding", "UTF8", "--no-locale", "--no-instructions",
        ];
        if (!options.Durable)
        {
            command.Add("--no-sync");
        }

        List<string> wrapped = [.. user?.Wrap(command) ?? command];
        CommandResult result = await Command.RunAsync(wrapped[0], wrapped.Skip(1), cancellationToken, directory.Root);
        if (result.ExitCode != 0)
        {
            throw new EmbeddedPostgresException($"initdb failed in {directory.Root}: {result.Summary}");
        }

        System.IO.Directory.Move(directory.UnfinishedCluster, directory.Cluster);
    }

    private static Process Launch(ClusterDirectory directory, PostgresBinaries binaries, UnprivilegedUser? user, EmbeddedPostgresOptions options)
    {
        // Without setsid (not on Linux) job control gives the server a process group of its own.
        string? setsid = Command.Which("setsid");
        string script = setsid is null ? "set -m\n" + Supervisor : Supervisor;
        List<string> command = ["sh", "-c", script, "janus-postgres", directory.RemovedAtTheEnd ?? "", directory.Log, binaries.Postgres, "-D", directory.Cluster];
        foreach (string setting in Settings(directory, options))
        {
            command.AddRange(["-c", setting]);
        }

        List<string> wrapped = [.. setsid is null ? [] : new[] { setsid }, .. user?.Wrap(command) ?? command];
        try
        {
            return Process.Start(Command.Describe(wrapped[0], wrapped.Skip(1), directory.Root))!;
        }
        catch (Win32Exception failure)
        {
            throw new EmbeddedPostgresException($"PostgreSQL cannot be started: {failure.Message}", failure);
        }
    }

    private static IEnumerable<string> Settings(ClusterDirectory directory, EmbeddedPostgresOptions options)
    {
        yield return "listen_addresses=";
        yield return $"unix_socket_directories={directory.SocketDirectory}";
        yield return "unix_socket_permissions=0700";
        yield return string.Create(CultureInfo.InvariantCulture, $"port={ClusterDirectory.Port}");
        yield return string.Create(CultureInfo.InvariantCulture, $"max_connections={options.MaxConnections}");
        yield return string.Create(CultureInfo.InvariantCulture, $"shared_buffers={options.SharedBuffersMebibytes}MB");
        yield return "max_wal_size=2GB";
        yield return "checkpoint_timeout=15min";
        yield return "log_min_messages=warning";
        yield return "log_min_error_statement=panic";
        yield return "logging_collector=off";
        yield return "timezone=UTC";
        if (options.Durable)
        {
            yield break;
        }

        yield return "fsync=off";
        yield return "synchronous_commit=off";
        yield return "full_page_writes=off";
    }

    private static void Discard(ClusterDirectory directory)
    {
        directory.Dispose();
        if (directory.RemovedAtTheEnd is { } doomed && System.IO.Directory.Exists(doomed))
        {
            System.IO.Directory.Delete(doomed, recursive: true);
        }
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        string? problem = null;
        try
        {
            while (!_directory.IsReady() && problem is null)
            {
                if (Exited.IsCompleted)
                {
                    problem = _directory.LogSummary();
                }
                else if (Stopwatch.GetElapsedTime(began) > _options.StartTimeout)
                {
                    problem = string.Create(CultureInfo.InvariantCulture, $"not ready after {_options.StartTimeout.TotalSeconds} s; {_directory.LogSummary()}");
                }

                await Task.Delay(20, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            await DisposeAsync();
            throw;
        }

        if (problem is null)
        {
            return;
        }

        await DisposeAsync();
        throw new EmbeddedPostgresException($"the embedded PostgreSQL in {_directory.Root} did not start: {problem}");
    }
}
