using System.Security.Cryptography;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Datastore;

public sealed class HelperAggregationJobStoreTests : DatastoreFixture
{
    [Test]
    public async Task A_committed_job_is_found_by_its_id()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        HelperAggregationJob job = Job(task, [ReportId.Random()]);

        Assert.That(await CommitAsync(job, [ReportId.Random()]), Is.InstanceOf<HelperCommitOutcome.Committed>());

        HelperAggregationJob? byId = await HelperJobs.FindAsync(task.Key, job.Id, Token);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(byId!.Response, Is.EqualTo(job.Response));
            Assert.That(byId.State, Is.EqualTo(AggregationJobState.Finished));
            Assert.That(byId.FinishedAt, Is.EqualTo(Now));
            Assert.That((await Batches.ReadAsync(task.Key, Range(5, 1), Token)).ReportCount, Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Commits_of_the_same_request_at_once_count_once()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        ReportId[] ids = NewIds(100);
        HelperAggregationJob job = Job(task, ids);

        HelperCommitOutcome[] outcomes = await RaceAsync(8, _ => CommitAsync(job, ids));

        Assert.That(outcomes.OfType<HelperCommitOutcome.Committed>().Count(), Is.EqualTo(1));
        Assert.That(
            outcomes.OfType<HelperCommitOutcome.Overtaken>().Select(existing => existing.Job.Response),
            Has.Exactly(7).Items.And.All.EqualTo(job.Response));
        Assert.That((await Batches.ReadAsync(task.Key, Range(5, 1), Token)).ReportCount, Is.EqualTo(100));
    }

    [Test]
    public async Task Jobs_with_overlapping_reports_at_once_count_every_report_once()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        ReportId[] ids = NewIds(60);

        // Every contender has all reports in an order of its own, and commits what the others left.
        int[] counted = await RaceAsync(6, async contender =>
        {
            ReportId[] mine = [.. ids];
            new Random(contender).Shuffle(mine);
            mine = [.. mine.Take(40)];
            HelperAggregationJob job = Job(task, mine);
            while (await CommitAsync(job, mine) is HelperCommitOutcome.Changed changed)
            {
                Assert.That(changed.Rejected, Is.Not.Empty.And.All.Property("Value").EqualTo(ReportError.ReportReplayed));
                mine = [.. mine.Except(changed.Rejected.Select(one => one.Key))];
            }

            return mine.Length;
        });

