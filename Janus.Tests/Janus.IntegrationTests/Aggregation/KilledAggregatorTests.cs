using System.Collections.Concurrent;
using Janus.Aggregator;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Aggregation;

/// <summary>
/// Either aggregator killed between any two steps, or between a request and its answer, with another one in its place:
/// DAP §4.5.4.4 (aggregation-step-skew-recovery).
/// </summary>
public sealed class KilledAggregatorTests : LeaderFixture
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    /// <inheritdoc/>
    protected override AggregatorRoles LeaderRoles => AggregatorRoles.All & ~AggregatorRoles.AggregationJobDriver;

    [Test]
    public async Task A_leaders_driver_killed_in_every_step_is_followed_by_one_that_sends_the_same_bytes(
        [Values(1, 2, 4, 5)] int rounds, [Values] bool asynchronous, [Values] bool helperHasAnswered)
    {
        TestTask task = await AddTaskAsync(rounds, asynchronous);
        TestAggregator driver = await Deployment.StartBesideLeaderAsync(AggregatorRoles.AggregationJobDriver);
        Kills kills = new(Between, task, helperHasAnswered);
        await Deployment.UploadAsync(task, 1, 2, 3);
        for (int step = 0; step <= rounds / 2; step++)
        {
            await kills.ReachAsync(step);
            await driver.KillAsync();
            kills.Done(step);
            await ExpireLeasesAsync(Deployment.LeaderDatabase);
            driver = await Deployment.StartBesideLeaderAsync(AggregatorRoles.AggregationJobDriver);
        }

        await AssertCollectedAsync(task, 6);
        await driver.DisposeAsync();
        for (int step = 0; step <= rounds / 2; step++)
        {
            Assert.That(BodiesOf(task, step), Has.Length.GreaterThan(1).And.All.EqualTo(BodiesOf(task, step)[0]));
        }

        Assert.That(await JobsAsync(task, AggregationJobState.Finished), Is.EqualTo(1));
    }

    [Test]
    public async Task A_helper_killed_in_every_step_is_followed_by_one_that_goes_on(
        [Values(1, 2, 4, 5)] int rounds, [Values] bool asynchronous, [Values] bool helperHasAnswered)
    {
        TestTask task = await AddTaskAsync(rounds, asynchronous);
        await using TestAggregator driver = await Deployment.StartBesideLeaderAsync(AggregatorRoles.AggregationJobDriver);
        Kills kills = new(Between, task, helperHasAnswered);
        await Deployment.UploadAsync(task, 1, 2, 3);
        for (int step = 0; step <= rounds / 2; step++)
        {
            await kills.ReachAsync(step);
            await Deployment.ReplaceHelperAsync();
            await ExpireLeasesAsync(Deployment.HelperDatabase);
            kills.Done(step);
        }

        await AssertCollectedAsync(task, 6);
        Assert.That(await HelperScalarAsync<long>(task, "count(*)", "aggregation_jobs"), Is.EqualTo(1));
        Assert.That(await JobsAsync(task, AggregationJobState.Finished), Is.EqualTo(1));
    }

    [Test]
    public async Task With_a_parameter_of_the_collector_kills_of_both_sides_in_every_step_lose_and_double_nothing(
        [Values(BatchMode.TimeInterval, BatchMode.LeaderSelected)] BatchMode batchMode, [Values] bool asynchronous)
    {
        TestTask task = await AddTaskAsync(5, asynchronous, batchMode, hasAggParam: true);
        TestAggregator driver = await Deployment.StartBesideLeaderAsync(AggregatorRoles.AggregationJobDriver);
        Kills kills = new(Between, task, helperHasAnswered: true);
        await Deployment.UploadAsync(task, 1, 2, 3);
        CollectionJobReq request = TestDeployment.RequestFor(task) with { AggParam = MultiRoundVdaf.AggParam(2, 5) };
        Task<CollectedBatch> collection = Deployment.CollectAsync(task, request);
        for (int step = 0; step <= 2; step++)
        {
            await kills.ReachAsync(step);
            await driver.KillAsync();
            await Deployment.ReplaceHelperAsync();
            await ExpireLeasesAsync(Deployment.HelperDatabase);
            kills.Done(step);
            await ExpireLeasesAsync(Deployment.LeaderDatabase);
            driver = await Deployment.StartBesideLeaderAsync(AggregatorRoles.AggregationJobDriver);
        }

        Assert.That((await collection).Aggregate, Is.EqualTo(new UInt128[] { 12, 30 }));
        Assert.That(await AggregatedAsync(task), Is.EqualTo((3, 3)));
        await driver.DisposeAsync();
    }

    /// <summary>Holds the first request of each step, with the Helper's work done or not, until somebody is killed; its answer is lost.</summary>
    private sealed class Kills
    {
        private readonly ConcurrentDictionary<int, TaskCompletionSource> _reached = new();
        private readonly ConcurrentDictionary<int, TaskCompletionSource> _done = new();
        private readonly ConcurrentDictionary<int, bool> _held = new();

        public Kills(ScriptedHelper between, TestTask task, bool helperHasAnswered) => between.Script(async (request, context) =>
        {
            if (request.Method != "POST" || !request.Path.Contains(task.Id.ToString(), StringComparison.Ordinal) || StepOf(request) is not { } step || !_held.TryAdd(step, true))
            {
                return false;
            }

            if (helperHasAnswered)
            {
                await between.Change((_, _) => Task.CompletedTask)(request, context);
            }

            Of(_reached, step).SetResult();
            await Of(_done, step).Task;
            context.Abort();
            return true;
        });

        public Task ReachAsync(int step) => Of(_reached, step).Task.WaitAsync(Patience);

        public void Done(int step) => Of(_done, step).SetResult();

        private static TaskCompletionSource Of(ConcurrentDictionary<int, TaskCompletionSource> steps, int step) =>
            steps.GetOrAdd(step, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
