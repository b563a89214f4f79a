using System.Security.Cryptography;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Datastore;

public sealed class CollectionJobStoreTests : DatastoreFixture
{
    [Test]
    public async Task Identical_requests_at_once_make_one_job([Values(BatchMode.TimeInterval, BatchMode.LeaderSelected)] BatchMode batchMode)
    {
        DapTask task = await AddTaskAsync(batchMode);
        BatchRange? range = batchMode == BatchMode.TimeInterval ? Range(5, 1) : null;

        CollectionJobCreation[] made = await RaceAsync(8, _ => CreateAsync(task, [1], range));

        CollectionJob created = made.OfType<CollectionJobCreation.Created>().Single().Job;
        Assert.That(
            made.OfType<CollectionJobCreation.Existing>().Select(existing => existing.Job.Id),
            Has.Exactly(7).Items.And.All.EqualTo(created.Id));
    }

    [Test]
    public async Task An_identical_request_finds_a_finished_job_but_not_a_failed_or_deleted_one()
    {
        DapTask task = await AddTaskAsync(BatchMode.LeaderSelected, minBatchSize: 1);
        await UploadAsync(task, 1, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await FinishAllAsync(Now);
        Lease<CollectionJob> lease = await CollectAsync(task, null, Now, [1]);
        BatchRange? range = await CollectionJobs.SelectBatchAsync(lease, 1, Token);
        await FenceAsync(lease, range!, Now);
        await CollectionJobs.FinishAsync(lease, [9], null, Now, Token);

        CollectionJobCreation whileFinished = await CreateAsync(task, [1], null);
        await CollectionJobs.DeleteAsync(task.Key, lease.Job.Id, Token);
        CollectionJobCreation whenDeleted = await CreateAsync(task, [1], null);
        Lease<CollectionJob> second = (await CollectionJobs.AcquireAsync(1, Minute, Now, Token)).Single();
        await CollectionJobs.FailAsync(second, "x", "y", Now, Token);
        CollectionJobCreation whenFailed = await CreateAsync(task, [1], null);

        Assert.That(whileFinished, Is.InstanceOf<CollectionJobCreation.Existing>());
        Assert.That(((CollectionJobCreation.Existing)whileFinished).Job.Response, Is.EqualTo((byte[])[9]));
        Assert.That(whenDeleted, Is.InstanceOf<CollectionJobCreation.Created>());
        Assert.That(whenFailed, Is.InstanceOf<CollectionJobCreation.Created>());
    }

    [TestCase(9UL, 1UL, false)]
    [TestCase(9UL, 2UL, true)]
    [TestCase(12UL, 1UL, true)]
    [TestCase(14UL, 10UL, true)]
    [TestCase(15UL, 1UL, false)]
    [TestCase(0UL, 100UL, true)]
    public async Task A_request_that_overlaps_a_collected_batch_is_refused(ulong start, ulong duration, bool overlaps)
    {
        DapTask task = await AddTaskAsync();
        Lease<CollectionJob> lease = await CollectAsync(task, Range(10, 5), Now);
        Assert.That(await FenceAsync(lease, Range(10, 5), Now), Is.EqualTo(FenceOutcome.Fenced));

        CollectionJobCreation creation = await CreateAsync(task, [2], Range(start, duration));

        Assert.That(creation is CollectionJobCreation.Overlap, Is.EqualTo(overlaps));
    }

    [Test]
    public async Task The_identical_request_of_a_collected_batch_finds_its_job()
    {
        DapTask task = await AddTaskAsync();
        Lease<CollectionJob> lease = await CollectAsync(task, Range(10, 5), Now, [1]);
        await FenceAsync(lease, Range(10, 5), Now);

        Assert.That(await CreateAsync(task, [1], Range(10, 5)), Is.InstanceOf<CollectionJobCreation.Existing>());
    }

    [Test]
    public async Task A_fenced_job_is_acquired_again_with_its_share_until_it_is_finished()
    {
        DapTask task = await AddTaskAsync();
        Lease<CollectionJob> lease = await CollectAsync(task, Range(10, 5), Now);
        StoredBatch batch = await Batches.ReadAsync(task.Key, Range(10, 5), Token);
        Interval interval = new(new Time(10), new Duration(ulong.MaxValue - 10));
        await CollectionJobs.FenceAsync(lease, batch, [1, 2, 3], interval, Now, Token);

        Lease<CollectionJob> again = (await CollectionJobs.AcquireAsync(1, Minute, Now + Minute, Token)).Single();
        byte[] share = await CollectionJobs.ReadLeaderAggregateShareAsync(again.Job, Token);
        bool lost = await CollectionJobs.FinishAsync(lease, [7], null, Now, Token);
        bool located = await CollectionJobs.RecordHelperLocationAsync(again, "/shares/1", Token);
        bool finished = await CollectionJobs.FinishAsync(again, [8], "/shares/1", Now + Minute, Token);
        CollectionJob? found = await CollectionJobs.FindAsync(task.Key, lease.Job.Id, Token);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(again.Job.State, Is.EqualTo(CollectionJobState.Fenced));
            Assert.That(share, Is.EqualTo((byte[])[1, 2, 3]));
            Assert.That(again.Job.Interval, Is.EqualTo(interval));
            Assert.That(again.Job.Checksum, Is.EqualTo(new byte[32]));
            Assert.That((lost, located, finished), Is.EqualTo((false, true, true)));
            Assert.That(found!.State, Is.EqualTo(CollectionJobState.Finished));
            Assert.That(found.Response, Is.EqualTo((byte[])[8]));
            Assert.That(() => CollectionJobs.ReadLeaderAggregateShareAsync(found, Token), Throws.InvalidOperationException);
            Assert.That(found.FinishedAt, Is.EqualTo(Now + Minute));
            Assert.That(await CollectionJobs.AcquireAsync(1, Minute, Now + TimeSpan.FromHours(1), Token), Is.Empty);
        }
    }

