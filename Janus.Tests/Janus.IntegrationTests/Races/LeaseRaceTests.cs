using Janus.Datastore;
using Janus.IntegrationTests.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Races;

/// <summary>Two drivers on one job whose lease has expired, at the same write at once: one counts.</summary>
public sealed class LeaseRaceTests : RaceFixture
{
    [Test]
    public async Task Of_two_drivers_of_a_leaders_aggregation_job_the_one_that_holds_the_lease_commits(
        [Values(BatchMode.TimeInterval, BatchMode.LeaderSelected)] BatchMode batchMode)
    {
        DapTask task = await AddTaskAsync(batchMode, minBatchSize: 1000);
        for (int round = 0; round < Rounds; round++)
        {
            await UploadAsync(task, 4, 5);
            await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
            Lease<LeaderAggregationJob> lost = (await LeaderJobs.AcquireAsync(1, Minute, Now, Token)).Single();
            BatchBucketShard[] shards = await ShardsOfAsync(lost.Job, rejected: 1);
            Lease<LeaderAggregationJob> held = (await LeaderJobs.AcquireAsync(1, Minute, Now + Minute, Token)).Single();
            ReportVerification[] states = [new(ReportId.Random(), 5, new byte[1], new byte[1])];
            Func<Task<bool>>[] contenders =
            [
                () => LeaderJobs.FinishAsync(held, shards, [], Now, Token),
                () => LeaderJobs.FinishAsync(lost, shards, [], Now, Token),
                async () => await LeaderJobs.AbandonAsync(lost, Now, Now, Token) is not null,
                () => LeaderJobs.ContinueAsync(lost, states, [], "x", Token),
                () => LeaderJobs.ReleaseAsync(lost, Now, Token),
                () => LeaderJobs.DeferAsync(lost, "x", Now, Token),
            ];

            bool[] won;
            await using (DatabaseGate gate = await DatabaseGate.BeforeWritesAsync(Database, "aggregation_jobs"))
            {
                won = await gate.RaceAsync(contenders);
            }

            Assert.That(won, Is.EqualTo((bool[])[true, false, false, false, false, false]));
        }

        await AssertCountedOnceAsync(task, Rounds * 3);
    }

    [Test]
    public async Task A_leaders_aggregation_job_that_is_taken_over_while_it_is_committed_is_committed_once()
    {
        DapTask task = await AddTaskAsync(BatchMode.LeaderSelected, minBatchSize: 1000);
        for (int round = 0; round < Rounds; round++)
        {
            await UploadAsync(task, 4, 5);
            await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
            Lease<LeaderAggregationJob> first = (await LeaderJobs.AcquireAsync(1, Minute, Now, Token)).Single();
            BatchBucketShard[] shards = await ShardsOfAsync(first.Job, rejected: 1);

            (bool committed, Lease<LeaderAggregationJob>? second) = await TakeOverAsync(
                "aggregation_jobs",
                () => LeaderJobs.FinishAsync(first, shards, [], Now, Token),
                () => LeaderJobs.AcquireAsync(1, Minute, Now + Minute, Token),
                isCommitFirst: round % 2 == 0);

            Assert.That(second is null, Is.EqualTo(committed));
            if (second is not null)
            {
                Assert.That(await LeaderJobs.FinishAsync(second, shards, [], Now, Token), Is.True);
            }
        }

        await AssertCountedOnceAsync(task, Rounds * 3);
    }

