using System.Collections.Concurrent;
using System.Numerics;
using Janus.Collector;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;
using NUnit.Framework.Interfaces;

namespace Janus.IntegrationTests.EndToEnd;

/// <summary>Tests with real processes; what a test deploys ends with the test, however that ends.</summary>
/// <param name="asynchronous">Whether the Helper of the tests' tasks answers later.</param>
public abstract class EndToEndFixture(bool asynchronous = false)
{
    private readonly List<Deployment> _deployments = [];
    private readonly ConcurrentQueue<DeployedTask> _tasks = [];

    /// <summary>Whether the Helper of the tests' tasks answers later.</summary>
    protected bool IsAsynchronous => asynchronous;

    protected static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    /// <summary>What a Helper's process does for the tests' tasks.</summary>
    protected string[] HelperRoles { get; } = asynchronous
        ? [Deployment.Aggregator, Deployment.AggregationJobDriver, Deployment.CollectionJobDriver]
        : [Deployment.Aggregator];

    /// <summary>When measurements were made, unless a test says otherwise.</summary>
    protected static DateTimeOffset Then { get; } = DeployedTask.HoursAgo(2);

    [TearDown]
    public async Task EndDeployments()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed)
        {
            string output = _deployments.Count == 0
                ? SharedDeployment.Output
                : string.Concat(_deployments.Select(deployment => deployment.Output()));
            await TestContext.Out.WriteLineAsync(output);
        }

        while (_tasks.TryDequeue(out DeployedTask? task))
        {
            task.Dispose();
        }

        foreach (Deployment deployment in Enumerable.Reverse(_deployments))
        {
            await deployment.DisposeAsync();
        }

        _deployments.Clear();
    }

    /// <summary>Databases for processes that the test starts itself.</summary>
    protected async Task<Deployment> DeployAsync(params (string Key, string Value)[] settings)
    {
        Deployment deployment = await Deployment.CreateAsync();
        _deployments.Add(deployment);
        foreach ((string key, string value) in settings)
        {
            deployment.Settings[key] = value;
        }

        return deployment;
    }

    /// <summary>A task on the shared pair of processes.</summary>
    protected async Task<DeployedTask> AddTaskAsync(VdafDescription vdaf, BatchMode batchMode, int minBatchSize) =>
        await AddTaskAsync(await SharedDeployment.GetAsync(), vdaf, batchMode, minBatchSize);

    /// <summary>A task on the processes of the test.</summary>
    protected async Task<DeployedTask> AddTaskAsync(
        Deployment deployment, VdafDescription vdaf, BatchMode batchMode, int minBatchSize, string? leaderNoise = null)
    {
        DeployedTask task = await DeployedTask.CreateAsync(deployment, vdaf, batchMode, minBatchSize, asynchronous, Token, leaderNoise);
        _tasks.Enqueue(task);
        return task;
    }

    /// <summary>Makes random measurements.</summary>
    protected static TestMeasurement[] Measurements(VdafDescription vdaf, int count)
    {
        Random random = TestContext.CurrentContext.Random;
        lock (random)
        {
            return TestMeasurement.RandomMany(vdaf, count, random);
        }
    }

    /// <summary>Uploads random measurements, all made <see cref="Then"/>.</summary>
    protected static async Task<TestMeasurement[]> UploadAsync(DeployedTask task, int count)
    {
        TestMeasurement[] measurements = Measurements(task.Vdaf, count);
        await task.UploadAsync(measurements, Then, Token);
        return measurements;
    }

    protected static void AssertAggregate(CollectionResult result, IReadOnlyCollection<TestMeasurement> measurements) =>
        AssertAggregate([result], measurements);

    /// <summary>The batches together have exactly these measurements.</summary>
    protected static void AssertAggregate(IReadOnlyCollection<CollectionResult> results, IReadOnlyCollection<TestMeasurement> measurements)
    {
        BigInteger[] sum = [.. results
            .Select(result => result.AggregateResult)
            .Aggregate((left, right) => [.. left.Zip(right, (one, other) => one + other)])];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(results.Sum(result => (long)result.ReportCount), Is.EqualTo(measurements.Count));
            Assert.That(sum, Is.EqualTo(TestMeasurement.Sum(measurements).Select(element => (BigInteger)element)));
        }
    }

    /// <summary>Both aggregators have aggregated exactly these many reports.</summary>
    protected static async Task AssertAggregatedByBothAsync(DeployedTask task, int count)
    {
        long leader = (await task.SummarizeAsync(Role.Leader, Token)).ReportCount;
        long helper = (await task.SummarizeAsync(Role.Helper, Token)).ReportCount;
        Assert.That((Leader: leader, Helper: helper), Is.EqualTo((Leader: (long)count, Helper: (long)count)));
    }
}