    [Test]
    public async Task A_lost_lease_writes_nothing()
    {
        DapTask task = await AddTaskAsync();
        Lease<CollectionJob> lost = await CollectAsync(task, Range(10, 5), Now);
        Lease<CollectionJob> held = (await CollectionJobs.AcquireAsync(1, Minute, Now + Minute, Token)).Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await FenceAsync(lost, Range(10, 5), Now), Is.EqualTo(FenceOutcome.LeaseLost));
            Assert.That(await CollectionJobs.FailAsync(lost, "x", "y", Now, Token), Is.False);
            Assert.That(await CollectionJobs.ReleaseAsync(lost, Now, Token), Is.False);
            Assert.That(await ScalarAsync<long>("SELECT count(*) FROM collected_batches"), Is.Zero);
        }

        Assert.That(await FenceAsync(held, Range(10, 5), Now), Is.EqualTo(FenceOutcome.Fenced));
    }

    [Test]
    public async Task A_released_job_waits_and_a_finished_aggregation_job_wakes_it()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 2, 10);
        await LeaderJobs.CreateAsync(task, new(1, 1, TimeSpan.Zero), Now, Token);
        Lease<LeaderAggregationJob>[] jobs = [.. await LeaderJobs.AcquireAsync(2, TimeSpan.FromHours(5), Now, Token)];
        Lease<CollectionJob> lease = await CollectAsync(task, Range(10, 1), Now);
        await CollectionJobs.DeferAsync(lease, Now + TimeSpan.FromHours(1), Token);
        Assert.That(await CollectionJobs.AcquireAsync(1, Minute, Now + Minute, Token), Is.Empty);

        await LeaderJobs.FinishAsync(jobs[0], await ShardsOfAsync(jobs[0].Job), [], Now + Minute, Token);

        Lease<CollectionJob> woken = (await CollectionJobs.AcquireAsync(1, Minute, Now + Minute, Token)).Single();
        Assert.That(woken.Attempts, Is.EqualTo(1), "it only waited");
        await LeaderJobs.FinishAsync(jobs[1], await ShardsOfAsync(jobs[1].Job), [], Now + Minute, Token);
        await CollectionJobs.ReleaseAsync(woken, Now + TimeSpan.FromHours(1), Token);
        Assert.That(
            await CollectionJobs.AcquireAsync(1, Minute, Now + Minute, Token), Has.Count.EqualTo(1), "woken while it was leased");
    }

    [Test]
    public async Task What_wakes_a_waiting_job_does_not_shorten_the_wait_of_the_fenced_one_for_the_helper()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 1, 10);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        Lease<CollectionJob> lease = await CollectAsync(task, Range(10, 1), Now);
        await FinishAllAsync(Now);
        Assert.That(await FenceAsync(lease, Range(10, 1), Now), Is.EqualTo(FenceOutcome.Fenced));

        await CollectionJobs.DeferAsync(lease, Now + TimeSpan.FromHours(1), Token);

        Assert.That(await CollectionJobs.AcquireAsync(1, Minute, Now + (10 * Minute), Token), Is.Empty);
        Assert.That(await CollectionJobs.AcquireAsync(1, Minute, Now + TimeSpan.FromHours(1), Token), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Deleting_a_job_ends_it_and_the_batch_it_fenced_stays_collected()
    {
        DapTask task = await AddTaskAsync();
        Lease<CollectionJob> lease = await CollectAsync(task, Range(10, 5), Now, [1]);
        await FenceAsync(lease, Range(10, 5), Now);

        CollectionJobDeletion? deleted = await CollectionJobs.DeleteAsync(task.Key, lease.Job.Id, Token);
        CollectionJobDeletion? again = await CollectionJobs.DeleteAsync(task.Key, lease.Job.Id, Token);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((deleted, again), Is.EqualTo((new CollectionJobDeletion(null), (CollectionJobDeletion?)null)));
            Assert.That(await CollectionJobs.FinishAsync(lease, [7], null, Now, Token), Is.False);
            Assert.That((await CollectionJobs.FindAsync(task.Key, lease.Job.Id, Token))!.State, Is.EqualTo(CollectionJobState.Deleted));
            Assert.That(await CreateAsync(task, [1], Range(10, 5)), Is.InstanceOf<CollectionJobCreation.Overlap>());
        }
    }

    [Test]
    public async Task A_failed_job_releases_its_batch()
    {
        DapTask task = await AddTaskAsync();
        Lease<CollectionJob> lease = await CollectAsync(task, Range(10, 5), Now);
        await FenceAsync(lease, Range(10, 5), Now);

        await CollectionJobs.FailAsync(lease, "urn:x", "a mismatch", Now, Token);

        CollectionJob? failed = await CollectionJobs.FindAsync(task.Key, lease.Job.Id, Token);
        Assert.That((failed!.State, failed.ProblemType, failed.ProblemDetail), Is.EqualTo((CollectionJobState.Failed, "urn:x", "a mismatch")));
        Assert.That(await CreateAsync(task, [2], Range(10, 5)), Is.InstanceOf<CollectionJobCreation.Created>());
        Assert.That(await Reports.PutAsync([Report(task, 12)], Now, Token), Is.All.EqualTo(UploadOutcome.Stored));
    }

    private Task<CollectionJobCreation> CreateAsync(DapTask task, byte[] request, BatchRange? range) =>
        CollectionJobs.CreateAsync(task, CollectionJobId.Random(), request, SHA256.HashData(request), [], range, Now, Token);
}
