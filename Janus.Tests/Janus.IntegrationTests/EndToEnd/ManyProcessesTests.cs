using Janus.Collector;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.EndToEnd;

[TestFixture(false)]
[TestFixture(true)]
public sealed class ManyProcessesTests(bool asynchronous) : EndToEndFixture(asynchronous)
{
    private const int Reports = 300;

    [Test]
    [CancelAfter(400_000)]
    public async Task Two_processes_of_every_role_count_every_report_once()
    {
        // Small jobs, so that there is enough to share.
        Deployment deployment = await DeployAsync(("Aggregator__AggregationJobs__MaximumReports", "20"), ("Aggregator__AggregationJobs__MinimumReports", "20"));
        await Task.WhenAll(
            ((string[])[Deployment.Aggregator, Deployment.AggregationJobCreator, Deployment.AggregationJobDriver, Deployment.CollectionJobDriver])
            .SelectMany(role => (string[])[role, role])
            .Select(role => deployment.StartLeaderAsync([role], Token))
            .Concat([deployment.StartHelperAsync(HelperRoles, Token), deployment.StartHelperAsync(HelperRoles, Token)]));

        await Task.WhenAll(
            RunAsync(deployment, VdafDescription.Count(), BatchMode.TimeInterval, batches: 1),
            RunAsync(deployment, VdafDescription.Sum(1000), BatchMode.LeaderSelected, batches: 3),
            RunAsync(deployment, VdafDescription.Histogram(10), BatchMode.LeaderSelected, batches: 1),
            RunAsync(deployment, VdafDescription.MultihotCountVec(5, 2), BatchMode.TimeInterval, batches: 1));
    }

    // Half of the reports come before the collection is asked for, half while it waits.
    private async Task RunAsync(Deployment deployment, VdafDescription vdaf, BatchMode batchMode, int batches)
    {
        DeployedTask task = await AddTaskAsync(deployment, vdaf, batchMode, Reports / batches);
        TestMeasurement[] first = await UploadAsync(task, Reports / 2);
        CollectionJobState asked = await task.Collector.CreateAsync(task.QueryFrom(Then), Token);
        TestMeasurement[] last = await UploadAsync(task, Reports - first.Length);

        List<CollectionResult> results = [await task.Collector.CollectAsync(asked.Job, cancellationToken: Token)];
        while (results.Count < batches)
        {
            results.Add(await task.CollectAsync(Then, Token));
        }

        Assert.That(results.Select(result => result.ReportCount), Is.All.EqualTo((ulong)(Reports / batches)), $"{vdaf}");
        AssertAggregate(results, [.. first, .. last]);
        await AssertAggregatedByBothAsync(task, Reports);
    }
}
