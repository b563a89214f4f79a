using System.Diagnostics;
using Janus.Datastore;

namespace Janus.IntegrationTests.Datastore;

public sealed class WorkSignalTests : DatastoreFixture
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);

    [Test]
    public async Task An_upload_wakes_whoever_waits_for_reports_and_nobody_else()
    {
        DapTask task = await AddTaskAsync();
        WorkWaiter reports = await ListeningAsync(WorkKind.Reports);
        WorkWaiter collections = await ListeningAsync(WorkKind.CollectionJobs);
        Task<bool> waiting = reports.WaitAsync(Long, Token);

        await UploadAsync(task, 1, 5);

        Assert.That(await waiting, Is.True);
        Assert.That(await collections.WaitAsync(Short, Token), Is.False);
    }

    [Test]
    public async Task A_notification_between_two_waits_is_not_lost_and_counts_once_for_each_waiter()
    {
        DapTask task = await AddTaskAsync();
        WorkWaiter one = await ListeningAsync(WorkKind.AggregationJobs);
        WorkWaiter other = await ListeningAsync(WorkKind.AggregationJobs);
        await UploadAsync(task, 1, 5);
        Task<bool> waiting = one.WaitAsync(Long, Token);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await waiting;

        Stopwatch elapsed = Stopwatch.StartNew();
        bool notified = await other.WaitAsync(Long, Token);

        Assert.That(notified, Is.True);
        Assert.That(elapsed.Elapsed, Is.LessThan(TimeSpan.FromSeconds(10)));
        Assert.That(await one.WaitAsync(Short, Token), Is.False);
    }

    [Test]
    public async Task A_finished_job_wakes_whoever_collects()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 1, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        WorkWaiter waiter = await ListeningAsync(WorkKind.CollectionJobs);
        Task<bool> waiting = waiter.WaitAsync(Long, Token);

        await FinishAllAsync(Now);

        Assert.That(await waiting, Is.True);
    }

    [Test]
    public async Task A_broken_connection_is_replaced_and_wakes_everyone()
    {
        DapTask task = await AddTaskAsync();
        WorkWaiter waiter = await ListeningAsync(WorkKind.Reports);
        Task<bool> waiting = waiter.WaitAsync(Long, Token);

        await ScalarAsync<bool>(
            "SELECT bool_and(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN janus_work'");

        Assert.That(await waiting, Is.True, "connected again");
        Task<bool> next = waiter.WaitAsync(Long, Token);
        await UploadAsync(task, 1, 5);
        Assert.That(await next, Is.True);
    }

    [Test]
    public async Task Waiting_ends_when_it_is_cancelled()
    {
        WorkWaiter waiter = await ListeningAsync(WorkKind.Reports);
        using CancellationTokenSource cancel = new(Short);

        Assert.That(() => waiter.WaitAsync(Long, cancel.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    /// <summary>A waiter that has seen everything up to now: the wake-up on connecting, and what other tests left.</summary>
    private async Task<WorkWaiter> ListeningAsync(WorkKind kind)
    {
        WorkSignal signal = Get<WorkSignal>();
        WorkWaiter waiter = signal.CreateWaiter(kind);
        for (int i = 0; i < 100 && await ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN janus_work'") == 0; i++)
        {
            await Task.Delay(100, Token);
        }

        while (await waiter.WaitAsync(Short, Token))
        {
        }

        return waiter;
    }
}
