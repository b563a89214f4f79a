using Janus.Dap;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.EndToEnd;

/// <summary>Drivers of a Helper's deferred jobs that end with SIGTERM. Leases last so long that nobody could wait for one.</summary>
public sealed class StoppedHelperDriverTests() : EndToEndFixture(asynchronous: true)
{
    private static readonly (string, string)[] Settings =
    [
        ("Aggregator__AggregationJobs__MaximumReports", "10"),
        ("Aggregator__AggregationJobs__MinimumReports", "10"),
        ("Aggregator__AggregationJobDriver__LeaseDuration", "1h"),
        ("Aggregator__AggregationJobDriver__PollInterval", "200ms"),
    ];

    [Test]
    [CancelAfter(300_000)]
    public async Task Stopped_drivers_of_deferred_jobs_leave_no_lease()
    {
        const int Reports = 200;
        Deployment deployment = await DeployAsync(Settings);
        await Task.WhenAll(
            deployment.StartHelperAsync([Deployment.Aggregator, Deployment.CollectionJobDriver], Token),
            deployment.StartLeaderAsync([Deployment.All], Token));
        DeployedTask task = await AddTaskAsync(deployment, VdafDescription.SumVec(400, 255), BatchMode.LeaderSelected, Reports);
        TestMeasurement[] measurements = await UploadAsync(task, Reports);
        for (int stops = 1; stops <= 2; stops++)
        {
            AggregatorProcess driver = await deployment.StartHelperAsync([Deployment.AggregationJobDriver], Token);
            while ((await task.SummarizeAsync(Role.Helper, Token)).ReportCount < stops * 50)
            {
                await Task.Delay(2, Token);
            }

            await driver.TerminateAsync();
            Assert.That(await driver.Ended.WaitAsync(Token), Is.Zero, driver.Output);
        }

        await deployment.StartHelperAsync([Deployment.AggregationJobDriver], Token);
        AssertAggregate(await task.CollectAsync(Then, Token), measurements);
        await AssertAggregatedByBothAsync(task, Reports);
    }
}
