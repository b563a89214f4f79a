using Janus.Datastore;
using Janus.IntegrationTests.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Races;

/// <summary>Deleting a job at the moment when a driver writes to it.</summary>
public sealed class DeletionRaceTests : RaceFixture
{
    [Test]
    public async Task A_collection_job_that_is_deleted_while_it_selects_a_batch_leaves_it_free()
    {
        DapTask task = await AddTaskAsync(BatchMode.LeaderSelected, minBatchSize: 4);
        await UploadAsync(task, 4, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await FinishAllAsync(Now);
        int selections = 0;
        for (int round = 0; round < Rounds; round++)
        {
            Lease<CollectionJob> lease = await CollectAsync(task, null, Now);

            // The selection has its batch already; whoever comes to the job's row first decides.
            bool[] done;
            await using (DatabaseGate gate = await DatabaseGate.BeforeWritesAsync(Database, "collection_jobs"))
            {
                done = await gate.QueueAsync(InTurns(
                    round,
                    async () => await CollectionJobs.SelectBatchAsync(lease, 4, Token) is not null,
                    async () => await CollectionJobs.DeleteAsync(task.Key, lease.Job.Id, Token) is not null));
            }

            Assert.That(done[round % 2 == 0 ? 1 : 0], Is.True, "the job is deleted");
            selections += done[round % 2 == 0 ? 0 : 1] ? 1 : 0;
            Assert.That(await CountAsync("leader_selected_batches WHERE collection_job_id IS NULL"), Is.EqualTo(1));
        }

        Lease<CollectionJob> last = await CollectAsync(task, null, Now);
        BatchRange? range = await CollectionJobs.SelectBatchAsync(last, 4, Token);
        Assert.That(await FenceAsync(last, range!, Now), Is.EqualTo(FenceOutcome.Fenced));
        await AssertSoundAsync();
        await TestContext.Out.WriteLineAsync($"{selections} of {Rounds} selections came first");
    }

    [Test]
    public async Task A_collection_job_that_is_deleted_while_it_is_fenced_has_collected_its_batch_whole_or_not_at_all()
    {
        DapTask task = await AddTaskAsync();
        int fences = 0;
        for (int round = 0; round < Rounds; round++)
        {
            BatchRange range = Range(100 + (ulong)round, 1);
            Lease<CollectionJob> lease = await CollectAsync(task, range, Now);
            StoredBatch batch = await Batches.ReadAsync(task.Key, range, Token);

            bool[] done;
            await using (DatabaseGate gate = await DatabaseGate.BeforeRowLocksAsync(Database, "collection_jobs"))
            {
                done = await gate.QueueAsync(InTurns(
                    round,
                    async () => await CollectionJobs.FenceAsync(lease, batch, [1], batch.ReportInterval, Now, Token) == FenceOutcome.Fenced,
                    async () => await CollectionJobs.DeleteAsync(task.Key, lease.Job.Id, Token) is not null));
            }

            bool fenced = done[round % 2 == 0 ? 0 : 1];
            fences += fenced ? 1 : 0;
            Assert.That(done[round % 2 == 0 ? 1 : 0], Is.True, "the job is deleted");
            Assert.That((await CollectionJobs.FindAsync(task.Key, lease.Job.Id, Token))!.State, Is.EqualTo(CollectionJobState.Deleted));
            Assert.That((await Batches.ReadAsync(task.Key, range, Token)).IsCollected, Is.EqualTo(fenced));
            Assert.That(
                (await Reports.PutAsync([Report(task, 100 + (ulong)round)], Now, Token))[0],
                Is.EqualTo(fenced ? UploadOutcome.BatchCollected : UploadOutcome.Stored));
        }

        Assert.That(await CountAsync("collection_jobs WHERE leader_aggregate_share IS NOT NULL OR response IS NOT NULL"), Is.Zero);
        Assert.That(await CountAsync("collected_batches"), Is.EqualTo(fences));
        await AssertSoundAsync();
        await TestContext.Out.WriteLineAsync($"{fences} of {Rounds} fences came first");
    }

    [Test]
    public async Task A_collection_job_that_is_deleted_while_it_is_answered_or_fails_keeps_no_answer_and_its_batch_collected_once()
    {
        DapTask task = await AddTaskAsync(BatchMode.LeaderSelected, minBatchSize: 4);
        for (int round = 0; round < Rounds; round++)
        {
            await UploadAsync(task, 4, 5);
            await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
            await FinishAllAsync(Now);
            Lease<CollectionJob> lease = await CollectAsync(task, null, Now);
            BatchRange range = (await CollectionJobs.SelectBatchAsync(lease, 4, Token))!;
            Assert.That(await FenceAsync(lease, range, Now), Is.EqualTo(FenceOutcome.Fenced));
            bool fails = round % 3 == 0;

            bool[] done;
            await using (DatabaseGate gate = await DatabaseGate.BeforeWritesAsync(Database, "collection_jobs"))
            {
                done = await gate.QueueAsync(InTurns(
                    round,
                    () => fails
                        ? CollectionJobs.FailAsync(lease, "x", "y", Now, Token)
                        : CollectionJobs.FinishAsync(lease, [1], null, Now, Token),
                    async () => await CollectionJobs.DeleteAsync(task.Key, lease.Job.Id, Token) is not null));
            }

            bool ended = done[round % 2 == 0 ? 0 : 1];
            Assert.That(done[round % 2 == 0 ? 1 : 0], Is.True, "the job is deleted");
            CollectionJob job = (await CollectionJobs.FindAsync(task.Key, lease.Job.Id, Token))!;
            Assert.That((job.State, job.Response), Is.EqualTo((CollectionJobState.Deleted, (byte[]?)null)));
            bool isFree = await CountAsync("leader_selected_batches WHERE collection_job_id IS NULL") == 1;
            Assert.That(isFree, Is.EqualTo(fails && ended), "only a failure that came first gives the batch back");
            Assert.That((await Batches.ReadAsync(task.Key, range, Token)).IsCollected, Is.EqualTo(!isFree));
            if (isFree)
            {
                Lease<CollectionJob> next = await CollectAsync(task, null, Now);
                Assert.That(await CollectionJobs.SelectBatchAsync(next, 4, Token), Is.EqualTo(range));
                Assert.That(await FenceAsync(next, range, Now), Is.EqualTo(FenceOutcome.Fenced));
            }
        }

        Assert.That(await CountAsync("collected_batches"), Is.EqualTo(Rounds));
        await AssertSoundAsync();
    }

    [Test]
    public async Task A_deferred_aggregation_job_that_is_deleted_while_its_driver_commits_is_committed_whole_or_may_be_made_again()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        int commits = 0;
        for (int round = 0; round < Rounds; round++)
        {
            HelperCommit commit = CommitOf(task, 5, NewIds(3));
            HelperAggregationJob deferred = commit.Job with { State = AggregationJobState.InProgress, Response = null };
            await HelperJobs.DeferAsync(deferred, [1], Now, Token);
            Lease<HelperAggregationJob> lease = (await HelperJobs.AcquireAsync(1, Minute, Now, Token)).Single();

            bool[] done;
            await using (DatabaseGate gate = await DatabaseGate.BeforeWritesAsync(Database, "aggregation_jobs"))
            {
                done = await gate.QueueAsync(InTurns(
                    round,
                    async () => await HelperJobs.FinishStepAsync(lease, commit, Now, Token) is HelperCommitOutcome.Committed,
                    () => HelperJobs.DeleteAsync(task.Key, deferred.Id, Token)));
            }

            bool committed = done[round % 2 == 0 ? 0 : 1];
            commits += committed ? 1 : 0;
            Assert.That(done[round % 2 == 0 ? 1 : 0], Is.True, "the job is deleted");
            Assert.That((await HelperJobs.FindAsync(task.Key, deferred.Id, Token))!.State, Is.EqualTo(AggregationJobState.Deleted));
            Assert.That(await AggregatedAsync(task), Is.EqualTo(3 * (round + (committed ? 1 : 0))));

            // What was committed is never made again; what was not, is made anew and counted.
            Assert.That(await HelperJobs.DeferAsync(deferred, [1], Now, Token), Is.EqualTo(!committed));
            if (!committed)
            {
                Assert.That(await HelperJobs.FinishStepAsync(lease, commit, Now, Token), Is.InstanceOf<HelperCommitOutcome.Overtaken>());
                Lease<HelperAggregationJob> next = (await HelperJobs.AcquireAsync(1, Minute, Now, Token)).Single();
                Assert.That(await HelperJobs.FinishStepAsync(next, commit, Now, Token), Is.InstanceOf<HelperCommitOutcome.Committed>());
            }

            Assert.That(await CountAsync("report_ids"), Is.EqualTo(3 * (round + 1)));
            Assert.That(await AggregatedAsync(task), Is.EqualTo(3 * (round + 1)));
        }

        Assert.That(await CountAsync("aggregation_jobs WHERE request IS NOT NULL OR verification IS NOT NULL"), Is.Zero);
        await AssertSoundAsync();
        await TestContext.Out.WriteLineAsync($"{commits} of {Rounds} commits came first");
    }

    // Every other round the deletion comes first.
    private static Func<Task<bool>>[] InTurns(int round, Func<Task<bool>> driver, Func<Task<bool>> deletion) =>
        round % 2 == 0 ? [driver, deletion] : [deletion, driver];
}
