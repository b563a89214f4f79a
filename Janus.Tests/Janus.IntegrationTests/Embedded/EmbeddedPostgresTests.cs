using System.Globalization;
using Janus.Datastore.Embedded;
using Npgsql;

namespace Janus.IntegrationTests.Embedded;

public sealed class EmbeddedPostgresTests
{
    private TestDirectory _directory = null!;

    private string Cluster => _directory.Path("pg", "cluster");

    private EmbeddedPostgresOptions Options => new() { Directory = _directory.Path("pg"), Durable = false };

    [SetUp]
    public void CreateDirectory() => _directory = new TestDirectory();

    [TearDown]
    public void RemoveDirectory() => _directory.Dispose();

    [Test]
    public async Task Existing_cluster_is_reused_with_its_content()
    {
        await using (EmbeddedPostgres first = await EmbeddedPostgres.StartAsync(Options))
        {
            await first.CreateDatabaseAsync("shop");
            await first.CreateDatabaseAsync("shop");
            await ExecuteAsync(first.ConnectionString("shop"), "CREATE TABLE article AS SELECT 42 AS price");
        }

        await using EmbeddedPostgres second = await EmbeddedPostgres.StartAsync(Options);

        Assert.That(await ExecuteAsync(second.ConnectionString("shop"), "SELECT price FROM article"), Is.EqualTo(42));
    }

    [Test]
    public async Task Server_is_reachable_through_its_socket_only()
    {
        await using EmbeddedPostgres server = await EmbeddedPostgres.StartAsync(Options);

        Assert.That(await ExecuteAsync(server.ConnectionString("postgres"), "SHOW listen_addresses"), Is.Empty);
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(_directory.Path("pg", "socket")) & (UnixFileMode.GroupExecute | UnixFileMode.OtherExecute), Is.EqualTo(UnixFileMode.None));
        }
    }

    [Test]
    public async Task Server_never_runs_as_root()
    {
        await using EmbeddedPostgres server = await EmbeddedPostgres.StartAsync(Options);

        string status = string.Create(CultureInfo.InvariantCulture, $"/proc/{TestDirectory.ServerId(Cluster)}/status");
        string user = File.ReadLines(status).First(line => line.StartsWith("Uid:", StringComparison.Ordinal));
        Assert.That(user.Split('\t')[1..], Has.None.EqualTo("0"));
    }

    [Test]
    public async Task Stopped_server_is_gone_and_a_temporary_one_leaves_nothing()
    {
        EmbeddedPostgres server = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { Durable = false });
        int id = TestDirectory.ServerId(Path.Combine(server.Directory, "cluster"));

        await server.DisposeAsync();

        Assert.That(TestDirectory.IsRunning(id), Is.False);
        Assert.That(Directory.Exists(server.Directory), Is.False);
    }

    [Test]
    public async Task Directory_in_use_is_refused_and_the_user_of_it_is_not_disturbed()
    {
        await using EmbeddedPostgres first = await EmbeddedPostgres.StartAsync(Options);

        Assert.That(
            async () => await EmbeddedPostgres.StartAsync(Options),
            Throws.TypeOf<EmbeddedPostgresException>().With.Message.Contains("in use by another process"));
        Assert.That(await ExecuteAsync(first.ConnectionString("postgres"), "SELECT 1"), Is.EqualTo(1));
        Assert.That(EmbeddedPostgres.FindRunning(first.Directory, "postgres"), Is.EqualTo(first.ConnectionString("postgres")));
    }

    [Test]
    public async Task Process_file_of_a_process_that_is_something_else_by_now_is_no_obstacle()
    {
        await using (await EmbeddedPostgres.StartAsync(Options))
        {
            // Only makes the cluster.
        }

        string[] stale = [Environment.ProcessId.ToString(CultureInfo.InvariantCulture), Cluster, "0", "5432", _directory.Path("pg", "socket"), "", "0 0", "ready   "];
        await File.WriteAllLinesAsync(Path.Combine(Cluster, "postmaster.pid"), stale);
        Assert.That(EmbeddedPostgres.FindRunning(_directory.Path("pg"), "postgres"), Is.Null);

        await using EmbeddedPostgres second = await EmbeddedPostgres.StartAsync(Options);

        Assert.That(await ExecuteAsync(second.ConnectionString("postgres"), "SELECT 1"), Is.EqualTo(1));
    }

    [Test]
    public async Task Interrupted_creation_is_begun_anew()
    {
        Directory.CreateDirectory(_directory.Path("pg", "cluster.new"));
        await File.WriteAllTextAsync(_directory.Path("pg", "cluster.new", "PG_VERSION"), "15");

        await using EmbeddedPostgres server = await EmbeddedPostgres.StartAsync(Options);

        Assert.That(await ExecuteAsync(server.ConnectionString("postgres"), "SELECT 1"), Is.EqualTo(1));
    }

    [Test]
    public async Task Path_too_long_for_a_socket_works_and_leaves_no_socket_behind()
    {
        EmbeddedPostgresOptions options = Options with { Directory = _directory.Path(new string('d', 100)) };
        string socketDirectory;
        await using (EmbeddedPostgres server = await EmbeddedPostgres.StartAsync(options))
        {
            socketDirectory = new NpgsqlConnectionStringBuilder(server.ConnectionString("postgres")).Host!;
            Assert.That(await ExecuteAsync(server.ConnectionString("postgres"), "SELECT 1"), Is.EqualTo(1));
        }

        Assert.That(Directory.Exists(socketDirectory), Is.False);
    }

    [Test]
    public void Missing_server_programs_are_named()
    {
        EmbeddedPostgresOptions options = Options with { BinariesDirectory = _directory.Root };

        Assert.That(
            async () => await EmbeddedPostgres.StartAsync(options),
            Throws.TypeOf<EmbeddedPostgresException>().With.Message.Contains(_directory.Root).And.Message.Contains("PostgreSQL 14 or newer"));
    }

    [Test]
    public async Task Server_that_dies_is_noticed()
    {
        await using EmbeddedPostgres server = await EmbeddedPostgres.StartAsync(Options);
        using System.Diagnostics.Process postmaster = System.Diagnostics.Process.GetProcessById(TestDirectory.ServerId(Cluster));

        postmaster.Kill();

        Assert.That(async () => await server.Exited.WaitAsync(TimeSpan.FromSeconds(10)), Throws.Nothing);
    }

    private static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using NpgsqlConnection connection = new(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using NpgsqlCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of this file
        command.CommandText = sql;
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }
}