    [Test]
    public async Task Of_two_drivers_of_a_collection_job_the_one_that_holds_the_lease_fences_and_answers()
    {
        DapTask task = await AddTaskAsync();
        for (int round = 0; round < Rounds; round++)
        {
            BatchRange range = Range(100 + (ulong)round, 1);
            Lease<CollectionJob> lost = await CollectAsync(task, range, Now);
            StoredBatch batch = await Batches.ReadAsync(task.Key, range, Token);
            Lease<CollectionJob> held = (await CollectionJobs.AcquireAsync(1, Minute, Now + Minute, Token)).Single();

            bool[] fenced;
            await using (DatabaseGate gate = await DatabaseGate.BeforeFenceAsync(Database, task.Key))
            {
                fenced = await gate.QueueAsync(InTurns(round, FenceOf(lost, batch, 1), FenceOf(held, batch, 2)));
            }

            bool[] answered;
            await using (DatabaseGate gate = await DatabaseGate.BeforeWritesAsync(Database, "collection_jobs"))
            {
                answered = await gate.RaceAsync<bool>(
                    () => CollectionJobs.FinishAsync(lost, [1], null, Now, Token),
                    () => CollectionJobs.FinishAsync(held, [2], null, Now, Token),
                    () => CollectionJobs.FailAsync(lost, "x", "y", Now, Token),
                    () => CollectionJobs.RecordHelperLocationAsync(lost, "x", Token),
                    () => CollectionJobs.ReleaseAsync(lost, Now, Token));
            }

            CollectionJob job = (await CollectionJobs.FindAsync(task.Key, held.Job.Id, Token))!;
            Assert.That(InTurns(round, fenced[0], fenced[1]), Is.EqualTo((bool[])[false, true]));
            Assert.That(answered, Is.EqualTo((bool[])[false, true, false, false, false]));
            Assert.That((job.State, job.Response, job.HelperLocation), Is.EqualTo((CollectionJobState.Finished, (byte[])[2], (string?)null)));
        }

        Assert.That(await CountAsync("collected_batches"), Is.EqualTo(Rounds));
        await AssertSoundAsync();
    }

    [Test]
    public async Task A_collection_job_that_is_taken_over_while_it_is_fenced_or_answered_is_fenced_and_answered_once()
    {
        DapTask task = await AddTaskAsync();
        for (int round = 0; round < Rounds; round++)
        {
            BatchRange range = Range(100 + (ulong)round, 1);
            Lease<CollectionJob> first = await CollectAsync(task, range, Now);
            StoredBatch batch = await Batches.ReadAsync(task.Key, range, Token);

            // The driver that takes over goes on where the first one was when it lost its lease.
            (bool fenced, Lease<CollectionJob>? second) = await TakeOverAsync(
                "collected_batches",
                FenceOf(first, batch, 1),
                () => CollectionJobs.AcquireAsync(1, Minute, Now + Minute, Token),
                isCommitFirst: true,
                gated: 1);
            Assert.That(fenced, Is.True, "the row was locked before the lease could be taken");
            second ??= (await CollectionJobs.AcquireAsync(1, Minute, Now + Minute, Token)).Single();
            Assert.That(second.Job.State, Is.EqualTo(CollectionJobState.Fenced));
            Assert.That(await CollectionJobs.ReadLeaderAggregateShareAsync(second.Job, Token), Is.EqualTo((byte[])[1]));

            (bool answered, Lease<CollectionJob>? third) = await TakeOverAsync(
                "collection_jobs",
                () => CollectionJobs.FinishAsync(second, [2], null, Now, Token),
                () => CollectionJobs.AcquireAsync(1, Minute, Now + (2 * Minute), Token),
                isCommitFirst: round % 2 == 0);
            Assert.That(third is null, Is.EqualTo(answered));
            if (third is not null)
            {
                Assert.That(await CollectionJobs.FinishAsync(third, [2], null, Now, Token), Is.True);
            }
        }

        Assert.That(await CountAsync($"collection_jobs WHERE state = {CollectionJobState.Finished:d}"), Is.EqualTo(Rounds));
        Assert.That(await CountAsync("collected_batches"), Is.EqualTo(Rounds));
        await AssertSoundAsync();
    }

    [Test]
    public async Task Of_two_drivers_of_a_helpers_deferred_job_the_one_that_holds_the_lease_commits()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        for (int round = 0; round < Rounds; round++)
        {
            HelperCommit commit = await DeferAsync(task);
            Lease<HelperAggregationJob> lost = (await HelperJobs.AcquireAsync(1, Minute, Now, Token)).Single();
            Lease<HelperAggregationJob> held = (await HelperJobs.AcquireAsync(1, Minute, Now + Minute, Token)).Single();

            bool[] won;
            await using (DatabaseGate gate = await DatabaseGate.BeforeWritesAsync(Database, "aggregation_jobs"))
            {
                won = await gate.RaceAsync(FinishOf(lost, commit), FinishOf(held, commit), FinishOf(lost, commit), () => HelperJobs.ReleaseAsync(lost, Now, Token));
            }

            Assert.That(won, Is.EqualTo((bool[])[false, true, false, false]));
        }

