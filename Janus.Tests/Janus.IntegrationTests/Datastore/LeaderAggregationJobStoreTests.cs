using System.Security.Cryptography;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Datastore;

public sealed class LeaderAggregationJobStoreTests : DatastoreFixture
{
    private static readonly AggregationJobLimits Patient = new(10, 20, TimeSpan.FromHours(1));

    [Test]
    public async Task Only_tasks_with_unassigned_reports_are_listed()
    {
        DapTask idle = await AddTaskAsync();
        DapTask done = await AddTaskAsync();
        DapTask busy = await AddTaskAsync();
        DapTask alsoBusy = await AddTaskAsync();
        await UploadAsync(done, 3, 5);
        await LeaderJobs.CreateAsync(done, AnySize, Now, Token);
        await UploadAsync(alsoBusy, 3, 5);
        await UploadAsync(busy, 3, 5);

        IReadOnlyList<int> tasks = await LeaderJobs.TasksWithUnassignedReportsAsync(Now, Token);

        Assert.That(tasks, Is.EqualTo((int[])[busy.Key, alsoBusy.Key]));
        Assert.That(tasks, Does.Not.Contain(idle.Key));
    }

    [Test]
    public async Task A_task_whose_reports_are_all_postponed_is_not_listed_and_hides_no_other()
    {
        DapTask postponed = await AddTaskAsync();
        DapTask partly = await AddTaskAsync();
        DapTask busy = await AddTaskAsync();
        await UploadAsync(postponed, 3, 5, Now + Minute);
        await UploadAsync(partly, 1, 5);
        await UploadAsync(partly, 2, 5, Now + Minute);
        await UploadAsync(busy, 3, 5);

        Assert.That(await LeaderJobs.TasksWithUnassignedReportsAsync(Now, Token), Is.EqualTo((int[])[partly.Key, busy.Key]));
        Assert.That(
            await LeaderJobs.TasksWithUnassignedReportsAsync(Now + Minute, Token),
            Is.EqualTo((int[])[postponed.Key, partly.Key, busy.Key]));
    }

