using Janus.Datastore;
using Janus.Testing;

namespace Janus.IntegrationTests.Datastore;

public sealed class BacklogStoreTests : DatastoreFixture
{
    private BacklogStore Store => Get<BacklogStore>();

    [Test]
    public async Task Nothing_waits_in_an_empty_database()
    {
        Backlog backlog = await Store.ReadAsync(Now, Token);

        Assert.That((backlog.UnassignedReports, backlog.OldestReports.Count, backlog.Jobs.Count), Is.EqualTo((0L, 0, 0)));
    }

    [Test]
    public async Task Reports_are_counted_until_they_are_in_a_job_and_the_oldest_of_each_task_is_told()
    {
        DapTask one = await AddTaskAsync();
        DapTask other = await AddTaskAsync();
        await UploadAsync(one, 3, 1000, Now);
        await UploadAsync(one, 2, 1000, Now - Minute);
        await UploadAsync(other, 1, 1000, Now);

        Backlog before = await Store.ReadAsync(Now, Token);
        await LeaderJobs.CreateAsync(one, AnySize, Now, Token);
        Backlog after = await Store.ReadAsync(Now, Token);

        Assert.That(before.UnassignedReports, Is.EqualTo(6));
        Assert.That(before.OldestReports, Is.EquivalentTo(new Dictionary<int, DateTimeOffset> { [one.Key] = Now - Minute, [other.Key] = Now }));
        Assert.That(after.UnassignedReports, Is.EqualTo(1));
        Assert.That(after.OldestReports, Is.EquivalentTo(new Dictionary<int, DateTimeOffset> { [other.Key] = Now }));
    }

    [Test]
    public async Task A_job_is_due_then_leased_then_postponed_and_due_again_when_its_lease_runs_out()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 1, 1000);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);

        Assert.That(await OnlyAsync(Now + Minute), Is.EqualTo(new WaitingJobs(WorkKind.AggregationJobs, WaitingState.Due, 1, Now, Now)));

        Lease<LeaderAggregationJob> lease = (await LeaderJobs.AcquireAsync(1, Minute, Now, Token)).Single();
        Assert.That((await OnlyAsync(Now)).State, Is.EqualTo(WaitingState.Leased));
        Assert.That((await OnlyAsync(Now + (2 * Minute))).State, Is.EqualTo(WaitingState.Due));

        await LeaderJobs.ReleaseAsync(lease, Now + Minute, Token);
        Assert.That((await OnlyAsync(Now)).State, Is.EqualTo(WaitingState.Postponed));
        Assert.That(await OnlyAsync(Now + (3 * Minute)), Is.EqualTo(new WaitingJobs(WorkKind.AggregationJobs, WaitingState.Due, 1, Now, Now + Minute)));
    }

    private async Task<WaitingJobs> OnlyAsync(DateTimeOffset now) => (await Store.ReadAsync(now, Token)).Jobs.Single();
}
