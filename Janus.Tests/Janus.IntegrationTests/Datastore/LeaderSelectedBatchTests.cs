using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Datastore;

public sealed class LeaderSelectedBatchTests : DatastoreFixture
{
    private static readonly AggregationJobLimits Patient = new(4, 4, TimeSpan.FromHours(1));

    [Test]
    public async Task Batches_are_filled_to_the_target_and_never_above()
    {
        DapTask task = await AddTaskAsync(BatchMode.LeaderSelected, minBatchSize: 10);
        await UploadAsync(task, 35, 5);

        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);

        Assert.That(await AssignedAsync(), Is.EqualTo((long[])[10, 10, 10, 5]));
    }

    [Test]
    public async Task The_target_of_the_task_comes_before_the_minimum_batch_size()
    {
        DapTask task = await Get<TaskStore>().AddAsync(
            NewTask(BatchMode.LeaderSelected, minBatchSize: 10) with { TargetBatchSize = 25 }, Token);
        await UploadAsync(task, 30, 5);

        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);

        Assert.That(await AssignedAsync(), Is.EqualTo((long[])[25, 5]));
    }

    [Test]
    public async Task The_fullest_batch_is_filled_first()
    {
        DapTask task = await AddTaskAsync(BatchMode.LeaderSelected, minBatchSize: 10);
        await UploadAsync(task, 20, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        IReadOnlyList<Lease<LeaderAggregationJob>> leases = await LeaderJobs.AcquireAsync(10, Minute, Now, Token);
        await LeaderJobs.FinishAsync(leases[0], await ShardsOfAsync(leases[0].Job, rejected: 6), [], Now, Token);
        await LeaderJobs.FinishAsync(leases[1], await ShardsOfAsync(leases[1].Job, rejected: 2), [], Now, Token);
        Assert.That(await AssignedAsync(), Is.EqualTo((long[])[8, 4]), "rejected reports give their room back");

        await UploadAsync(task, 3, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);

        Assert.That(await AssignedAsync(), Is.EqualTo((long[])[10, 5]));
    }

    [Test]
    public async Task A_job_that_completes_a_batch_does_not_wait_for_more_reports()
    {
        DapTask task = await AddTaskAsync(BatchMode.LeaderSelected, minBatchSize: 10);
        await UploadAsync(task, 13, 5);

        int jobs = await LeaderJobs.CreateAsync(task, Patient, Now, Token);

        Assert.That(jobs, Is.EqualTo(3), "4 + 4 + 2, and 3 wait");
        Assert.That(await AssignedAsync(), Is.EqualTo((long[])[10]));
    }

    [Test]
    public async Task A_waiting_collection_job_hurries_the_rest_that_completes_a_batch()
    {
        DapTask task = await Get<TaskStore>().AddAsync(
            NewTask(BatchMode.LeaderSelected, minBatchSize: 10) with { TargetBatchSize = 20 }, Token);
        await UploadAsync(task, 8, 5);
        Assert.That(await LeaderJobs.CreateAsync(task, Patient, Now, Token), Is.EqualTo(2), "4 + 4");
        await CollectAsync(task, null, Now);
        await UploadAsync(task, 1, 5);
        Assert.That(await LeaderJobs.CreateAsync(task, Patient, Now, Token), Is.Zero, "9 are too few for a batch");

        await UploadAsync(task, 1, 5);

        Assert.That(await LeaderJobs.CreateAsync(task, Patient, Now, Token), Is.EqualTo(1));
    }

    [Test]
    public async Task An_abandoned_job_gives_all_its_room_back()
    {
        DapTask task = await AddTaskAsync(BatchMode.LeaderSelected, minBatchSize: 10);
        await UploadAsync(task, 10, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        Lease<LeaderAggregationJob> lease = (await LeaderJobs.AcquireAsync(1, Minute, Now, Token)).Single();

        await LeaderJobs.AbandonAsync(lease, null, Now, Token);

        Assert.That(await AssignedAsync(), Is.EqualTo((long[])[0]));
    }

    [Test]
    public async Task Reports_of_different_time_windows_never_share_a_batch()
    {
        DapTask task = await AddTaskAsync(BatchMode.LeaderSelected, minBatchSize: 10, timeWindow: 24);
        await UploadAsync(task, 4, 23);
        await UploadAsync(task, 4, 24);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await UploadAsync(task, 4, 47);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);

        Assert.That(await AssignedAsync(), Is.EqualTo((long[])[8, 4]));
        Assert.That(await ScalarAsync<long>("SELECT time_window FROM leader_selected_batches WHERE assigned_count = 8"), Is.EqualTo(24));
    }

    [Test]
    public async Task Creators_and_finishers_at_once_never_overfill_a_batch()
    {
        DapTask task = await AddTaskAsync(BatchMode.LeaderSelected, minBatchSize: 10);
        for (int round = 0; round < 5; round++)
        {
            await UploadAsync(task, 40, 5);
            await RaceAsync(6, async contender =>
            {
                if (contender % 2 == 0)
                {
                    return await LeaderJobs.CreateAsync(task, new(1, 3, TimeSpan.Zero), Now, Token);
                }

                IReadOnlyList<Lease<LeaderAggregationJob>> leases = await LeaderJobs.AcquireAsync(5, Minute, Now, Token);
                foreach (Lease<LeaderAggregationJob> lease in leases)
                {
                    await LeaderJobs.FinishAsync(lease, await ShardsOfAsync(lease.Job, rejected: 1), [], Now, Token);
                }

                return leases.Count;
            });
        }

        while (await LeaderJobs.CreateAsync(task, AnySize, Now, Token) + (await FinishAllAsync(Now)).Count > 0)
        {
        }

        Assert.That(await ScalarAsync<long>("SELECT max(assigned_count) FROM leader_selected_batches"), Is.EqualTo(10));
        Assert.That(
            await ScalarAsync<long>("""
                SELECT count(*) FROM leader_selected_batches AS b
                WHERE assigned_count <> (SELECT coalesce(sum(report_count), 0) FROM batch_bucket_shards AS s
                    WHERE s.task_key = b.task_key AND s.bucket = b.batch_id)
                """),
            Is.Zero);
    }

    [Test]
    public async Task A_batch_is_selected_only_when_enough_reports_are_aggregated_and_none_is_in_progress()
    {
        DapTask task = await AddTaskAsync(BatchMode.LeaderSelected, minBatchSize: 10);
        Lease<CollectionJob> collection = await CollectAsync(task, null, Now);
        Assert.That(await CollectionJobs.SelectBatchAsync(collection, 10, Token), Is.Null, "no batch");
        await UploadAsync(task, 10, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        Assert.That(await CollectionJobs.SelectBatchAsync(collection, 10, Token), Is.Null, "in progress");
        await FinishAllAsync(Now);
        Assert.That(await CollectionJobs.SelectBatchAsync(collection, 11, Token), Is.Null, "too few");

        BatchRange? range = await CollectionJobs.SelectBatchAsync(collection, 10, Token);

        Assert.That(range, Is.Not.Null);
        Assert.That((await CollectionJobs.FindAsync(task.Key, collection.Job.Id, Token))!.Range, Is.EqualTo(range));
        Assert.That((await Batches.ReadAsync(task.Key, range!, Token)).ReportCount, Is.EqualTo(10));
    }

    [Test]
    public async Task A_selected_batch_takes_no_more_reports()
    {
        DapTask task = await AddTaskAsync(BatchMode.LeaderSelected, minBatchSize: 10);
        await UploadAsync(task, 10, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await FinishAllAsync(Now, rejected: 4);
        Lease<CollectionJob> collection = await CollectAsync(task, null, Now);
        BatchRange? range = await CollectionJobs.SelectBatchAsync(collection, 5, Token);

        await UploadAsync(task, 4, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);

        Assert.That(range, Is.Not.Null);
        Assert.That(await AssignedAsync(), Is.EqualTo((long[])[6, 4]));
        Assert.That((await Batches.SummarizeAsync(task.Key, range!, Token)).PendingReports, Is.Zero);
    }

    [Test]
    public async Task Collection_jobs_at_once_select_different_batches()
    {
        DapTask task = await AddTaskAsync(BatchMode.LeaderSelected, minBatchSize: 10);
        await UploadAsync(task, 30, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await FinishAllAsync(Now);
        Lease<CollectionJob>[] leases = [
            await CollectAsync(task, null, Now), await CollectAsync(task, null, Now), await CollectAsync(task, null, Now)];

        BatchRange?[] ranges = await RaceAsync(3, i => CollectionJobs.SelectBatchAsync(leases[i], 10, Token));

        Assert.That(ranges, Is.Unique.And.None.Null);
    }

    [Test]
    public async Task Deleting_a_waiting_job_frees_the_batch_it_selected()
    {
        DapTask task = await AddTaskAsync(BatchMode.LeaderSelected, minBatchSize: 10);
        await UploadAsync(task, 10, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await FinishAllAsync(Now);
        Lease<CollectionJob> first = await CollectAsync(task, null, Now);
        BatchRange? range = await CollectionJobs.SelectBatchAsync(first, 10, Token);

        Assert.That(await CollectionJobs.DeleteAsync(task.Key, first.Job.Id, Token), Is.Not.Null);

        Lease<CollectionJob> second = await CollectAsync(task, null, Now);
        Assert.That(await CollectionJobs.SelectBatchAsync(second, 10, Token), Is.EqualTo(range));
    }

    [Test]
    public async Task A_mismatched_batch_that_is_released_can_be_tried_again()
    {
        DapTask task = await AddTaskAsync(BatchMode.LeaderSelected, minBatchSize: 10);
        await UploadAsync(task, 10, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await FinishAllAsync(Now);
        Lease<CollectionJob> first = await CollectAsync(task, null, Now);
        BatchRange? range = await CollectionJobs.SelectBatchAsync(first, 10, Token);
        Assert.That(await FenceAsync(first, range!, Now), Is.EqualTo(FenceOutcome.Fenced));

        await CollectionJobs.FailAsync(first, "batchMismatch", "the Helper counts otherwise", Now, Token);

        Lease<CollectionJob> second = await CollectAsync(task, null, Now);
        Assert.That(await CollectionJobs.SelectBatchAsync(second, 10, Token), Is.EqualTo(range));
        Assert.That(await FenceAsync(second, range!, Now), Is.EqualTo(FenceOutcome.Fenced));
    }

    [Test]
    public async Task A_batch_that_the_helper_counts_otherwise_does_not_hold_up_the_others()
    {
        DapTask task = await AddTaskAsync(BatchMode.LeaderSelected, minBatchSize: 10);
        await UploadAsync(task, 10, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await UploadAsync(task, 10, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now + TimeSpan.FromSeconds(1), Token);
        await FinishAllAsync(Now + TimeSpan.FromSeconds(1));
        HashSet<string> selected = [];
        for (int i = 0; i < 6; i++)
        {
            selected.Add(Convert.ToHexString((await FailToCollectAsync(task)).FirstBucket));
        }

        Assert.That(selected, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_batch_that_a_collection_failed_on_takes_no_more_reports()
    {
        DapTask task = await Get<TaskStore>().AddAsync(
            NewTask(BatchMode.LeaderSelected, minBatchSize: 10) with { TargetBatchSize = 25 }, Token);
        await UploadAsync(task, 12, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await FinishAllAsync(Now);
        await FailToCollectAsync(task);

        await UploadAsync(task, 5, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);

        Assert.That(await AssignedAsync(), Is.EqualTo((long[])[12, 5]));
    }

    [Test]
    public async Task Reports_that_wait_for_the_parameter_fill_a_new_batch_before_a_failed_one_is_tried_again()
    {
        DapTask task = await AddTaskAsync(BatchMode.LeaderSelected, minBatchSize: 10);
        await UploadAsync(task, 10, 5);
        Lease<CollectionJob> first = await CollectAsync(task, null, Now, aggParam: [1]);
        await LeaderJobs.CreateForCollectionAsync(task, _ => AnySize, Now, Token);
        await FinishAllAsync(Now);
        BatchRange failed = await FailToCollectAsync(task, first);
        await UploadAsync(task, 10, 5);
        Lease<CollectionJob> second = await CollectAsync(task, null, Now, aggParam: [1]);

        Assert.That(await CollectionJobs.SelectBatchAsync(second, 10, Token), Is.Null, "enough reports wait");
        Assert.That(await LeaderJobs.CreateForCollectionAsync(task, _ => AnySize, Now, Token), Is.EqualTo(1));
        Assert.That(await CollectionJobs.SelectBatchAsync(second, 10, Token), Is.Null, "in progress");
        await FinishAllAsync(Now);
        Assert.That(await CollectionJobs.SelectBatchAsync(second, 10, Token), Is.Not.Null.And.Not.EqualTo(failed));
        Lease<CollectionJob> third = await CollectAsync(task, null, Now, aggParam: [1]);
        Assert.That(await CollectionJobs.SelectBatchAsync(third, 10, Token), Is.EqualTo(failed), "there is nothing else");
    }

    // The Helper counts otherwise.
    private async Task<BatchRange> FailToCollectAsync(DapTask task, Lease<CollectionJob>? waiting = null)
    {
        Lease<CollectionJob> lease = waiting ?? await CollectAsync(task, null, Now);
        BatchRange range = (await CollectionJobs.SelectBatchAsync(lease, 10, Token))!;
        Assert.That(await FenceAsync(lease, range, Now), Is.EqualTo(FenceOutcome.Fenced));
        Assert.That(await CollectionJobs.FailAsync(lease, "batchMismatch", "", Now, Token), Is.True);
        return range;
    }

    private async Task<long[]> AssignedAsync() => await ScalarAsync<long[]>(
        "SELECT array_agg(assigned_count ORDER BY assigned_count DESC) FROM leader_selected_batches");
}
