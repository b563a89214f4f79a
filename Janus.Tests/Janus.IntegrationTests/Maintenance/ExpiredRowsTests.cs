using System.Security.Cryptography;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Maintenance;

/// <summary>What has expired is not seen any more, although it is still there: docs/adr/0005-garbage-collection.md.</summary>
public sealed class ExpiredRowsTests : GarbageFixture
{
    [Test]
    public async Task A_report_expires_when_the_end_of_its_time_unit_is_further_back_than_the_age()
    {
        DapTask task = NewTask() with { ReportExpiryAge = 2 };
        DateTimeOffset hour = DateTimeOffset.FromUnixTimeSeconds((long)NowHour * 3600);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(task.FirstLiveTime(hour), Is.EqualTo(NowHour - 2));
            Assert.That(task.FirstLiveTime(hour.AddSeconds(-1)), Is.EqualTo(NowHour - 3));
            Assert.That((task with { ReportExpiryAge = null }).FirstLiveTime(hour), Is.Zero);
            Assert.That((task with { ReportExpiryAge = ulong.MaxValue }).FirstLiveTime(hour), Is.Zero);
            Assert.That(task.HasExpired(Range(NowHour - 3, 2), hour), Is.True);
            Assert.That(task.HasExpired(Range(NowHour - 2, 2), hour), Is.False);
            Assert.That(task.HasExpired(BatchRange.FromBatchId(BatchId.Random()), hour), Is.False);
        }

