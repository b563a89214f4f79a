using System.Net;
using System.Net.Sockets;
using Janus.Datastore;
using Janus.IntegrationTests.Embedded;
using Janus.Testing;

namespace Janus.IntegrationTests.Host;

public sealed class HostProcessTests
{
    private static readonly HttpClient Http = new();

    private TestDirectory _directory = null!;

    private string Cluster => _directory.Path("postgres", "cluster");

    [SetUp]
    public void CreateDirectory() => _directory = new TestDirectory();

    [TearDown]
    public void RemoveDirectory() => _directory.Dispose();

    [TestCase("TERM")]
    [TestCase("INT")]
    public async Task Process_serves_and_stops_with_all_it_started_on_a_signal(string signal)
    {
        await using HostProcess host = HostProcess.Run(_directory.Root);
        Uri address = await host.WaitForAddressAsync();
        int database = TestDirectory.ServerId(Cluster);
        Assert.That((await Http.GetAsync(new Uri(address, "healthz"))).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await Http.GetAsync(new Uri(address, "readyz"))).StatusCode, Is.EqualTo(HttpStatusCode.OK));

        await host.SignalAsync(signal);

        Assert.That(await host.WaitForExitAsync(), Is.Zero, host.Error);
        Assert.That(TestDirectory.IsRunning(database), Is.False);
        Assert.That(File.Exists(_directory.Path("addresses")), Is.False);
    }

    [TestCase("aggregator")]
    [TestCase("collection-job-driver")]
    public async Task Process_explains_what_it_does_not_have_and_lets_pages_read_what_clients_need(string role)
    {
        await using HostProcess host = HostProcess.Run(_directory.Root, "--role", role);
        Uri address = await host.WaitForAddressAsync();
        using HttpResponseMessage missing = await Http.GetAsync(new Uri(address, "nothing"));
        using HttpRequestMessage fromPage = new(HttpMethod.Get, new Uri(address, "hpke_config"));
        fromPage.Headers.Add("Origin", "https://app.example");
        using HttpResponseMessage config = await Http.SendAsync(fromPage);

        Assert.That((missing.StatusCode, missing.Content.Headers.ContentType?.MediaType), Is.EqualTo((HttpStatusCode.NotFound, "application/problem+json")));
        bool serves = role == "aggregator";
        Assert.That(config.StatusCode, Is.EqualTo(serves ? HttpStatusCode.OK : HttpStatusCode.NotFound));
        Assert.That(config.Headers.Contains("Access-Control-Allow-Origin"), Is.EqualTo(serves));
    }

    [Test]
    public async Task Killed_process_leaves_no_database_running_and_can_be_started_again()
    {
        await using HostProcess killed = HostProcess.Run(_directory.Root);
        await killed.WaitForAddressAsync();
        int database = TestDirectory.ServerId(Cluster);
        string key = await File.ReadAllTextAsync(_directory.Path("datastore.key"));
        File.Delete(_directory.Path("addresses"));

        await killed.SignalAsync("KILL");

        Assert.That(await TestDirectory.HasEndedAsync(database, seconds: 15), Is.True);
        await using HostProcess second = HostProcess.Run(_directory.Root, "--exit-with-parent");
        await second.WaitForAddressAsync();
        Assert.That(await File.ReadAllTextAsync(_directory.Path("datastore.key")), Is.EqualTo(key));
        second.CloseStandardInput();
        Assert.That(await second.WaitForExitAsync(), Is.Zero);
    }

    [Test]
    public async Task Datastore_key_is_readable_by_its_owner_only()
    {
        await using HostProcess host = HostProcess.Run(_directory.Root);
        await host.WaitForAddressAsync();

        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(_directory.Path("datastore.key")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }
    }

    [Test]
    public async Task Command_uses_the_embedded_database_of_a_running_process()
    {
        await using HostProcess host = HostProcess.Run(_directory.Root, "--exit-with-parent");
        await host.WaitForAddressAsync();

        await using HostProcess command = HostProcess.Start(["migrate"], new Dictionary<string, string> { ["JANUS__Database__DataDirectory"] = _directory.Root });

        Assert.That(await command.WaitForExitAsync(), Is.Zero, command.Error);
        host.CloseStandardInput();
        Assert.That(await host.WaitForExitAsync(), Is.Zero);
    }

    [Test]
    public async Task Secrets_that_everybody_can_read_are_warned_of_by_a_process_and_by_a_command()
    {
        string keys = _directory.Path("keys");
        await File.WriteAllTextAsync(keys, DatastoreKeys.Generate());
        string file = _directory.Path("janus.yaml");
        await File.WriteAllTextAsync(file, $"Database:\n  DataDirectory: {_directory.Root}\n  DatastoreKeysFile: {keys}\n  Password: of-another-database\n");
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows has no such modes");
            return;
        }

        File.SetUnixFileMode(keys, (UnixFileMode)0b110_100_100);
        File.SetUnixFileMode(file, (UnixFileMode)0b110_100_100);

        Dictionary<string, string> environment = new() { ["JANUS_CONFIG_FILE"] = file };
        await using HostProcess host = HostProcess.Start(
            ["run", "--listen", "http://127.0.0.1:0", "--address-file", _directory.Path("addresses"), "--exit-with-parent"], environment);
        await host.WaitForAddressAsync();
        await using HostProcess command = HostProcess.Start(["task", "list"], environment);
        Assert.That(await command.WaitForExitAsync(), Is.Zero, command.Error);
        host.CloseStandardInput();
        Assert.That(await host.WaitForExitAsync(), Is.Zero);

        string[] warnings = [.. new[] { file, keys }.Select(path => $"{path}: every user of this machine may read this secret (mode 644); 'chmod 600 {path}' keeps it to its owner")];
        Assert.That(command.Error.Split('\n').Select(line => line.TrimEnd()), Is.EqualTo(warnings.Select(warning => $"janus: warning: {warning}")));
        Assert.That(warnings.Select(warning => host.Output.Split('\n').Count(line => line.Contains(warning, StringComparison.Ordinal))), Is.All.EqualTo(1));
        Assert.That(host.Output, Does.Not.Contain(await File.ReadAllTextAsync(keys)));
    }

    [Test]
    public async Task Busy_port_is_one_line_and_nothing_stays_running()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        string busy = $"http://{listener.LocalEndpoint}";

        await using HostProcess host = HostProcess.Start(
            ["run", "--listen", busy],
            new Dictionary<string, string> { ["JANUS__Database__DataDirectory"] = _directory.Root });

        Assert.That(await host.WaitForExitAsync(), Is.EqualTo(1));
        Assert.That(host.Error.Split('\n'), Has.Length.EqualTo(1));
        Assert.That(host.Error, Does.Contain(busy).And.Contain("in use"));
        Assert.That(host.Output, Does.Not.Contain("\"@l\""), "nothing worse than information is logged");
        Assert.That(File.Exists(Path.Combine(Cluster, "postmaster.pid")), Is.False);
    }

    [Test]
    public async Task Wrong_configuration_is_refused_before_anything_starts()
    {
        string file = _directory.Path("janus.yaml");
        await File.WriteAllTextAsync(file, "Http:\n  Lissten: [http://localhost:1]\nDatabase:\n  MaximumConnections: many\n");

        await using HostProcess host = HostProcess.Start(
            ["run", "--config-file", file],
            new Dictionary<string, string> { ["JANUS__Database__DataDirectory"] = _directory.Path("data") });

        Assert.That(await host.WaitForExitAsync(), Is.EqualTo(1));
        Assert.That(host.Error, Does.Contain("Http.Lissten").And.Contain("Database.MaximumConnections"));
        Assert.That(Directory.Exists(_directory.Path("data")), Is.False);
    }

    [Test]
    public async Task Wrong_usage_has_exit_code_2_and_points_to_the_help()
    {
        await using HostProcess host = HostProcess.Start(["run", "--rolle", "all"]);

        Assert.That(await host.WaitForExitAsync(), Is.EqualTo(2));
        Assert.That(host.Error, Does.Contain("--rolle").And.Contain("janus run --help"));
    }

    [Test]
    public async Task Unreachable_database_is_one_line_without_the_password()
    {
        await using HostProcess host = HostProcess.Start(["run"], new Dictionary<string, string>
        {
            ["JANUS_DATABASE_URL"] = "postgres://janus@127.0.0.1:1/janus",
            ["JANUS_DATABASE_PASSWORD"] = "correct-horse",
            ["JANUS__Database__StartTimeout"] = "0s",
            ["JANUS__Database__DatastoreKeys"] = "AAECAwQFBgcICQoLDA0ODw",
        });

        Assert.That(await host.WaitForExitAsync(), Is.EqualTo(1));
        Assert.That(host.Error.Split('\n'), Has.Length.EqualTo(1));
        Assert.That(host.Error, Does.Contain("the database cannot be reached: Failed to connect to 127.0.0.1:1: Connection refused"));
        Assert.That(host.Error + host.Output, Does.Not.Contain("correct-horse"));
    }

    [Test]
    public async Task Process_is_alive_but_not_ready_without_its_database()
    {
        await using HostProcess owner = HostProcess.Run(_directory.Root, "--exit-with-parent");
        await owner.WaitForAddressAsync();
        string socket = _directory.Path("postgres", "socket");
        await using HostProcess host = HostProcess.Start(["run", "--listen", "http://127.0.0.1:0", "--address-file", _directory.Path("second")], new Dictionary<string, string>
        {
            ["JANUS__Database__ConnectionString"] = $"Host={socket};Username=janus;Database=janus",
            ["JANUS__Database__DatastoreKeys"] = (await File.ReadAllTextAsync(_directory.Path("datastore.key"))).Trim(),
        });
        Uri address = await host.WaitForAddressAsync();
        Assert.That((await Http.GetAsync(new Uri(address, "readyz"))).StatusCode, Is.EqualTo(HttpStatusCode.OK));

        owner.CloseStandardInput();
        Assert.That(await owner.WaitForExitAsync(), Is.Zero);

        Assert.That((await Http.GetAsync(new Uri(address, "readyz"))).StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That((await Http.GetAsync(new Uri(address, "healthz"))).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await host.SignalAsync("TERM");
        Assert.That(await host.WaitForExitAsync(), Is.Zero);
    }
}