        StoredBatch batch = await Batches.ReadAsync(task.Key, Range(5, 1), Token);
        Assert.That(batch.ReportCount, Is.EqualTo(counted.Sum()));
        Assert.That(batch.ReportCount, Is.EqualTo(await ScalarAsync<long>("SELECT count(*) FROM report_ids")));
    }

    [Test]
    public async Task A_replayed_report_is_named_and_nothing_is_committed()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        ReportId[] known = NewIds(1);
        await CommitAsync(Job(task, known), known);
        ReportId[] ids = [NewIds(1)[0], known[0]];
        HelperAggregationJob job = Job(task, ids);

        HelperCommitOutcome outcome = await CommitAsync(job, ids);

        Assert.That(
            ((HelperCommitOutcome.Changed)outcome).Rejected,
            Is.EqualTo((KeyValuePair<ReportId, ReportError>[])[new(known[0], ReportError.ReportReplayed)]));
        Assert.That(await HelperJobs.FindAsync(task.Key, job.Id, Token), Is.Null);
        Assert.That(await HelperJobs.CheckAsync(task.Key, [ids[0]], [0], [BatchRange.BucketOf(5)], Token), Is.All.Null);
    }

    [Test]
    public async Task One_report_twice_in_a_job_is_replayed()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        ReportId id = ReportId.Random();

        HelperCommitOutcome outcome = await CommitAsync(Job(task, [id, id]), [id, id]);

        Assert.That(((HelperCommitOutcome.Changed)outcome).Rejected, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_collected_interval_of_empty_buckets_refuses_commits()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        await CommitShareAsync(NewShare(task, Range(0, 10)));
        ReportId[] ids = NewIds(2);

        HelperCommitOutcome outcome = await CommitAsync(Job(task, ids), ids);

        Assert.That(
            ((HelperCommitOutcome.Changed)outcome).Rejected.Select(one => one.Value),
            Is.EqualTo((ReportError[])[ReportError.BatchCollected, ReportError.BatchCollected]));
        Assert.That(await ScalarAsync<long>("SELECT count(*) FROM report_ids"), Is.Zero);
    }

    [Test]
    public async Task The_early_check_names_collected_buckets_and_replayed_reports()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        ReportId[] known = NewIds(1);
        await CommitAsync(Job(task, known), known);
        await CommitShareAsync(NewShare(task, Range(10, 10)));

        ReportError?[] errors = await HelperJobs.CheckAsync(
            task.Key,
            [known[0], known[0], ReportId.Random(), ReportId.Random()],
            [0, 0, 0, 0],
            [BatchRange.BucketOf(5), BatchRange.BucketOf(19), BatchRange.BucketOf(10), BatchRange.BucketOf(20)],
            Token);

        Assert.That(errors, Is.EqualTo((ReportError?[])
            [ReportError.ReportReplayed, ReportError.BatchCollected, ReportError.BatchCollected, null]));
    }

    [Test]
    public async Task Deleting_a_job_keeps_what_it_committed()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        ReportId[] ids = NewIds(3);
        HelperAggregationJob job = Job(task, ids);
        await CommitAsync(job, ids);

        bool deleted = await HelperJobs.DeleteAsync(task.Key, job.Id, Token);
        bool again = await HelperJobs.DeleteAsync(task.Key, job.Id, Token);

        HelperAggregationJob? found = await HelperJobs.FindAsync(task.Key, job.Id, Token);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((deleted, again), Is.EqualTo((true, false)));
            Assert.That((found!.State, found.Response), Is.EqualTo((AggregationJobState.Deleted, (byte[]?)null)));
            Assert.That((await Batches.ReadAsync(task.Key, Range(5, 1), Token)).ReportCount, Is.EqualTo(3));
            Assert.That(
                await HelperJobs.CheckAsync(task.Key, ids, [.. ids.Select(_ => 0)], [.. ids.Select(_ => BatchRange.BucketOf(5))], Token),
                Is.All.EqualTo(ReportError.ReportReplayed));
        }
    }

    [Test]
    public async Task A_deletion_and_the_commit_of_a_deferred_step_at_once_are_one_or_the_other()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        int committed = 0;
        for (int round = 0; round < 40; round++)
        {
            ReportId[] ids = NewIds(3);
            HelperAggregationJob job = Job(task, ids);
            await HelperJobs.DeferAsync(job with { State = AggregationJobState.InProgress }, [1], Now, Token);
            Lease<HelperAggregationJob> lease = (await HelperJobs.AcquireAsync(1, Minute, Now, Token)).Single();
            bool[] won = await RaceAsync(2, async contender => contender == 0
                ? await HelperJobs.DeleteAsync(task.Key, job.Id, Token)
                : await HelperJobs.FinishStepAsync(lease, CommitOf(job, ids), Now, Token) is HelperCommitOutcome.Committed);

            HelperAggregationJob stored = (await HelperJobs.FindAsync(task.Key, job.Id, Token))!;
            long counted = await ScalarAsync<long>($"SELECT count(*) FROM batch_bucket_shards WHERE aggregation_job_id = '{new Guid(job.Id.ToArray(), bigEndian: true)}'");
            Assert.That(won[0], Is.True, "there is always something to delete");
            Assert.That(stored.State, Is.EqualTo(AggregationJobState.Deleted));
            Assert.That(stored.FinishedAt is not null, Is.EqualTo(won[1]));
            Assert.That(counted, Is.EqualTo(won[1] ? 1 : 0));
            Assert.That(
                await HelperJobs.CheckAsync(task.Key, ids, [.. ids.Select(_ => 0)], [.. ids.Select(_ => BatchRange.BucketOf(5))], Token),
                won[1] ? Is.All.EqualTo(ReportError.ReportReplayed) : Is.All.Null);
            committed += won[1] ? 1 : 0;
        }

        // Whichever came first in each round, the Leader's count, which has none of them, can be settled on.
        StoredBatch batch = await Batches.ReadAsync(task.Key, Range(5, 1), Token);
        Assert.That(batch.ReportCount, Is.EqualTo(3 * committed));
        Assert.That(await Batches.TryWithdrawDeletedAsync(task.Key, batch, 0, BatchChecksum.Empty, Token), Is.EqualTo(committed > 0));
        Assert.That((await Batches.ReadAsync(task.Key, Range(5, 1), Token)).ReportCount, Is.Zero);
        TestContext.Out.WriteLine($"{committed} of 40 steps came before the deletion");
    }

    [Test]
    public async Task Only_the_deleted_jobs_buckets_within_the_batch_are_withdrawn_and_none_of_a_collected_one()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        ReportId[] kept = NewIds(2);
        await CommitAsync(Job(task, kept), kept);
        ReportId[] gone = NewIds(4);
        HelperAggregationJob job = Job(task, gone);
        await HelperJobs.CreateAsync(
            new HelperCommit
            {
                Job = job,
                Accepted = [.. gone.Select((id, i) => new AcceptedReport(id, i < 2 ? 5u : 6u, 0, i < 2 ? 0 : 1))],
                Shards = [Shard(job.Id, BatchRange.BucketOf(5), gone[..2], 5), Shard(job.Id, BatchRange.BucketOf(6), gone[2..], 6)],
            },
            Now,
            Token);
        StoredBatch five = await Batches.ReadAsync(task.Key, Range(5, 1), Token);
        BatchChecksum checksum = BatchChecksum.FromBytes(ChecksumOf(kept));
        Assert.That(await Batches.TryWithdrawDeletedAsync(task.Key, five, 2, checksum, Token), Is.False, "the job is not deleted");

        await HelperJobs.DeleteAsync(task.Key, job.Id, Token);
        Assert.That(await Batches.TryWithdrawDeletedAsync(task.Key, five, 3, checksum, Token), Is.False, "another count");
        Assert.That(await Batches.TryWithdrawDeletedAsync(task.Key, five, 2, BatchChecksum.Empty, Token), Is.False, "another checksum");
        Assert.That(await Batches.TryWithdrawDeletedAsync(task.Key, five, 2, checksum, Token), Is.True);
        Assert.That((await Batches.ReadAsync(task.Key, Range(5, 1), Token)).Checksum, Is.EqualTo(ChecksumOf(kept)));
        StoredBatch six = await Batches.ReadAsync(task.Key, Range(6, 1), Token);
        Assert.That(six.ReportCount, Is.EqualTo(2));

        Assert.That(await CommitShareAsync(NewShare(task, Range(6, 1)), batch: six), Is.InstanceOf<AggregateShareOutcome.Committed>());
        Assert.That(await Batches.TryWithdrawDeletedAsync(task.Key, six, 0, BatchChecksum.Empty, Token), Is.True, "to be read again");
        Assert.That((await Batches.ReadAsync(task.Key, Range(6, 1), Token)).ReportCount, Is.EqualTo(2), "what was given stays");
    }

    [Test]
    public async Task A_job_whose_reports_were_all_rejected_is_stored_without_shards()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        HelperAggregationJob job = Job(task, NewIds(2));

        Assert.That(await HelperJobs.CreateAsync(new HelperCommit { Job = job }, Now, Token), Is.InstanceOf<HelperCommitOutcome.Committed>());
        Assert.That(await HelperJobs.FindAsync(task.Key, job.Id, Token), Is.Not.Null);
    }

    private static ReportId[] NewIds(int count) => [.. Enumerable.Range(0, count).Select(_ => ReportId.Random())];

    private static HelperAggregationJob Job(DapTask task, ReportId[] ids) => new()
    {
        TaskKey = task.Key,
        Id = AggregationJobId.Random(),
        RequestHash = RandomNumberGenerator.GetBytes(32),
        AggParam = [],
        ReportCount = ids.Length,
        MinTime = 5,
        MaxTime = 5,
        Response = RandomNumberGenerator.GetBytes(20),
    };

    private Task<HelperCommitOutcome> CommitAsync(HelperAggregationJob job, ReportId[] ids) =>
        HelperJobs.CreateAsync(CommitOf(job, ids), Now, Token);

    private static HelperCommit CommitOf(HelperAggregationJob job, ReportId[] ids) => new()
    {
        Job = job,
        Accepted = [.. ids.Select(id => new AcceptedReport(id, 5, 0, 0))],
        Shards = ids.Length == 0 ? [] : [Shard(job.Id, BatchRange.BucketOf(5), ids, 5)],
    };
}
