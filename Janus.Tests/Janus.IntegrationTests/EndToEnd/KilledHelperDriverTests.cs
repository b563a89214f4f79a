using Janus.Dap;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.EndToEnd;

/// <summary>Drivers of a Helper's deferred jobs that end with SIGKILL.</summary>
public sealed class KilledHelperDriverTests() : EndToEndFixture(asynchronous: true)
{
    private static readonly (string, string)[] Settings =
    [
        ("Aggregator__AggregationJobs__MaximumReports", "10"),
        ("Aggregator__AggregationJobs__MinimumReports", "10"),
        ("Aggregator__AggregationJobDriver__LeaseDuration", "2s"),
        ("Aggregator__AggregationJobDriver__PollInterval", "200ms"),
    ];

    [Test]
    [CancelAfter(300_000)]
    public async Task Killed_drivers_of_deferred_jobs_lose_and_double_nothing()
    {
        const int Reports = 300;
        Deployment deployment = await DeployAsync(Settings);
        await Task.WhenAll(
            deployment.StartHelperAsync([Deployment.Aggregator, Deployment.CollectionJobDriver], Token),
            deployment.StartLeaderAsync([Deployment.All], Token));
        DeployedTask task = await AddTaskAsync(deployment, VdafDescription.SumVec(400, 255), BatchMode.TimeInterval, Reports);
        TestMeasurement[] measurements = await UploadAsync(task, Reports);
        for (int kills = 1; kills <= 2; kills++)
        {
            AggregatorProcess driver = await deployment.StartHelperAsync([Deployment.AggregationJobDriver], Token);
            while ((await task.SummarizeAsync(Role.Helper, Token)).ReportCount < kills * 50)
            {
                await Task.Delay(2, Token);
            }

            await driver.KillAsync();
        }

        await deployment.StartHelperAsync([Deployment.AggregationJobDriver], Token);
        AssertAggregate(await task.CollectAsync(Then, Token), measurements);
        await AssertAggregatedByBothAsync(task, Reports);
    }
}
