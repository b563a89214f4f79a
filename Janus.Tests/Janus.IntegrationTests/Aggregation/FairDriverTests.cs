using Janus.Aggregator;
using Janus.Datastore;
using Janus.Testing;

namespace Janus.IntegrationTests.Aggregation;

/// <summary>A driver with one place, and a task that has more work than it.</summary>
public sealed class FairDriverTests : LeaderFixture
{
    private const int NoisyJobs = 6;

    protected override AggregatorRoles LeaderRoles => AggregatorRoles.Aggregator | AggregatorRoles.AggregationJobCreator;

    [Test]
    public async Task A_quiet_task_is_driven_next_although_a_noisy_one_has_waited_longer()
    {
        TestTask noisy = await Deployment.AddTaskAsync();
        TestTask quiet = await Deployment.AddTaskAsync();
        await UploadJobsAsync(noisy, NoisyJobs);
        await UploadJobsAsync(quiet, 1);

        await using TestAggregator driver = await Deployment.StartBesideLeaderAsync(AggregatorRoles.AggregationJobDriver);
        await AwaitJobsAsync(noisy, AggregationJobState.Finished, NoisyJobs);

        string[] order = [.. Between.Requests.Where(IsJob).Select(request => request.Path)];
        int turn = Array.FindIndex(order, path => path.Contains(quiet.Id.ToString(), StringComparison.Ordinal));
        Assert.That(turn, Is.InRange(0, 2), string.Join('\n', order));
    }

    [Test]
    public async Task A_helper_that_does_not_answer_does_not_hold_up_the_tasks_of_another_one()
    {
        TestTask stuck = await Deployment.AddTaskAsync();
        await using ScriptedHelper elsewhere = await ScriptedHelper.StartAsync();
        elsewhere.PassTo(Deployment.Helper.Endpoint);
        TestTask other = new(new TestTaskOptions { Leader = Deployment.Leader.Endpoint, Helper = elsewhere.Endpoint });
        await Deployment.Leader.AddTaskAsync(other.For(Messages.Role.Leader));
        await Deployment.Helper.AddTaskAsync(other.For(Messages.Role.Helper));
        await UploadJobsAsync(stuck, NoisyJobs);
        await UploadJobsAsync(other, 1);
        TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Between.Script(async (_, _) =>
        {
            await released.Task;
            return false;
        });

        await using TestAggregator driver = await Deployment.StartBesideLeaderAsync(AggregatorRoles.AggregationJobDriver);
        await AwaitJobsAsync(other, AggregationJobState.Finished);

        Assert.That(await JobsAsync(stuck, AggregationJobState.Finished), Is.Zero);
        released.SetResult();
        await AwaitJobsAsync(stuck, AggregationJobState.Finished, NoisyJobs);
    }

    protected override void Configure(AggregatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.AggregationJobs.MaximumReports = 1;
        options.AggregationJobs.MinimumReports = 1;
        options.AggregationJobDriver.Concurrency = 1;
        options.Peer.RequestTimeout = TimeSpan.FromMinutes(1);
    }

    private async Task UploadJobsAsync(TestTask task, int jobs)
    {
        await Deployment.UploadAsync(task, new ulong[jobs]);
        await AwaitJobsAsync(task, AggregationJobState.InProgress, jobs);
    }
}
