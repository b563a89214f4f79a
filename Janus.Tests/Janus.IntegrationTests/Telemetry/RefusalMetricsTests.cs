using System.Net;
using Janus.Aggregator;
using Janus.Dap;
using Janus.Datastore;
using Janus.IntegrationTests.Aggregation;
using Janus.Testing;

namespace Janus.IntegrationTests.Telemetry;

public sealed class RefusalMetricsTests : LeaderFixture
{
    protected override AggregatorRoles LeaderRoles => AggregatorRoles.Aggregator | AggregatorRoles.AggregationJobCreator | AggregatorRoles.AggregationJobDriver;

    [Test]
    public async Task Refusals_outages_and_what_is_given_up_are_counted_by_reason()
    {
        using Measurements measured = new(Deployment.Leader.Get<AggregatorMetrics>().Meter);
        Between.ScriptFirst(
            request => request.IsAggregationJob,
            [
                ScriptedHelper.Status(HttpStatusCode.ServiceUnavailable),
                .. Enumerable.Repeat(ScriptedHelper.Problem(DapProblemType.InvalidMessage, "not like this"), TestDeployment.MaximumAttempts),
            ]);
        TestTask task = await Deployment.AddTaskAsync();
        await Deployment.UploadAsync(task, 0, 1, 1);
        await AwaitJobsAsync(task, AggregationJobState.Finished);

        Assert.That(measured.SumsOf("janus.aggregation.refusals"), Is.EquivalentTo(One("reason=invalid_message", TestDeployment.MaximumAttempts)));
        Assert.That(measured.SumsOf("janus.aggregation.abandoned_jobs"), Is.EquivalentTo(One("reason=invalid_message", 1)));
        Assert.That(measured.SumsOf("janus.aggregation.abandoned_reports"), Is.EquivalentTo(One("outcome=put_back", 3)));
        IReadOnlyDictionary<string, int> requests = measured.CountsOf("janus.peer.request.duration");
        Assert.That(requests.GetValueOrDefault("operation=create_aggregation_job status=503"), Is.EqualTo(1));
        Assert.That(requests.GetValueOrDefault("operation=create_aggregation_job status=400"), Is.EqualTo(TestDeployment.MaximumAttempts));
        Assert.That(measured.CountsOf("janus.job.step.duration").GetValueOrDefault("kind=aggregation_job outcome=peer_unavailable"), Is.EqualTo(1));
        Assert.That(measured.SumsOf("janus.upload.reports"), Is.EquivalentTo(One("outcome=stored", 3)));
    }

    private static Dictionary<string, double> One(string labels, double value) => new() { [labels] = value };
}
