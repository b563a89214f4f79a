using System.Net;
using Janus.Datastore;
using Janus.Testing;

namespace Janus.IntegrationTests.EndToEnd;

public sealed class HealthTests : EndToEndFixture
{
    [Test]
    [CancelAfter(120_000)]
    public async Task Process_is_alive_and_ready_and_no_longer_ready_without_its_database()
    {
        Deployment deployment = await DeployAsync();
        AggregatorProcess process = await deployment.StartLeaderAsync([Deployment.All], Token);

        Assert.That(await StatusAsync(deployment, process, "healthz"), Is.EqualTo(HttpStatusCode.OK));
        // The HPKE keys are read after the process has begun to serve.
        HttpStatusCode ready;
        while ((ready = await StatusAsync(deployment, process, "readyz")) != HttpStatusCode.OK)
        {
            Assert.That(ready, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            await Task.Delay(50, Token);
        }

        await deployment.DropLeaderDatabaseAsync();

        Assert.That(await StatusAsync(deployment, process, "readyz"), Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(await StatusAsync(deployment, process, "healthz"), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Every_single_role_serves_its_health()
    {
        Deployment deployment = await DeployAsync();
        AggregatorProcess[] processes = await Task.WhenAll(
            deployment.StartLeaderAsync([Deployment.AggregationJobCreator], Token),
            deployment.StartLeaderAsync([Deployment.AggregationJobDriver], Token),
            deployment.StartLeaderAsync([Deployment.CollectionJobDriver], Token));

        foreach (AggregatorProcess process in processes)
        {
            Assert.That(await StatusAsync(deployment, process, "healthz"), Is.EqualTo(HttpStatusCode.OK), process.Name);
            Assert.That(await StatusAsync(deployment, process, "readyz"), Is.EqualTo(HttpStatusCode.OK), process.Name);
        }
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Process_on_an_unmigrated_database_refuses_to_start_and_names_the_command()
    {
        await using TestDatabase empty = await TestPostgres.CreateEmptyDatabaseAsync();
        Dictionary<string, string> environment = new()
        {
            ["JANUS_DATABASE_URL"] = empty.ConnectionString,
            ["JANUS__Database__DatastoreKeys"] = DatastoreKeys.Generate(),
        };

        AggregatorStartException? refusal = await Assert.ThrowsAsync<AggregatorStartException>(
            () => AggregatorProcess.StartAsync("unmigrated", [Deployment.All], environment, Token));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refusal?.ExitCode, Is.EqualTo(1));
            Assert.That(refusal?.Output, Does.Contain("janus migrate"));
            Assert.That(refusal?.Output, Does.Not.Contain("   at "), "no stack trace");
        }
    }

    private static async Task<HttpStatusCode> StatusAsync(Deployment deployment, AggregatorProcess process, string path)
    {
        using HttpResponseMessage response = await deployment.Http.GetAsync(new Uri(process.Address, path), Token);
        return response.StatusCode;
    }
}
