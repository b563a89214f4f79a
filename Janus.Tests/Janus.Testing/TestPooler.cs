using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using NUnit.Framework;

namespace Janus.Testing;

/// <summary>A PgBouncer of the machine's distribution in front of a database, on a free port; it ends with this object.</summary>
public sealed class TestPooler : IAsyncDisposable
{
    private const string Nobody = "nobody";
    private static readonly string[] Places = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer", "/opt/homebrew/bin/pgbouncer"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly string _folder;
    private readonly string _mode;

    private TestPooler(Process process, string folder, string mode, string connectionString)
    {
        _process = process;
        _folder = folder;
        _mode = mode;
        ConnectionString = connectionString;
    }

    /// <summary>The connection string of the database through the pooler.</summary>
    public string ConnectionString { get; }

    /// <summary>Starts one; without PgBouncer the test is skipped, or fails where <c>CI=true</c>.</summary>
    /// <param name="database">The database.</param>
    /// <param name="mode">PgBouncer's <c>pool_mode</c>.</param>
    /// <param name="poolSize">How many connections it has to the database.</param>
    public static async Task<TestPooler> StartAsync(TestDatabase database, string mode, int poolSize = 4)
    {
        ArgumentNullException.ThrowIfNull(database);
        string program = Array.Find(Places, File.Exists) ?? Skip();
        NpgsqlConnectionStringBuilder server = new(database.ConnectionString);
        string folder = Directory.CreateTempSubdirectory("janus-pooler-").FullName;
        int port = FreePort();
        string settings = Path.Combine(folder, "pgbouncer.ini");
        await File.WriteAllTextAsync(settings, string.Create(CultureInfo.InvariantCulture, $"""
            [databases]
            * = host={server.Host} port={server.Port} user={server.Username}{(server.Password is { Length: > 0 } password ? $" password={password}" : "")}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = any
            pool_mode = {mode}
            default_pool_size = {poolSize}
            max_client_conn = 500
            """));
        // PgBouncer refuses to run as root, and becomes somebody who may enter the server's socket folder.
        string[] user = Environment.IsPrivilegedProcess ? ["-u", File.Exists("/etc/passwd") && File.ReadAllText("/etc/passwd").Contains("\npostgres:", StringComparison.Ordinal) ? "postgres" : Nobody] : [];
        Open(folder, settings);
        Process process = Process.Start(new ProcessStartInfo(program, [.. user, "-q", settings]) { RedirectStandardError = true })!;
        process.BeginErrorReadLine();
        NpgsqlConnectionStringBuilder through = new(database.ConnectionString) { Host = "127.0.0.1", Port = port };
        TestPooler pooler = new(process, folder, mode, through.ConnectionString);
        await pooler.WaitAsync();
        return pooler;
    }

    /// <summary>The same with another <c>pool_mode</c>, for connections from now on.</summary>
    public async Task ChangeModeAsync(string mode)
    {
        string settings = Path.Combine(_folder, "pgbouncer.ini");
        string text = await File.ReadAllTextAsync(settings);
        await File.WriteAllTextAsync(settings, text.Replace($"pool_mode = {_mode}", $"pool_mode = {mode}", StringComparison.Ordinal));
        using Process reload = Process.Start("kill", ["-HUP", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await reload.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await using (NpgsqlConnection connection = new(ConnectionString))
        {
            NpgsqlConnection.ClearPool(connection);
        }

        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Skip()
    {
        const string Reason = "no PgBouncer: install the package pgbouncer";
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.Fail(Reason);
        }

        Assert.Ignore(Reason);
        return "";
    }

    private static void Open(string folder, string file)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
            File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.OtherRead);
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task WaitAsync()
    {
        long began = Stopwatch.GetTimestamp();
        string once = new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString;
        while (true)
        {
            try
            {
                await using NpgsqlConnection connection = new(once);
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException) when (!_process.HasExited && Stopwatch.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(20);
            }
        }
    }
}
