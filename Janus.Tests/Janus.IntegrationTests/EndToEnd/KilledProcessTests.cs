using System.Collections.Concurrent;
using System.Numerics;
using Janus.Client;
using Janus.Collector;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;
using Janus.Vdaf;

namespace Janus.IntegrationTests.EndToEnd;

/// <summary>Processes that end with SIGKILL in the middle of their work.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class KilledProcessTests(bool asynchronous) : EndToEndFixture(asynchronous)
{
    // Jobs are small and leases short, so that there is a middle, and what a dead process held comes free soon.
    private static readonly (string, string)[] Settings =
    [
        ("Aggregator__AggregationJobs__MaximumReports", "20"),
        ("Aggregator__AggregationJobs__MinimumReports", "20"),
        ("Aggregator__AggregationJobDriver__LeaseDuration", "3s"),
        ("Aggregator__AggregationJobDriver__PollInterval", "200ms"),
        ("Aggregator__AggregationJobDriver__InitialRetryDelay", "100ms"),
        ("Aggregator__AggregationJobDriver__MaximumRetryDelay", "500ms"),
        ("Aggregator__CollectionJobDriver__LeaseDuration", "3s"),
        ("Aggregator__CollectionJobDriver__PollInterval", "200ms"),
        ("Aggregator__CollectionJobDriver__InitialRetryDelay", "100ms"),
        ("Aggregator__CollectionJobDriver__MaximumRetryDelay", "500ms"),
    ];

    // The field of counts and sums: VDAF §6.1.4 (Parameters).
    private static readonly BigInteger Field64Modulus = BigInteger.Pow(2, 64) - BigInteger.Pow(2, 32) + 1;

    [Test]
    [CancelAfter(300_000)]
    public async Task Killed_aggregation_job_drivers_lose_and_double_nothing()
    {
        const int Reports = 500;
        Deployment deployment = await DeployAsync(Settings);
        await Task.WhenAll(
            deployment.StartHelperAsync(HelperRoles, Token),
            deployment.StartLeaderAsync([Deployment.Aggregator, Deployment.AggregationJobCreator, Deployment.CollectionJobDriver], Token));
        DeployedTask intervals = await AddTaskAsync(deployment, VdafDescription.Sum(100), BatchMode.TimeInterval, Reports);
        DeployedTask batches = await AddTaskAsync(deployment, VdafDescription.Histogram(4), BatchMode.LeaderSelected, Reports);
        TestMeasurement[] ofIntervals = await UploadAsync(intervals, Reports);
        TestMeasurement[] ofBatches = await UploadAsync(batches, Reports);

        for (int kills = 0; kills < 3; kills++)
        {
            // About ten jobs of fifty are let through; the Helper has committed, or deferred, those whose answers are held.
            deployment.Helper.HoldAnswers(after: 10);
            AggregatorProcess driver = await deployment.StartLeaderAsync([Deployment.AggregationJobDriver], Token);
            await deployment.Helper.WaitForHeldAnswersAsync(2, Token);
            await driver.KillAsync();
            deployment.Helper.LoseHeldAnswers();
        }

        long aggregated = (await intervals.SummarizeAsync(Role.Leader, Token)).ReportCount + (await batches.SummarizeAsync(Role.Leader, Token)).ReportCount;
        // The first answers of an asynchronous Helper have nothing in them.
        Assert.That(aggregated, Is.InRange(IsAsynchronous ? 0 : 1, (2 * Reports) - 1), "the drivers were killed in the middle");
        await deployment.StartLeaderAsync([Deployment.AggregationJobDriver], Token);
        AssertAggregate(await intervals.CollectAsync(Then, Token), ofIntervals);
        AssertAggregate(await batches.CollectAsync(Then, Token), ofBatches);
        await AssertAggregatedByBothAsync(intervals, Reports);
        await AssertAggregatedByBothAsync(batches, Reports);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task Killed_helpers_lose_and_double_nothing()
    {
        const int Reports = 1000;
        Deployment deployment = await DeployAsync(Settings);
        Task<AggregatorProcess> starting = deployment.StartHelperAsync(HelperRoles, Token);
        AggregatorProcess driver = await deployment.StartLeaderAsync([Deployment.All], Token);
        AggregatorProcess helper = await starting;
        DeployedTask task = await AddTaskAsync(deployment, VdafDescription.Sum(100), BatchMode.LeaderSelected, Reports);
        // The Helper must not be gone when the client asks for its HPKE configuration.
        TestMeasurement[] first = await UploadAsync(task, 1);
        deployment.Helper.HoldAnswers(after: 10);
        TestMeasurement[] rest = await UploadAsync(task, Reports - 1);

        // Once when it has committed, or deferred, and nobody knows, and then whatever it is doing.
        await deployment.Helper.WaitForHeldAnswersAsync(2, Token);
        await helper.KillAsync();
        deployment.Helper.LoseHeldAnswers();
        for (int aggregated = 300; aggregated <= 600; aggregated += 300)
        {
            helper = await deployment.StartHelperAsync(HelperRoles, Token);
            await task.WaitForAggregatedAsync(aggregated, Token);
            await helper.KillAsync();
        }

        await deployment.StartHelperAsync(HelperRoles, Token);
        AssertAggregate(await task.CollectAsync(Then, Token), [.. first, .. rest]);
        await AssertAggregatedByBothAsync(task, Reports);
        Assert.That(driver.Ended.IsCompleted, Is.False);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task Every_report_acknowledged_before_the_leader_is_killed_is_in_the_result()
    {
        const int Requests = 100;
        const int ReportsPerRequest = 20;
        Deployment deployment = await DeployAsync(Settings);
        Task<AggregatorProcess> starting = deployment.StartLeaderAsync([Deployment.Aggregator], Token);
        await Task.WhenAll(
            deployment.StartHelperAsync(HelperRoles, Token),
            deployment.StartLeaderAsync([Deployment.AggregationJobCreator, Deployment.AggregationJobDriver, Deployment.CollectionJobDriver], Token));
        AggregatorProcess leader = await starting;

        // The reports of a request are the bucket of the request.
        DeployedTask task = await AddTaskAsync(deployment, VdafDescription.Histogram(Requests), BatchMode.TimeInterval, minBatchSize: 1);
        DapReportBuilder builder = await task.BuilderAsync(Token);
        Report[][] requests = [.. Enumerable.Range(0, Requests).Select(request => Enumerable.Range(0, ReportsPerRequest)
            .Select(_ => builder.Build(Measurement.FromNumber((ulong)request), Then)).ToArray())];
        ConcurrentBag<int> acknowledged = [];
        Task uploading = Parallel.ForAsync(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Token }, async (request, token) =>
        {
            try
            {
                await task.PostAsync(requests[request], token);
                acknowledged.Add(request);
            }
            catch (HttpRequestException)
            {
                // Never acknowledged: it may be stored or not.
            }
        });
        while (acknowledged.Count < Requests / 4)
        {
            await Task.Delay(1, Token);
        }

        await leader.KillAsync();
        await uploading;
        Assert.That(acknowledged, Has.Count.LessThan(Requests), "the Leader was killed in the middle");
        await deployment.StartLeaderAsync([Deployment.Aggregator], Token);

        CollectionResult result = await task.CollectAsync(Then, Token);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(acknowledged.Select(request => result.AggregateResult[request]), Is.All.EqualTo((BigInteger)ReportsPerRequest));
            Assert.That(result.AggregateResult, Is.All.AnyOf((BigInteger)0, (BigInteger)ReportsPerRequest), "a request is stored whole or not at all");
            Assert.That(result.AggregateResult.Aggregate((sum, next) => sum + next), Is.EqualTo((BigInteger)result.ReportCount));
        }
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task Killed_collection_job_drivers_lose_no_batch_and_draw_no_noise_twice()
    {
        const int Reports = 60;
        Deployment deployment = await DeployAsync(Settings);
        await Task.WhenAll(
            deployment.StartHelperAsync(HelperRoles, Token),
            deployment.StartLeaderAsync([Deployment.Aggregator, Deployment.AggregationJobCreator, Deployment.AggregationJobDriver], Token));
        DeployedTask[] tasks =
        [
            await AddTaskAsync(deployment, VdafDescription.Sum(100), BatchMode.TimeInterval, Reports),
            await AddTaskAsync(deployment, VdafDescription.Sum(100), BatchMode.LeaderSelected, Reports),
            await AddTaskAsync(deployment, VdafDescription.Count(), BatchMode.TimeInterval, Reports, "laplace:epsilon=1/1000000000"),
        ];
        List<byte[]> noises = [];
        List<TestMeasurement[]> measurements = [];
        List<CollectionJobHandle> asked = [];
        foreach (DeployedTask task in tasks)
        {
            measurements.Add(await UploadAsync(task, Reports));
            await task.WaitForAggregatedAsync(Reports, Token);
            asked.Add((await task.Collector.CreateAsync(task.QueryFrom(Then), Token)).Job);
        }

        for (int kills = 0; kills < 2; kills++)
        {
            // The Helper marks the batches collected, and its answers never arrive.
            deployment.Helper.HoldAnswers();
            AggregatorProcess driver = await deployment.StartLeaderAsync([Deployment.CollectionJobDriver], Token);
            await deployment.Helper.WaitForHeldAnswersAsync(tasks.Length, Token);
            await driver.KillAsync();
            deployment.Helper.LoseHeldAnswers();
            noises.Add((await tasks[2].LeaderNoiseAsync(Then, Token))!);
        }

        foreach ((DeployedTask task, CollectionJobHandle job) in tasks.Zip(asked))
        {
            await task.WaitForCollectedAsync(Role.Helper, Token);
            Assert.That((await task.Collector.PollAsync(job, Token)).IsReady, Is.False);
        }

        await deployment.StartLeaderAsync([Deployment.CollectionJobDriver], Token);
        for (int i = 0; i < 2; i++)
        {
            AssertAggregate(await tasks[i].Collector.CollectAsync(asked[i], cancellationToken: Token), measurements[i]);
        }

        // Drawn once, before the Helper first heard of it, and in the result.
        CollectionResult noisy = await tasks[2].Collector.CollectAsync(asked[2], cancellationToken: Token);
        BigInteger truth = TestMeasurement.Sum(measurements[2])[0];
        BigInteger noise = new(noises[0], isUnsigned: true);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(noises[1], Is.EqualTo(noises[0]));
            Assert.That(await tasks[2].LeaderNoiseAsync(Then, Token), Is.EqualTo(noises[0]));
            Assert.That((noisy.AggregateResult[0] - truth - noise) % Field64Modulus, Is.EqualTo(BigInteger.Zero));
        }
    }
}