        await Task.CompletedTask;
    }

    [TestCase(BatchMode.TimeInterval)]
    [TestCase(BatchMode.LeaderSelected)]
    public async Task Expired_reports_get_into_no_aggregation_job(BatchMode batchMode)
    {
        DapTask task = await AddExpiringTaskAsync(batchMode);
        await UploadAsync(task, 20, NowHour - Age - 1);
        UploadedReport[] live = await UploadAsync(task, 3, NowHour - Age);

        Assert.That(await LeaderJobs.CreateAsync(task, AnySize, Now, Token), Is.EqualTo(1));

        Lease<LeaderAggregationJob> lease = (await LeaderJobs.AcquireAsync(10, Minute, Now, Token)).Single();
        Assert.That((await LeaderJobs.ReadReportsAsync(lease.Job, Token)).Select(report => report.Id), Is.EquivalentTo(live.Select(report => report.Id)));
    }

    [Test]
    public async Task Expired_reports_get_into_no_job_that_a_collection_asks_for()
    {
        DapTask byTime = await AddExpiringTaskAsync();
        DapTask byLeader = await AddExpiringTaskAsync(BatchMode.LeaderSelected);
        foreach (DapTask task in new[] { byTime, byLeader })
        {
            await UploadAsync(task, 20, NowHour - Age - 1);
            await UploadAsync(task, 10, NowHour - Age);
            BatchRange? range = task == byTime ? Range(NowHour - Age - 5, 10) : null;
            await CollectAsync(task with { ReportExpiryAge = null }, range, Now, aggParam: [1]);

            await LeaderJobs.CreateForCollectionAsync(task, _ => AnySize, Now, Token);
            Assert.That((await LeaderJobs.AcquireAsync(10, Minute, Now, Token)).Sum(lease => lease.Job.ReportCount), Is.EqualTo(10));
        }
    }

    [Test]
    public async Task A_collection_does_not_wait_for_expired_reports_without_a_job()
    {
        DapTask task = await AddExpiringTaskAsync();
        ulong time = NowHour - Age;
        await UploadAsync(task, 10, time);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await FinishAllAsync(Now);
        await UploadAsync(task, 2, time);
        DateTimeOffset later = Now.AddHours(1);
        BatchRange range = Range(time, 1);

        Assert.That((await Batches.SummarizeAsync(task.Key, range, task.FirstLiveTime(Now), Token)).PendingReports, Is.EqualTo(2));
        Assert.That(await Batches.SummarizeAsync(task.Key, range, task.FirstLiveTime(later), Token), Is.EqualTo(new BatchSummary(10, 0, false)));

        // The collection job began while they were live.
        Lease<CollectionJob> lease = await CollectAsync(task, range, Now);
        StoredBatch batch = await Batches.ReadAsync(task.Key, range, _ => { }, Token);
        Assert.That(await FenceAsync(lease, batch, Now), Is.EqualTo(FenceOutcome.Changed));
        batch.FirstLiveTime = task.FirstLiveTime(later);
        Assert.That(await FenceAsync(lease, batch, later), Is.EqualTo(FenceOutcome.Fenced));
    }

    [Test]
    public async Task A_query_that_begins_in_expired_time_is_refused_but_finds_the_job_that_it_made_before()
    {
        DapTask task = await AddExpiringTaskAsync();
        BatchRange range = Range(NowHour - Age, 5);
        byte[] request = [1, 2];
        Lease<CollectionJob> lease = await CollectAsync(task, range, Now, request);
        DateTimeOffset later = Now.AddHours(1);

        Assert.That(await CreateAsync(request), Is.InstanceOf<CollectionJobCreation.Existing>().With.Property("Job").Property("Id").EqualTo(lease.Job.Id));
        Assert.That(await CreateAsync([3]), Is.InstanceOf<CollectionJobCreation.Expired>());
        Assert.That(await ScalarAsync<long>("SELECT count(*) FROM collection_jobs"), Is.EqualTo(1));

        Task<CollectionJobCreation> CreateAsync(byte[] body) =>
            CollectionJobs.CreateAsync(task, CollectionJobId.Random(), body, SHA256.HashData(body), [], range, later, Token);
    }

    [Test]
    public async Task An_expired_batch_of_the_leaders_choice_is_neither_selected_nor_filled()
    {
        DapTask task = (await AddExpiringTaskAsync(BatchMode.LeaderSelected)) with { TargetBatchSize = 20 };
        ulong time = NowHour - Age;
        await UploadAsync(task, 12, time);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await FinishAllAsync(Now);
        DateTimeOffset later = Now.AddHours(1);
        Lease<CollectionJob> lease = await CollectAsync(task, null, Now);

        Assert.That(await CollectionJobs.SelectBatchAsync(lease, 10, task.FirstLiveTime(later), Token), Is.Null);
        await UploadAsync(task, 1, NowHour, later);
        await LeaderJobs.CreateAsync(task, AnySize, later, Token);
        Assert.That(
            await ScalarAsync<long[]>("SELECT array_agg(assigned_count ORDER BY assigned_count) FROM leader_selected_batches"), Is.EqualTo((long[])[1, 12]));
        Assert.That(await CollectionJobs.SelectBatchAsync(lease, 10, task.FirstLiveTime(Now), Token), Is.Not.Null, "as long as it is live");
    }

    [Test]
    public async Task A_batch_of_the_leaders_choice_whose_shares_have_been_deleted_is_neither_selected_nor_filled()
    {
        DapTask task = (await AddExpiringTaskAsync(BatchMode.LeaderSelected)) with { TargetBatchSize = 20 };
        await UploadAsync(task, 12, NowHour - Age);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await FinishAllAsync(Now);
        DateTimeOffset later = Now.AddDays(1).AddHours(1);
        Lease<CollectionJob> lease = await CollectAsync(task, null, Now);

        // The batch was made when its reports were two weeks old already, so its row is not.
        await CollectAsync(at: later);
        Assert.That(await RowsAsync(task), Does.Contain(new KeyValuePair<string, long>("batch_bucket_shards", 0)));
        Assert.That(await RowsAsync(task), Does.Contain(new KeyValuePair<string, long>("leader_selected_batches", 1)));

        Assert.That(await CollectionJobs.SelectBatchAsync(lease, 10, task.FirstLiveTime(later), Token), Is.Null);
        await UploadAsync(task, 1, NowHour, later);
        await LeaderJobs.CreateAsync(task, AnySize, later, Token);
        Assert.That(
            await ScalarAsync<long[]>("SELECT array_agg(assigned_count ORDER BY assigned_count) FROM leader_selected_batches"), Is.EqualTo((long[])[1, 12]));

        // A batch that is being filled stays, also when all its reports turn out invalid.
        Assert.That((await FinishAllAsync(later, rejected: 1)), Has.Count.EqualTo(1));
        await UploadAsync(task, 1, NowHour, later);
        await LeaderJobs.CreateAsync(task, AnySize, later, Token);
        Assert.That(
            await ScalarAsync<long[]>("SELECT array_agg(assigned_count ORDER BY assigned_count) FROM leader_selected_batches"), Is.EqualTo((long[])[1, 12]));
    }

    [Test]
    public async Task A_batch_of_the_leaders_choice_lives_on_with_its_newest_report()
    {
        DapTask task = await AddExpiringTaskAsync(BatchMode.LeaderSelected);
        await UploadAsync(task, 9, NowHour - Age);
        await UploadAsync(task, 1, NowHour);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await FinishAllAsync(Now);
        await ExecuteAsync($"UPDATE batch_bucket_shards SET max_time = {NowHour}");
        DateTimeOffset later = Now.AddHours(Age - 1);

        await CollectAsync(at: later);
        Lease<CollectionJob> lease = await CollectAsync(task, null, later);
        Assert.That(await CollectionJobs.SelectBatchAsync(lease, 10, task.FirstLiveTime(later), Token), Is.Not.Null);
    }

    private Task<FenceOutcome> FenceAsync(Lease<CollectionJob> lease, StoredBatch batch, DateTimeOffset now) =>
        CollectionJobs.FenceAsync(lease, batch, [1], batch.ReportInterval, now, Token);
}
