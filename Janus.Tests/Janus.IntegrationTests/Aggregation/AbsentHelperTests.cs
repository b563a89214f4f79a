using System.Net;
using System.Net.Sockets;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Aggregation;

/// <summary>What a Leader's operator reads while a Helper does not answer.</summary>
public sealed class AbsentHelperTests : DeploymentFixture
{
    [Test]
    public async Task Operator_reads_once_which_helper_is_away_and_why()
    {
        TestTask task = new(new TestTaskOptions { Leader = Deployment.Leader.Endpoint, Helper = new Uri($"http://127.0.0.1:{UnusedPort()}/") });
        await Deployment.Leader.AddTaskAsync(task.For(Role.Leader));
        await Deployment.UploadAsync(task, new ReportFactory(task, await Deployment.Leader.HpkeConfigAsync(), await Deployment.Helper.HpkeConfigAsync(), TestDeployment.CurrentTime).Make(0, 1, 2));
        Assert.That(() => LinesOf(task, " Debug: ").Count(line => line.Contains("is postponed", StringComparison.Ordinal)), Is.GreaterThanOrEqualTo(4).After(20_000, 50));

        string warning = LinesOf(task, " Warning: ").Single();
        Assert.That(warning, Does.Contain($"requests to the Helper at {task.Configuration.HelperAggregatorEndpoint} fail")
            .And.Contain(": connection refused by http://127.0.0.1:"));
        Assert.That(warning, Does.Not.Contain("   at ").And.Not.Contain("An error occurred"));
    }

    [Test]
    public async Task Operator_reads_once_which_task_the_helper_does_not_know()
    {
        TestTask task = new(new TestTaskOptions { Leader = Deployment.Leader.Endpoint, Helper = Deployment.Helper.Endpoint });
        await Deployment.Leader.AddTaskAsync(task.For(Role.Leader));
        await Deployment.UploadAsync(task, new ReportFactory(task, await Deployment.Leader.HpkeConfigAsync(), await Deployment.Helper.HpkeConfigAsync(), TestDeployment.CurrentTime).Make(0, 1, 2));
        Assert.That(() => LinesOf(task, " Debug: ").Count(line => line.Contains("is postponed", StringComparison.Ordinal)), Is.GreaterThanOrEqualTo(4).After(20_000, 50));

        string warning = LinesOf(task, " Warning: ").Single();
        Assert.That(warning, Does.Contain($"does not take our requests about task {task.Id}").And.Contain("answered 401 Unauthorized: \"").And.Contain("janus task token"));
    }

    private string[] LinesOf(TestTask task, string level) => [.. Deployment.Leader.Logs.Lines.Where(line =>
        line.StartsWith("Janus.", StringComparison.Ordinal) && line.Contains(level, StringComparison.Ordinal) && line.Contains(task.Id.ToString(), StringComparison.Ordinal))];

    private static int UnusedPort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
