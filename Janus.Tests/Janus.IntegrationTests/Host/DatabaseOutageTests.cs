using System.Net;
using System.Text;
using Janus.Datastore.Embedded;
using Janus.IntegrationTests.Embedded;
using Janus.Testing;

namespace Janus.IntegrationTests.Host;

/// <summary>A whole process whose database goes away and comes back.</summary>
public sealed class DatabaseOutageTests
{
    private const int Requests = 200;
    private const int MostBytes = 2048;

    private static readonly HttpClient Http = new();
    private TestDirectory _directory = null!;

    private EmbeddedPostgresOptions Server => new() { Directory = _directory.Path("postgres"), Durable = false };

    [SetUp]
    public void CreateDirectory() => _directory = new TestDirectory();

    [TearDown]
    public void RemoveDirectory() => _directory.Dispose();

    [Test]
    [CancelAfter(120_000)]
    public async Task Requests_and_workers_of_an_outage_write_two_lines_and_are_told_when_to_come_back()
    {
        CancellationToken token = TestContext.CurrentContext.CancellationToken;
        EmbeddedPostgres server = await StartServerAsync();
        await server.CreateDatabaseAsync("janus", token);
        Dictionary<string, string> environment = new()
        {
            ["JANUS_DATABASE_URL"] = server.ConnectionString("janus"),
            ["JANUS__Database__DatastoreKeys"] = "AAECAwQFBgcICQoLDA0ODw",
            // Workers look often, as many more of them would.
            ["JANUS__Aggregator__AggregationJobs__PollInterval"] = "100ms",
            ["JANUS__Aggregator__AggregationJobDriver__PollInterval"] = "100ms",
            ["JANUS__Aggregator__AggregationJobDriver__InitialRetryDelay"] = "100ms",
            ["JANUS__Aggregator__CollectionJobDriver__PollInterval"] = "100ms",
            ["JANUS__Aggregator__CollectionJobDriver__InitialRetryDelay"] = "100ms",
            ["JANUS__Aggregator__KeyRotation__CheckInterval"] = "1s",
        };
        await using (HostProcess migrate = HostProcess.Start(["migrate"], environment))
        {
            Assert.That(await migrate.WaitForExitAsync(), Is.Zero, migrate.Error);
        }

        await using HostProcess host = HostProcess.Start(
            ["run", "--listen", "http://127.0.0.1:0", "--address-file", _directory.Path("addresses")], environment);
        Uri address = await host.WaitForAddressAsync(token);
        Uri reports = new(address, "tasks/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/reports");
        int before = Written(host);

        await server.DisposeAsync();
        for (int i = 0; i < Requests; i++)
        {
            using ByteArrayContent body = new([0]);
            body.Headers.TryAddWithoutValidation("Content-Type", "application/dap-upload-req");
            using HttpResponseMessage answer = await Http.PostAsync(reports, body, token);
            Assert.That((answer.StatusCode, answer.Headers.RetryAfter?.Delta, answer.Content.Headers.ContentType?.MediaType),
                Is.EqualTo((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(5), "application/problem+json")));
            using HttpResponseMessage ready = await Http.GetAsync(new Uri(address, "readyz"), token);
            Assert.That(ready.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        }

        server = await StartServerAsync();
        while (!host.Output.Contains("the database works again", StringComparison.Ordinal))
        {
            await Task.Delay(50, token);
        }

        Assert.That((await Http.GetAsync(new Uri(address, "readyz"), token)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await host.SignalAsync("TERM");
        await host.WaitForExitAsync();
        string[] outage = [.. host.Output[before..].Split('\n').Where(line => !line.Contains("Stopp", StringComparison.Ordinal))];
        await server.DisposeAsync();

        Assert.That(outage.Where(line => line.Length > 0).ToArray(), Has.Length.EqualTo(2), string.Join('\n', outage));
        Assert.That(Encoding.UTF8.GetByteCount(string.Concat(outage)), Is.LessThan(MostBytes));
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Process_waits_for_a_database_that_is_not_there_yet_with_one_line()
    {
        CancellationToken token = TestContext.CurrentContext.CancellationToken;
        EmbeddedPostgres server = await StartServerAsync();
        await server.CreateDatabaseAsync("janus", token);
        Dictionary<string, string> environment = new()
        {
            ["JANUS_DATABASE_URL"] = server.ConnectionString("janus"),
            ["JANUS__Database__DatastoreKeys"] = "AAECAwQFBgcICQoLDA0ODw",
        };
        await using (HostProcess migrate = HostProcess.Start(["migrate"], environment))
        {
            Assert.That(await migrate.WaitForExitAsync(), Is.Zero, migrate.Error);
        }

        await server.DisposeAsync();
        await using HostProcess host = HostProcess.Start(
            ["run", "--listen", "http://127.0.0.1:0", "--address-file", _directory.Path("addresses")], environment);
        while (!host.Output.Contains("waiting up to 60 s for the database (Database.StartTimeout): the database cannot be reached", StringComparison.Ordinal))
        {
            Assert.That(host.Ended.IsCompleted, Is.False, host.Error);
            await Task.Delay(50, token);
        }

        server = await StartServerAsync();
        await host.WaitForAddressAsync(token);
        await host.SignalAsync("TERM");
        Assert.That(await host.WaitForExitAsync(), Is.Zero);
        await server.DisposeAsync();

        string[] serious = [.. host.Output.Split('\n').Where(line => line.Contains("\"@l\"", StringComparison.Ordinal))];
        Assert.That(serious, Has.Length.EqualTo(1), string.Join('\n', serious));
    }

    private static int Written(HostProcess host) => host.Output.Length;

    private async Task<EmbeddedPostgres> StartServerAsync()
    {
        try
        {
            return await EmbeddedPostgres.StartAsync(Server);
        }
        catch (EmbeddedPostgresException missing) when (Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Ignore($"no PostgreSQL: {missing.Message}");
            throw;
        }
    }
}
