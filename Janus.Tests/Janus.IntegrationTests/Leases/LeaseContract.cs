using Janus.Datastore;
using Janus.IntegrationTests.Datastore;
using Janus.Messages;

namespace Janus.IntegrationTests.Leases;

/// <summary>What holds for everything that is leased.</summary>
/// <typeparam name="TJob">The kind of job.</typeparam>
public abstract class LeaseContract<TJob> : DatastoreFixture
    where TJob : ILeasedJob
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    protected abstract ILeaseStore<TJob> Store { get; }

    /// <summary>Our role in the tasks of such jobs.</summary>
    protected abstract Role Role { get; }

    /// <summary>Makes a job of the task that is due at once.</summary>
    protected abstract Task AddJobAsync(DapTask task, DateTimeOffset at);

    /// <summary>Ends the job by a write that checks the lease; false when it is lost.</summary>
    protected abstract Task<bool> EndAsync(Lease<TJob> lease);

    [Test]
    public async Task A_job_that_is_due_is_leased_to_one_until_the_lease_expires()
    {
        DapTask task = await AddTaskAsync(1);
        Assert.That(await Store.DueTasksAsync(Now - Second, Token), Is.Empty);
        Assert.That(await Store.AcquireAsync(task.Key, 1, Minute, Now - Second, Token), Is.Empty);
        Assert.That(await Store.DueTasksAsync(Now, Token), Is.EqualTo([task.Key]));

        Lease<TJob> first = (await Store.AcquireAsync(task.Key, 10, Minute, Now, Token)).Single();
        DateTimeOffset late = Now + Minute - Second;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((first.Job.TaskKey, first.Expiry, first.Attempts), Is.EqualTo((task.Key, Now + Minute, 1)));
            Assert.That(await Store.DueTasksAsync(late, Token), Is.Empty);
            Assert.That(await Store.AcquireAsync(task.Key, 1, Minute, late, Token), Is.Empty);
        }

        Lease<TJob> second = (await Store.AcquireAsync(task.Key, 1, Minute, Now + Minute, Token)).Single();
        Assert.That((second.Job.Id, second.Attempts), Is.EqualTo((first.Job.Id, 2)));
        Assert.That(second.Token, Is.Not.EqualTo(first.Token));
    }

    [Test]
    public async Task The_tasks_that_have_waited_longest_are_named_first_each_once()
    {
        DapTask young = await AddTaskAsync(2, Now + Second);
        DapTask old = await AddTaskAsync(3);
        DapTask oldest = await AddTaskAsync(1, Now - Second);
        DapTask later = await AddTaskAsync(1, Now + Minute);

        Assert.That(await Store.DueTasksAsync(Now + Second, Token), Is.EqualTo([oldest.Key, old.Key, young.Key]));
        Assert.That(await Store.DueTasksAsync(Now + Minute, Token), Is.EqualTo([oldest.Key, old.Key, young.Key, later.Key]));
    }

    [Test]
    public async Task Jobs_of_one_task_are_leased_the_oldest_first()
    {
        DapTask other = await AddTaskAsync(1, Now - Minute);
        DapTask task = await AddTaskAsync(0);
        foreach (int second in (int[])[3, 1, 2])
        {
            await AddJobAsync(task, Now + (second * Second));
        }

        IReadOnlyList<Lease<TJob>> two = await Store.AcquireAsync(task.Key, 2, Minute, Now + (3 * Second), Token);
        IReadOnlyList<Lease<TJob>> rest = await Store.AcquireAsync(task.Key, 2, Minute, Now + (3 * Second), Token);

        Assert.That(two.Select(lease => lease.Job.CreatedAt), Is.EqualTo([Now + Second, Now + (2 * Second)]));
        Assert.That(rest.Select(lease => lease.Job.CreatedAt), Is.EqualTo([Now + (3 * Second)]));
        Assert.That(await Store.DueTasksAsync(Now + (3 * Second), Token), Is.EqualTo([other.Key]));
    }

    [Test]
    public async Task A_job_that_is_given_back_is_due_when_its_holder_says()
    {
        DapTask task = await AddTaskAsync(1);
        Lease<TJob> lease = (await Store.AcquireAsync(task.Key, 1, Minute, Now, Token)).Single();

        Assert.That(await Store.ReleaseAsync(lease, Now + Second, Token), Is.True);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Store.DueTasksAsync(Now, Token), Is.Empty);
            Assert.That(await Store.AcquireAsync(task.Key, 1, Minute, Now, Token), Is.Empty);
            Assert.That(await Store.DueTasksAsync(Now + Second, Token), Is.EqualTo([task.Key]));
            Assert.That((await Store.AcquireAsync(task.Key, 1, Minute, Now + Second, Token)).Single().Attempts, Is.EqualTo(2));
            Assert.That(await Store.ReleaseAsync(lease, Now, Token), Is.False, "it is over");
        }
    }

    [Test]
    public async Task A_lost_lease_changes_nothing()
    {
        DapTask task = await AddTaskAsync(1);
        Lease<TJob> lost = (await Store.AcquireAsync(task.Key, 1, Minute, Now, Token)).Single();
        Lease<TJob> held = (await Store.AcquireAsync(task.Key, 1, Minute, Now + Minute, Token)).Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Store.ReleaseAsync(lost, Now, Token), Is.False);
            Assert.That(await EndAsync(lost), Is.False);
            Assert.That(await Store.DueTasksAsync(Now + Minute, Token), Is.Empty);
            Assert.That(await EndAsync(held), Is.True);
            Assert.That(await Store.ReleaseAsync(held, Now, Token), Is.False, "it has ended");
            Assert.That(await Store.DueTasksAsync(Now + TimeSpan.FromDays(1), Token), Is.Empty);
        }
    }

    [Test]
    public async Task Acquirers_at_once_never_hold_the_same_job()
    {
        DapTask[] tasks = [await AddTaskAsync(12), await AddTaskAsync(12)];

        List<object> acquired = [];
        for (int round = 0; round < 20 && acquired.Count < 24; round++)
        {
            IReadOnlyList<Lease<TJob>>[] leases = await RaceAsync(6, i => Store.AcquireAsync(tasks[i % 2].Key, 3, Minute, Now, Token));
            acquired.AddRange(leases.SelectMany(some => some.Select(lease => lease.Job.Id)));
        }

        Assert.That(acquired, Has.Count.EqualTo(24));
        Assert.That(acquired, Is.Unique);
    }

    private async Task<DapTask> AddTaskAsync(int jobs, DateTimeOffset? at = null)
    {
        DapTask task = await AddTaskAsync(role: Role);
        for (int i = 0; i < jobs; i++)
        {
            await AddJobAsync(task, at ?? Now);
        }

        return task;
    }
}
