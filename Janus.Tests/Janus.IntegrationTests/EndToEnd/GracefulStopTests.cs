using Janus.Collector;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.EndToEnd;

/// <summary>Processes that end with SIGTERM in the middle of their work. Leases last so long that nobody could wait for one.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class GracefulStopTests(bool asynchronous) : EndToEndFixture(asynchronous)
{
    private const int Reports = 600;

    private static readonly (string, string)[] Settings =
    [
        ("Aggregator__AggregationJobs__MaximumReports", "20"),
        ("Aggregator__AggregationJobs__MinimumReports", "20"),
        ("Aggregator__AggregationJobDriver__LeaseDuration", "1h"),
        ("Aggregator__AggregationJobDriver__PollInterval", "200ms"),
        ("Aggregator__CollectionJobDriver__LeaseDuration", "1h"),
        ("Aggregator__CollectionJobDriver__PollInterval", "200ms"),
    ];

    [Test]
    [CancelAfter(300_000)]
    public async Task Stopped_driver_finishes_what_is_in_flight_and_leaves_no_lease()
    {
        Deployment deployment = await DeployAsync(Settings);
        DeployedTask task = await StartWithoutDriverAsync(deployment, Deployment.AggregationJobDriver);
        TestMeasurement[] measurements = await UploadAsync(task, Reports);
        deployment.Helper.HoldAnswers(after: 10);
        AggregatorProcess driver = await deployment.StartLeaderAsync([Deployment.AggregationJobDriver], Token);
        await deployment.Helper.WaitForHeldAnswersAsync(2, Token);

        await driver.TerminateAsync();
        Assert.That(await Task.WhenAny(driver.Ended, Task.Delay(500, Token)), Is.Not.SameAs(driver.Ended), "it waits for the answers");
        deployment.Helper.ReleaseAnswers();
        Assert.That(await driver.Ended.WaitAsync(Token), Is.Zero, driver.Output);

        // The first answers of an asynchronous Helper have nothing in them.
        Assert.That((await task.SummarizeAsync(Role.Leader, Token)).ReportCount, Is.InRange(IsAsynchronous ? 0 : 1, Reports - 1), "it was stopped in the middle");

        // And again while it is doing whatever it does.
        driver = await deployment.StartLeaderAsync([Deployment.AggregationJobDriver], Token);
        await task.WaitForAggregatedAsync(Reports / 2, Token);
        await driver.TerminateAsync();
        Assert.That(await driver.Ended.WaitAsync(Token), Is.Zero, driver.Output);

        await deployment.StartLeaderAsync([Deployment.AggregationJobDriver], Token);
        AssertAggregate(await task.CollectAsync(Then, Token), measurements);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task Driver_that_cannot_finish_in_time_releases_its_leases()
    {
        Deployment deployment = await DeployAsync([.. Settings, ("Http__ShutdownTimeout", "1s")]);
        DeployedTask task = await StartWithoutDriverAsync(deployment, Deployment.AggregationJobDriver);
        TestMeasurement[] measurements = await UploadAsync(task, Reports);
        deployment.Helper.HoldAnswers(after: 10);
        AggregatorProcess driver = await deployment.StartLeaderAsync([Deployment.AggregationJobDriver], Token);
        await deployment.Helper.WaitForHeldAnswersAsync(2, Token);

        await driver.TerminateAsync();
        Assert.That(await driver.Ended.WaitAsync(Token), Is.Zero, driver.Output);
        deployment.Helper.LoseHeldAnswers();

        await deployment.StartLeaderAsync([Deployment.AggregationJobDriver], Token);
        AssertAggregate(await task.CollectAsync(Then, Token), measurements);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task Collection_job_driver_that_cannot_finish_in_time_releases_its_lease()
    {
        Deployment deployment = await DeployAsync([.. Settings, ("Http__ShutdownTimeout", "1s")]);
        DeployedTask task = await StartWithoutDriverAsync(deployment, Deployment.CollectionJobDriver);
        TestMeasurement[] measurements = await UploadAsync(task, Reports);
        await task.WaitForAggregatedAsync(Reports, Token);
        CollectionJobState asked = await task.Collector.CreateAsync(task.QueryFrom(Then), Token);
        deployment.Helper.HoldAnswers();
        AggregatorProcess driver = await deployment.StartLeaderAsync([Deployment.CollectionJobDriver], Token);
        await deployment.Helper.WaitForHeldAnswersAsync(1, Token);

        await driver.TerminateAsync();
        Assert.That(await driver.Ended.WaitAsync(Token), Is.Zero, driver.Output);
        deployment.Helper.LoseHeldAnswers();

        await deployment.StartLeaderAsync([Deployment.CollectionJobDriver], Token);
        AssertAggregate(await task.Collector.CollectAsync(asked.Job, cancellationToken: Token), measurements);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task Aggregators_stopped_one_after_the_other_refuse_no_client()
    {
        Deployment deployment = await DeployAsync(Settings);
        await Task.WhenAll(
            deployment.StartHelperAsync(HelperRoles, Token),
            deployment.StartLeaderAsync([Deployment.AggregationJobCreator, Deployment.AggregationJobDriver, Deployment.CollectionJobDriver], Token));
        AggregatorProcess serving = await deployment.StartLeaderAsync([Deployment.Aggregator], Token);
        DeployedTask task = await AddTaskAsync(deployment, VdafDescription.Count(), BatchMode.LeaderSelected, Reports);
        TestMeasurement[] measurements = Measurements(task.Vdaf, Reports);
        Task uploading = Task.WhenAll(measurements.Chunk(20).Select(some => Task.Run(async () =>
        {
            foreach (TestMeasurement measurement in some)
            {
                await task.Client.UploadAsync(measurement.Measurement, Then, Token);
            }
        })));
        for (int stops = 0; stops < 2; stops++)
        {
            AggregatorProcess next = await deployment.StartLeaderAsync([Deployment.Aggregator], Token);
            await serving.TerminateAsync();
            Assert.That(await serving.Ended.WaitAsync(Token), Is.Zero, serving.Output);
            serving = next;
        }

        await uploading;
        AssertAggregate(await task.CollectAsync(Then, Token), measurements);
    }

    private async Task<DeployedTask> StartWithoutDriverAsync(Deployment deployment, string driver)
    {
        string[] roles = [Deployment.Aggregator, Deployment.AggregationJobCreator, Deployment.AggregationJobDriver, Deployment.CollectionJobDriver];
        await Task.WhenAll(
            deployment.StartHelperAsync(HelperRoles, Token),
            deployment.StartLeaderAsync([.. roles.Where(role => role != driver)], Token));
        return await AddTaskAsync(deployment, VdafDescription.Sum(100), BatchMode.LeaderSelected, Reports);
    }
}
