using Janus.Aggregator;
using Janus.Client;
using Janus.Collector;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;
using Janus.Vdaf;
using Npgsql;

namespace Janus.IntegrationTests.Http;

/// <summary>DAP §3 (http-usage): certificates are checked, and whoever has a wrong one learns nothing.</summary>
public sealed class TlsTests
{
    private UntrustedServer _server = null!;

    [SetUp]
    public async Task StartServer() => _server = await UntrustedServer.StartAsync();

    [TearDown]
    public async Task StopServer() => await _server.DisposeAsync();

    [Test]
    public void Client_sends_nothing_to_an_aggregator_whose_certificate_is_not_trusted()
    {
        TestTask task = new(new TestTaskOptions { Leader = _server.Endpoint, Helper = _server.Endpoint });
        using HttpClient http = new(DapHttpHandler.Create());
        DapClient client = new(task.Id, task.Configuration, http);
        Assert.That(
            () => client.UploadAsync(Measurement.FromNumber(1)),
            Throws.InstanceOf<HttpRequestException>().With.Property("HttpRequestError").EqualTo(HttpRequestError.SecureConnectionError));
        AssertNothingTold(connections: 2);
    }

    [Test]
    public void Collector_sends_nothing_to_a_leader_whose_certificate_is_not_trusted()
    {
        TestTask task = new(new TestTaskOptions { Leader = _server.Endpoint });
        using HttpClient http = new(DapHttpHandler.Create());
        DapCollector collector = new(
            task.Id, task.Configuration, task.CollectorHpkeConfig, task.CollectorKeyPair, task.CollectorToken, http);
        Assert.That(
            () => collector.CreateAsync(Query.TimeInterval(new Interval(new Time(1), new Duration(1)))),
            Throws.InstanceOf<HttpRequestException>().With.Property("HttpRequestError").EqualTo(HttpRequestError.SecureConnectionError));
        AssertNothingTold(connections: 1);
    }

    [Test]
    public async Task Leader_sends_nothing_to_a_helper_whose_certificate_is_not_trusted_and_keeps_the_reports()
    {
        await using TestDatabase database = await TestPostgres.CreateDatabaseAsync();
        await using TestAggregator leader = await TestAggregator.StartAsync(database, AggregatorRoles.All, configure: options =>
        {
            options.AggregationJobs.MaximumDelay = TimeSpan.FromMilliseconds(50);
            options.AggregationJobs.MaximumAttempts = 2;
            options.AggregationJobDriver.InitialRetryDelay = TimeSpan.FromMilliseconds(50);
            options.AggregationJobDriver.PollInterval = TimeSpan.FromMilliseconds(50);
            options.AggregationJobDriver.MaximumRetryDelay = TimeSpan.FromMilliseconds(100);
        });
        TestTask task = new(new TestTaskOptions { Leader = leader.Endpoint, Helper = _server.Endpoint });
        await leader.AddTaskAsync(task.For(Role.Leader));
        ReportFactory reports = new(task, await leader.HpkeConfigAsync(), null, TestDeployment.CurrentTime);
        HttpAnswer answer = await RawHttp.PostAsync(
            new Uri(leader.Endpoint, $"tasks/{task.Id}/reports"), DapVersion.Newest.MediaTypes.UploadRequest, ReportFactory.UploadBody(reports.Make(1, 2)));
        Assert.That(answer.Body, Is.Empty);

        // More often than a refusal is suffered.
        Assert.That(() => _server.Connections, Is.GreaterThanOrEqualTo(5).After(20_000, 50));
        Assert.That(_server.Requests, Is.Zero);
        await using NpgsqlConnection connection = new(database.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new("SELECT count(*) FROM aggregation_jobs WHERE finished_at IS NULL", connection);
        Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo(1L), "the job waits for an operator");
    }

    private void AssertNothingTold(int connections)
    {
        Assert.That(_server.Requests, Is.Zero);
        Assert.That(_server.Connections, Is.InRange(1, connections), "a certificate does not become better by asking again");
    }
}