        await AssertCountedOnceAsync(task, Rounds * 3);
        Assert.That(await CountAsync("report_ids"), Is.EqualTo(Rounds * 3));
    }

    [Test]
    public async Task A_helpers_deferred_job_that_is_taken_over_while_it_is_committed_is_committed_once()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        for (int round = 0; round < Rounds; round++)
        {
            HelperCommit commit = await DeferAsync(task);
            Lease<HelperAggregationJob> first = (await HelperJobs.AcquireAsync(1, Minute, Now, Token)).Single();

            (bool committed, Lease<HelperAggregationJob>? second) = await TakeOverAsync(
                "aggregation_jobs",
                FinishOf(first, commit),
                () => HelperJobs.AcquireAsync(1, Minute, Now + Minute, Token),
                isCommitFirst: round % 2 == 0);

            Assert.That(second is null, Is.EqualTo(committed));
            if (second is not null)
            {
                Assert.That(await FinishOf(second, commit)(), Is.True);
            }
        }

        await AssertCountedOnceAsync(task, Rounds * 3);
        Assert.That(await CountAsync("report_ids"), Is.EqualTo(Rounds * 3));
    }

    private async Task AssertCountedOnceAsync(DapTask task, long reports)
    {
        Assert.That(await AggregatedAsync(task), Is.EqualTo(reports));
        Assert.That(await CountAsync("unaggregated_reports"), Is.Zero);
        Assert.That(await CountAsync($"aggregation_jobs WHERE state <> {AggregationJobState.Finished:d}"), Is.Zero);
        Assert.That(
            await CountAsync("leader_selected_batches AS b WHERE assigned_count <> (SELECT coalesce(sum(report_count), 0) FROM batch_bucket_shards AS s WHERE s.task_key = b.task_key AND s.bucket = b.batch_id)"),
            Is.Zero);
        await AssertSoundAsync();
    }

    // One driver commits under a lease that has run out, another acquires the job; both are before the table at once.
    private async Task<(bool Committed, Lease<TJob>? Second)> TakeOverAsync<TJob>(
        string table, Func<Task<bool>> commit, Func<Task<IReadOnlyList<Lease<TJob>>>> acquire, bool isCommitFirst, int gated = 2)
    {
        await using DatabaseGate gate = await DatabaseGate.BeforeWritesAsync(Database, table);
        Task<bool>? committing = isCommitFirst ? Task.Run(commit) : null;
        if (isCommitFirst)
        {
            await gate.WaitForAsync(1, [committing!]);
        }

        Task<IReadOnlyList<Lease<TJob>>> acquiring = Task.Run(acquire);
        await gate.WaitForAsync(isCommitFirst ? gated : 1, committing is null ? [acquiring] : [committing, acquiring]);
        committing ??= Task.Run(commit);
        await gate.WaitForAsync(gated, [committing, acquiring]);
        await gate.OpenAsync();
        return (await committing, (await acquiring).SingleOrDefault());
    }

    private Func<Task<bool>> FenceOf(Lease<CollectionJob> lease, StoredBatch batch, byte share) => async () =>
        await CollectionJobs.FenceAsync(lease, batch, [share], batch.ReportInterval, Now, Token) == FenceOutcome.Fenced;

    private Func<Task<bool>> FinishOf(Lease<HelperAggregationJob> lease, HelperCommit commit) => async () =>
        await HelperJobs.FinishStepAsync(lease, commit, Now, Token) is HelperCommitOutcome.Committed;

    private async Task<HelperCommit> DeferAsync(DapTask task)
    {
        HelperCommit commit = CommitOf(task, 5, NewIds(3));
        HelperAggregationJob deferred = commit.Job with { State = AggregationJobState.InProgress, Response = null };
        Assert.That(await HelperJobs.DeferAsync(deferred, [1], Now, Token), Is.True);
        return commit;
    }

    // Every other round the other way round.
    private static T[] InTurns<T>(int round, T one, T other) => round % 2 == 0 ? [one, other] : [other, one];
}