    [Test]
    public async Task Full_jobs_are_made_at_once_and_a_small_rest_waits()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 45, 5);

        int jobs = await LeaderJobs.CreateAsync(task, Patient, Now, Token);

        Assert.That(jobs, Is.EqualTo(2));
        Assert.That(await ScalarAsync<long>("SELECT count(*) FROM unaggregated_reports WHERE aggregation_job_id IS NULL"), Is.EqualTo(5));
    }

    [Test]
    public async Task A_rest_of_the_minimum_is_a_job_at_once()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 10, 5);

        Assert.That(await LeaderJobs.CreateAsync(task, Patient, Now, Token), Is.EqualTo(1));
    }

    [Test]
    public async Task A_small_rest_becomes_a_job_when_it_has_waited_long_enough()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 5, 5);

        Assert.That(await LeaderJobs.CreateAsync(task, Patient, Now + TimeSpan.FromMinutes(59), Token), Is.Zero);
        Assert.That(await LeaderJobs.CreateAsync(task, Patient, Now + TimeSpan.FromMinutes(60), Token), Is.EqualTo(1));
    }

    [Test]
    public async Task A_small_rest_becomes_a_job_when_it_completes_the_batch_of_a_waiting_collection_job()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 8, 5);
        await CollectAsync(task, Range(6, 4), Now);
        Assert.That(await LeaderJobs.CreateAsync(task, Patient, Now, Token), Is.Zero, "another interval");
        await CollectAsync(task, Range(4, 2), Now);
        Assert.That(await LeaderJobs.CreateAsync(task, Patient, Now, Token), Is.Zero, "8 are too few for the batch");

        await UploadAsync(task, 1, 4);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await FinishAllAsync(Now);
        await UploadAsync(task, 1, 5);

        Assert.That(await LeaderJobs.CreateAsync(task, Patient, Now, Token), Is.EqualTo(1));
    }

    [Test]
    public async Task The_oldest_reports_come_first_and_neighbouring_times_come_together()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 10, 7, Now);
        await UploadAsync(task, 10, 5, Now + TimeSpan.FromSeconds(1));
        await UploadAsync(task, 10, 7, Now + TimeSpan.FromSeconds(2));
        await UploadAsync(task, 10, 5, Now + TimeSpan.FromSeconds(3));
        await UploadAsync(task, 5, 1, Now + TimeSpan.FromSeconds(4));

        await LeaderJobs.CreateAsync(task, Patient, Now + Minute, Token);

        IReadOnlyList<Lease<LeaderAggregationJob>> leases = await LeaderJobs.AcquireAsync(10, Minute, Now + Minute, Token);
        Assert.That(
            leases.Select(lease => (lease.Job.MinTime, lease.Job.MaxTime, lease.Job.ReportCount)),
            Is.EquivalentTo(((ulong, ulong, int)[])[(5, 5, 20), (7, 7, 20)]));
    }

    [Test]
    public async Task Creators_at_once_put_every_report_into_one_job()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 1000, 5);

        int[] made = await RaceAsync(8, _ => LeaderJobs.CreateAsync(task, AnySize, Now, Token));

        Assert.That(made.Sum(), Is.EqualTo(10));
        Assert.That(await ScalarAsync<long>("SELECT count(*) FROM aggregation_jobs"), Is.EqualTo(10));
        Assert.That(await ScalarAsync<long>("SELECT sum(report_count) FROM aggregation_jobs"), Is.EqualTo(1000));
        Assert.That(
            await ScalarAsync<long>("SELECT count(*) FROM unaggregated_reports r JOIN aggregation_jobs j USING (task_key, aggregation_job_id)"),
            Is.EqualTo(1000));
    }

    [Test]
    public async Task Acquirers_at_once_get_every_job_once()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 60, 5);
        await LeaderJobs.CreateAsync(task, new(1, 1, TimeSpan.Zero), Now, Token);

        List<AggregationJobId> acquired = [];
        for (int round = 0; round < 20 && acquired.Count < 60; round++)
        {
            IReadOnlyList<Lease<LeaderAggregationJob>>[] leases = await RaceAsync(6, _ => LeaderJobs.AcquireAsync(3, Minute, Now, Token));
            acquired.AddRange(leases.SelectMany(some => some.Select(lease => lease.Job.Id)));
        }

        Assert.That(acquired, Has.Count.EqualTo(60));
        Assert.That(acquired, Is.Unique);
    }

    [Test]
    public async Task A_lost_lease_writes_nothing()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 3, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        Lease<LeaderAggregationJob> lost = (await LeaderJobs.AcquireAsync(1, Minute, Now, Token)).Single();
        BatchBucketShard[] shards = await ShardsOfAsync(lost.Job);
        Lease<LeaderAggregationJob> held = (await LeaderJobs.AcquireAsync(1, Minute, Now + Minute, Token)).Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await LeaderJobs.FinishAsync(lost, shards, [], Now, Token), Is.False);
            Assert.That(await LeaderJobs.AbandonAsync(lost, null, Now, Token), Is.Null);
            Assert.That(await LeaderJobs.ReleaseAsync(lost, Now, Token), Is.False);
            Assert.That(await LeaderJobs.ReleaseRefusedAsync(lost, true, Now, Token), Is.False);
            Assert.That(await LeaderJobs.DeferAsync(lost, "x", Now, Token), Is.False);
            Assert.That(await LeaderJobs.ContinueAsync(lost, [new ReportVerification(ReportId.Random(), 5, new byte[1], new byte[1])], [], "x", Token), Is.False);
            Assert.That(await ScalarAsync<long>("SELECT count(*) FROM batch_bucket_shards"), Is.Zero);
            Assert.That(await ScalarAsync<long>("SELECT count(*) FROM unaggregated_reports"), Is.EqualTo(3));
        }

        Assert.That(await LeaderJobs.FinishAsync(held, shards, [], Now, Token), Is.True);
        Assert.That(await LeaderJobs.FinishAsync(held, shards, [], Now, Token), Is.False, "twice");
    }

    [Test]
    public async Task A_finished_job_leaves_its_shards_and_no_reports()
    {
        DapTask task = await AddTaskAsync();
        UploadedReport[] five = await UploadAsync(task, 4, 5);
        UploadedReport[] six = await UploadAsync(task, 3, 6);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);

        StoredBatch before = await Batches.ReadAsync(task.Key, Range(5, 2), Token);
        await FinishAllAsync(Now);
        List<byte[]> shares = [];
        StoredBatch after = await Batches.ReadAsync(task.Key, Range(5, 2), share => shares.Add(share.ToArray()), Token);
        StoredBatch part = await Batches.ReadAsync(task.Key, Range(6, 1), Token);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((before.ReportCount, before.PendingReports), Is.EqualTo((0, 7)));
            Assert.That((after.ReportCount, after.PendingReports), Is.EqualTo((7, 0)));
            Assert.That(after.Checksum, Is.EqualTo(ChecksumOf(five.Concat(six).Select(report => report.Id))));
            Assert.That(shares, Is.EqualTo((byte[][])[[4, 42], [3, 42]]));
            Assert.That((after.MinTime, after.MaxTime), Is.EqualTo((5, 6)));
            Assert.That(part.ReportCount, Is.EqualTo(3));
            Assert.That(
                await Batches.SummarizeAsync(task.Key, Range(5, 2), Token), Is.EqualTo(new BatchSummary(7, 0, false)));
            Assert.That(await LeaderJobs.AcquireAsync(10, Minute, Now + Minute, Token), Is.Empty);
        }
    }

    [Test]
    public async Task Reports_of_an_abandoned_job_are_gone_but_still_replayed()
    {
        DapTask task = await AddTaskAsync();
        UploadedReport[] reports = await UploadAsync(task, 3, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        Lease<LeaderAggregationJob> lease = (await LeaderJobs.AcquireAsync(1, Minute, Now, Token)).Single();

        Assert.That(await LeaderJobs.AbandonAsync(lease, null, Now, Token), Is.EqualTo(new AbandonedReports(0, 3)));

        BatchSummary summary = await Batches.SummarizeAsync(task.Key, Range(5, 1), Token);
        Assert.That(summary, Is.EqualTo(new BatchSummary(0, 0, false)));
        Assert.That(await Reports.PutAsync(reports, Now, Token), Is.All.EqualTo(UploadOutcome.Replayed));
    }

    [Test]
    public async Task A_released_job_comes_back_after_its_delay_with_its_location_and_attempts()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 1, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        Lease<LeaderAggregationJob> lease = (await LeaderJobs.AcquireAsync(1, Minute, Now, Token)).Single();
        await LeaderJobs.ReleaseAsync(lease, Now + TimeSpan.FromSeconds(30), Token);

        IReadOnlyList<Lease<LeaderAggregationJob>> early = await LeaderJobs.AcquireAsync(1, Minute, Now + TimeSpan.FromSeconds(29), Token);
        Lease<LeaderAggregationJob> again = (await LeaderJobs.AcquireAsync(1, Minute, Now + TimeSpan.FromSeconds(30), Token)).Single();
        await LeaderJobs.DeferAsync(again, "/jobs/1", Now + Minute, Token);
        Lease<LeaderAggregationJob> deferred = (await LeaderJobs.AcquireAsync(1, Minute, Now + Minute, Token)).Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(early, Is.Empty);
            Assert.That(again.Attempts, Is.EqualTo(2));
            Assert.That(deferred.Job.HelperLocation, Is.EqualTo("/jobs/1"));
            Assert.That(deferred.Attempts, Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Reports_keep_their_order_within_a_job()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 50, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        Lease<LeaderAggregationJob> lease = (await LeaderJobs.AcquireAsync(1, Minute, Now, Token)).Single();

        IReadOnlyList<UnaggregatedReport> first = await LeaderJobs.ReadReportsAsync(lease.Job, Token);
        IReadOnlyList<UnaggregatedReport> second = await LeaderJobs.ReadReportsAsync(lease.Job, Token);

        Assert.That(first, Has.Count.EqualTo(50));
        Assert.That(first.Select(report => report.Id), Is.EqualTo(second.Select(report => report.Id)));
    }

    [Test]
    public async Task An_input_share_moved_to_another_report_does_not_open()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 2, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        Lease<LeaderAggregationJob> lease = (await LeaderJobs.AcquireAsync(1, Minute, Now, Token)).Single();
        await ScalarAsync<int>("""
            WITH moved AS (
                UPDATE unaggregated_reports AS a SET leader_input_share = b.leader_input_share
                FROM unaggregated_reports AS b WHERE a.report_id <> b.report_id RETURNING 1)
            SELECT 1
            """);

        Assert.That(
            () => LeaderJobs.ReadReportsAsync(lease.Job, Token),
            Throws.InstanceOf<CryptographicException>().With.Message.Contains("unaggregated_reports.leader_input_share"));
    }
}
