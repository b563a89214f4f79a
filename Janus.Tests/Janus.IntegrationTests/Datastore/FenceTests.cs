using System.Security.Cryptography;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Datastore;

/// <summary>A batch that has been collected takes no more reports, ever.</summary>
public sealed class FenceTests : DatastoreFixture
{
    private const int Rounds = 15;

    [Test]
    public async Task A_batch_with_pending_reports_is_not_fenced()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 1, 12);
        Lease<CollectionJob> lease = await CollectAsync(task, Range(10, 5), Now);

        Assert.That(await FenceAsync(lease, Range(10, 5), Now), Is.EqualTo(FenceOutcome.Changed));
        Assert.That(await FenceAsync(lease, Range(13, 2), Now), Is.EqualTo(FenceOutcome.Fenced));
    }

    [Test]
    public async Task A_batch_that_grew_after_it_was_read_is_not_fenced()
    {
        DapTask task = await AddTaskAsync();
        Lease<CollectionJob> lease = await CollectAsync(task, Range(10, 5), Now);
        StoredBatch read = await Batches.ReadAsync(task.Key, Range(10, 5), Token);
        await UploadAsync(task, 1, 12);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await FinishAllAsync(Now);

        FenceOutcome outdated = await CollectionJobs.FenceAsync(lease, read, [1], read.ReportInterval, Now, Token);

        Assert.That(outdated, Is.EqualTo(FenceOutcome.Changed));
        Assert.That(await FenceAsync(lease, Range(10, 5), Now), Is.EqualTo(FenceOutcome.Fenced));
    }

    [Test]
    public async Task Of_overlapping_fences_at_once_one_holds()
    {
        DapTask task = await AddTaskAsync();
        Lease<CollectionJob>[] leases = [
            await CollectAsync(task, Range(10, 5), Now),
            await CollectAsync(task, Range(14, 5), Now),
            await CollectAsync(task, Range(0, 50), Now),
            await CollectAsync(task, Range(12, 3), Now)];
        BatchRange[] ranges = [Range(10, 5), Range(14, 5), Range(0, 50), Range(12, 3)];

        FenceOutcome[] outcomes = await RaceAsync(4, i => FenceAsync(leases[i], ranges[i], Now));

        // All four contain the bucket 14.
        Assert.That(outcomes.Count(outcome => outcome == FenceOutcome.Fenced), Is.EqualTo(1));
        Assert.That(outcomes.Count(outcome => outcome == FenceOutcome.Overlap), Is.EqualTo(3));
    }

    [Test]
    public async Task An_upload_and_a_fence_at_once_never_leave_a_report_in_a_collected_batch()
    {
        DapTask task = await AddTaskAsync();
        int fenced = 0;
        for (ulong round = 0; round < Rounds; round++)
        {
            ulong start = 100 + (round * 10);
            Lease<CollectionJob> lease = await CollectAsync(task, Range(start, 10), Now);
            StoredBatch read = await Batches.ReadAsync(task.Key, Range(start, 10), Token);
            bool[] won = await RaceAsync(5, async contender => contender == 0
                ? await CollectionJobs.FenceAsync(lease, read, [1], read.ReportInterval, Now, Token) == FenceOutcome.Fenced
                : (await Reports.PutAsync(ReportsOf(task, 20, start + 3), Now, Token)).Contains(UploadOutcome.Stored));

            Assert.That(won[0] && won.Skip(1).Any(stored => stored), Is.False);
            fenced += won[0] ? 1 : 0;
        }

        Assert.That(await LateAsync("unaggregated_reports WHERE EXISTS (SELECT FROM collected_batches c WHERE c.task_key = unaggregated_reports.task_key AND c.first_bucket <= int8send(report_time) AND c.last_bucket >= int8send(report_time))"), Is.Zero);
        TestContext.Out.WriteLine($"{fenced} of {Rounds} fences came first");
    }

    [Test]
    public async Task A_closed_interval_takes_no_more_reports_and_is_fenced_when_those_it_has_are_aggregated()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 2, 12);
        Lease<CollectionJob> lease = await CollectAsync(task, Range(10, 5), Now);
        Assert.That(await CollectionJobs.CloseAsync(lease, Range(10, 5), Now, Token), Is.EqualTo(FenceOutcome.Closed));
        Lease<CollectionJob> closed = lease with { Job = (await CollectionJobs.FindAsync(task.Key, lease.Job.Id, Token))! };

        Assert.That(closed.Job.ClosedAt, Is.EqualTo(Now));
        Assert.That(await Reports.PutAsync(ReportsOf(task, 2, 12), Now, Token), Is.All.EqualTo(UploadOutcome.BatchCollected));
        Assert.That(await FenceAsync(closed, Range(10, 5), Now), Is.EqualTo(FenceOutcome.Changed), "reports are pending");

        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await FinishAllAsync(Now);
        Assert.That(await FenceAsync(closed, Range(10, 5), Now), Is.EqualTo(FenceOutcome.Fenced));
        Assert.That((await CollectionJobs.FindAsync(task.Key, lease.Job.Id, Token))!.ReportCount, Is.EqualTo(2));
        Assert.That(await ScalarAsync<long>("SELECT count(*) FROM collected_batches"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_closed_interval_counts_as_collected_for_others()
    {
        DapTask task = await AddTaskAsync();
        Lease<CollectionJob> first = await CollectAsync(task, Range(10, 5), Now);
        Lease<CollectionJob> second = await CollectAsync(task, Range(14, 5), Now);
        await CollectionJobs.CloseAsync(first, Range(10, 5), Now, Token);

        Assert.That(await CollectionJobs.CloseAsync(second, Range(14, 5), Now, Token), Is.EqualTo(FenceOutcome.Overlap));
        Assert.That(await FenceAsync(second, Range(14, 5), Now), Is.EqualTo(FenceOutcome.Overlap));
        Assert.That(await CollectionJobs.CloseAsync(first with { Token = Guid.NewGuid() }, Range(20, 5), Now, Token), Is.EqualTo(FenceOutcome.LeaseLost));
    }

    [Test]
    public async Task A_closed_interval_is_open_again_when_its_job_is_deleted_or_fails([Values] bool isDeleted)
    {
        DapTask task = await AddTaskAsync();
        Lease<CollectionJob> lease = await CollectAsync(task, Range(10, 5), Now);
        await CollectionJobs.CloseAsync(lease, Range(10, 5), Now, Token);
        if (isDeleted)
        {
            await CollectionJobs.DeleteAsync(task.Key, lease.Job.Id, Token);
        }
        else
        {
            await CollectionJobs.FailAsync(lease, "invalidMessage", "", Now, Token);
        }

        await UploadAsync(task, 1, 12);
        Lease<CollectionJob> next = await CollectAsync(task, Range(13, 5), Now);
        Assert.That(await CollectionJobs.CloseAsync(next, Range(13, 5), Now, Token), Is.EqualTo(FenceOutcome.Closed));
    }

    [Test]
    public async Task Uploads_and_a_closing_at_once_leave_what_was_stored_in_the_batch_and_nothing_behind_it()
    {
        DapTask task = await AddTaskAsync();
        for (ulong round = 0; round < Rounds; round++)
        {
            ulong start = 100 + (round * 10);
            Lease<CollectionJob> lease = await CollectAsync(task, Range(start, 10), Now);
            int[] stored = await RaceAsync(5, async contender => contender == 0
                ? await CollectionJobs.CloseAsync(lease, Range(start, 10), Now, Token) == FenceOutcome.Closed ? 0 : -1000
                : (await Reports.PutAsync(ReportsOf(task, 20, start + 3), Now, Token)).Count(outcome => outcome == UploadOutcome.Stored));
            Lease<CollectionJob> closed = lease with { Job = (await CollectionJobs.FindAsync(task.Key, lease.Job.Id, Token))! };
            await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
            await FinishAllAsync(Now);

            Assert.That(await FenceAsync(closed, Range(start, 10), Now), Is.EqualTo(FenceOutcome.Fenced));
            Assert.That((await CollectionJobs.FindAsync(task.Key, lease.Job.Id, Token))!.ReportCount, Is.EqualTo(stored.Sum()));
        }
    }

    [Test]
    public async Task A_batch_with_a_job_that_is_to_be_settled_is_not_fenced([Values(BatchMode.TimeInterval, BatchMode.LeaderSelected)] BatchMode batchMode)
    {
        DapTask task = await AddTaskAsync(batchMode, minBatchSize: 2);
        await UploadAsync(task, 2, 12);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        Lease<LeaderAggregationJob> job = (await LeaderJobs.AcquireAsync(1, Minute, Now, Token)).Single();
        BatchRange range = job.Job.BatchId is { } batchId ? BatchRange.FromBatchId(batchId) : Range(10, 5);
        Assert.That(await LeaderJobs.SettleAsync(job, "https://helper.example/jobs/1", Token), Is.True);
        Lease<CollectionJob> lease = await CollectAsync(task, batchMode == BatchMode.TimeInterval ? range : null, Now);

        Assert.That((await Batches.SummarizeAsync(task.Key, range, Token)).PendingReports, Is.EqualTo(2));
        Assert.That(await FenceAsync(lease, range, Now), Is.EqualTo(FenceOutcome.Changed));
        if (batchMode == BatchMode.LeaderSelected)
        {
            Assert.That(await CollectionJobs.SelectBatchAsync(lease, 1, Token), Is.Null);
        }

        // The lease of a driver that dies runs out, and the next one finds what there is to do.
        Lease<LeaderAggregationJob> again = (await LeaderJobs.AcquireAsync(1, Minute, Now + Minute, Token)).Single();
        Assert.That((again.Job.State, again.Job.HelperLocation), Is.EqualTo((AggregationJobState.Settling, "https://helper.example/jobs/1")));
        Assert.That(await LeaderJobs.AbandonAsync(job, null, Now, Token), Is.Null, "the lease is lost");
        Assert.That(await LeaderJobs.FinishAsync(again, [], [], Now, Token), Is.False, "an abandoned job is not finished");
        Assert.That(await LeaderJobs.AbandonAsync(again, null, Now, Token), Is.EqualTo(new AbandonedReports(0, 2)));
        Assert.That((await Batches.SummarizeAsync(task.Key, range, Token)).PendingReports, Is.Zero);
        Assert.That(await LeaderJobs.AcquireAsync(1, Minute, Now + (2 * Minute), Token), Is.Empty);
    }

    [Test]
    public async Task A_helper_commit_and_an_aggregate_share_at_once_agree_on_what_was_counted()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        for (ulong round = 0; round < Rounds; round++)
        {
            ulong time = 100 + round;
            BatchRange range = Range(time, 1);
            Assert.That(await CommitAsync(task, time), Is.True);

            bool[] won = await RaceAsync(5, async contender => contender == 0
                ? await ShareAsync(task, range)
                : await CommitAsync(task, time));

            // Whoever committed before the share is counted in it, whoever came after was refused.
            long counted = await ScalarAsync<long>($"SELECT coalesce(max(report_count), 0) FROM aggregate_shares WHERE first_bucket = int8send({time})");
            StoredBatch batch = await Batches.ReadAsync(task.Key, range, Token);
            Assert.That(won[0], Is.True);
            Assert.That(batch.ReportCount, Is.EqualTo(counted));
            Assert.That(await CommitAsync(task, time), Is.False);
        }
    }

    [Test]
    public async Task A_released_mismatch_lets_the_batch_be_tried_again_with_more_reports()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 3, 12);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await FinishAllAsync(Now);
        Lease<CollectionJob> first = await CollectAsync(task, Range(10, 5), Now);
        await FenceAsync(first, Range(10, 5), Now);
        await CollectionJobs.FailAsync(first, "batchMismatch", "", Now, Token);

        await UploadAsync(task, 2, 12);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await FinishAllAsync(Now);
        Lease<CollectionJob> second = await CollectAsync(task, Range(10, 5), Now);

        Assert.That(await FenceAsync(second, Range(10, 5), Now), Is.EqualTo(FenceOutcome.Fenced));
        Assert.That((await CollectionJobs.FindAsync(task.Key, second.Job.Id, Token))!.ReportCount, Is.EqualTo(5));
    }

    private async Task<bool> CommitAsync(DapTask task, ulong time)
    {
        ReportId[] ids = [ReportId.Random(), ReportId.Random()];
        HelperAggregationJob job = new()
        {
            TaskKey = task.Key,
            Id = AggregationJobId.Random(),
            RequestHash = RandomNumberGenerator.GetBytes(32),
            AggParam = [],
            ReportCount = 2,
            MinTime = time,
            MaxTime = time,
            Response = [],
        };
        HelperCommitOutcome outcome = await HelperJobs.CreateAsync(
            new HelperCommit
            {
                Job = job,
                Accepted = [.. ids.Select(id => new AcceptedReport(id, time, 0, 0))],
                Shards = [Shard(job.Id, BatchRange.BucketOf(time), ids, time)],
            },
            Now,
            Token);
        return outcome is HelperCommitOutcome.Committed;
    }

    private async Task<bool> ShareAsync(DapTask task, BatchRange range)
    {
        StoredAggregateShare share = NewShare(task, range);
        while (true)
        {
            AggregateShareOutcome outcome = await CommitShareAsync(share);
            if (outcome is not AggregateShareOutcome.Changed)
            {
                return outcome is AggregateShareOutcome.Committed;
            }
        }
    }

    private Task<long> LateAsync(string source) => ScalarAsync<long>($"SELECT count(*) FROM {source}");
}
