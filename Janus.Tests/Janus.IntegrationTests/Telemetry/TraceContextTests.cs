using System.Collections.Concurrent;
using Janus.Host.Hosting;
using Janus.IntegrationTests.Http;
using Janus.Testing;

namespace Janus.IntegrationTests.Telemetry;

public sealed class TraceContextTests : DeploymentFixture
{
    [Test]
    public async Task Requests_to_the_helper_carry_the_trace_of_their_step_though_nothing_is_exported()
    {
        using TraceContext traces = new();
        await traces.StartAsync(CancellationToken.None);
        ConcurrentBag<string> parents = [];
        Between.Script((_, context) =>
        {
            parents.Add(context.Request.Headers.TraceParent.ToString());
            return Task.FromResult(false);
        });

        TestTask task = await Deployment.AddTaskAsync(new TestTaskOptions { MinBatchSize = 2 });
        await Deployment.UploadAsync(task, 0, 1);
        await Deployment.CollectAsync(task);

        Assert.That(parents, Is.All.Match("^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$"));
        Assert.That(parents.Select(parent => parent[3..35]).Distinct().Count(), Is.GreaterThanOrEqualTo(2), "one trace for each job");
    }
}
