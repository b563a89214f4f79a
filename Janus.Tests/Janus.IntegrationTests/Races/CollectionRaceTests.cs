using Janus.Datastore;
using Janus.IntegrationTests.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Races;

/// <summary>Collecting against uploading, against aggregating and against itself, in every order: DAP §6.4.2 (distributed-systems).</summary>
public sealed class CollectionRaceTests : RaceFixture
{
    [Test]
    public async Task Uploads_before_the_fence_hold_it_up_and_uploads_after_it_are_refused()
    {
        DapTask task = await AddTaskAsync();
        for (int round = 0; round < Rounds; round++)
        {
            ulong start = 100 + ((ulong)round * 10);
            BatchRange range = Range(start, 10);
            Lease<CollectionJob> lease = await CollectAsync(task, range, Now);
            StoredBatch read = await Batches.ReadAsync(task.Key, range, Token);
            int uploadsBefore = round % 5;
            Func<Task<bool>>[] uploads = [.. Enumerable.Range(0, 4).Select(_ => UploadOf(task, start + 3))];

            bool[] won;
            await using (DatabaseGate gate = await DatabaseGate.BeforeFenceAsync(Database, task.Key))
            {
                won = await gate.QueueAsync([.. uploads[..uploadsBefore], FenceOf(lease, read), .. uploads[uploadsBefore..]]);
            }

            // Those in front of the fence are acknowledged and not aggregated yet; behind a fence that held, nobody is.
            bool fenced = won[uploadsBefore];
            Assert.That(fenced, Is.EqualTo(uploadsBefore == 0));
            Assert.That(won[..uploadsBefore], Is.All.True);
            Assert.That(won[(uploadsBefore + 1)..], Is.All.EqualTo(!fenced));
            long acknowledged = won.Where((_, i) => i != uploadsBefore).Count(stored => stored);
            if (!fenced)
            {
                await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
                await FinishAllAsync(Now);
                Assert.That(await FenceAsync(lease, range, Now), Is.EqualTo(FenceOutcome.Fenced));
            }

            Assert.That((await CollectionJobs.FindAsync(task.Key, lease.Job.Id, Token))!.ReportCount, Is.EqualTo(acknowledged));
            Assert.That(await UploadOf(task, start)(), Is.False);
        }

        await AssertSoundAsync();
    }

    [Test]
    public async Task Every_acknowledged_report_is_in_the_batch_that_is_collected_while_it_is_uploaded_and_aggregated()
    {
        for (int round = 0; round < Rounds; round++)
        {
            DapTask task = await AddTaskAsync();
            await UploadAsync(task, 3, 12);
            Lease<CollectionJob> lease = await CollectAsync(task, Range(10, 5), Now);

            long[] counts = await RaceAsync(7, async contender => contender switch
            {
                0 => await FenceUntilFinalAsync(lease, Range(10, 5)) == FenceOutcome.Fenced ? 0 : long.MaxValue,
                1 or 2 => await AggregateUntilNothingWaitsAsync(task),
                _ => (await Reports.PutAsync(ReportsOf(task, 5, 12), Now, Token)).Count(outcome => outcome == UploadOutcome.Stored),
            });

            StoredBatch batch = await Batches.ReadAsync(task.Key, Range(10, 5), Token);
            Assert.That(batch.ReportCount, Is.EqualTo(3 + counts.Sum()));
            Assert.That(batch.PendingReports, Is.Zero);
            CollectionJob job = (await CollectionJobs.FindAsync(task.Key, lease.Job.Id, Token))!;
            Assert.That((job.ReportCount, job.Checksum), Is.EqualTo((batch.ReportCount, batch.Checksum)));
        }

        await AssertSoundAsync();
    }

    [Test]
    public async Task A_batch_is_fenced_only_as_it_was_read_whatever_the_leaders_aggregation_jobs_do_meanwhile()
    {
        for (int round = 0; round < Rounds; round++)
        {
            DapTask task = await AddTaskAsync();
            await UploadAsync(task, 6, 12);
            await LeaderJobs.CreateAsync(task, new(1, 2, TimeSpan.Zero), Now, Token);
            Lease<LeaderAggregationJob>[] jobs = [.. await LeaderJobs.AcquireAsync(3, Minute, Now, Token)];
            Lease<CollectionJob> lease = await CollectAsync(task, Range(10, 5), Now);
            StoredBatch read = await Batches.ReadAsync(task.Key, Range(10, 5), Token);
            // One commits, one rejects every report and leaves no shard, one is abandoned.
            Func<Task<bool>>[] ends =
            [
                await FinishOfAsync(jobs[0], rejected: 0),
                await FinishOfAsync(jobs[1], rejected: 2),
                async () => await LeaderJobs.AbandonAsync(jobs[2], null, Now, Token) is not null,
            ];
            int endsBefore = round % 4;

            bool[] won;
            await using (DatabaseGate gate = await DatabaseGate.BeforeFenceAsync(Database, task.Key))
            {
                won = await gate.QueueAsync([.. ends[..endsBefore], FenceOf(lease, read), .. ends[endsBefore..]]);
            }

            Assert.That(won.Where((_, i) => i != endsBefore), Is.All.True);
            Assert.That(won[endsBefore], Is.False, "a report was pending, or another shard is there");
            Assert.That(await FenceAsync(lease, Range(10, 5), Now), Is.EqualTo(FenceOutcome.Fenced));
            Assert.That((await CollectionJobs.FindAsync(task.Key, lease.Job.Id, Token))!.ReportCount, Is.EqualTo(2));
        }

        await AssertSoundAsync();
    }

    [Test]
    public async Task A_helpers_jobs_before_the_aggregate_share_are_in_it_and_those_after_it_are_rejected()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        for (int round = 0; round < Rounds; round++)
        {
            ulong time = 100 + (ulong)round;
            BatchRange range = Range(time, 1);
            Assert.That(await HelperCommitOf(task, time)(), Is.True);
            StoredBatch read = await Batches.ReadAsync(task.Key, range, Token);
            Func<Task<bool>>[] commits = [.. Enumerable.Range(0, 4).Select(_ => HelperCommitOf(task, time))];
            int commitsBefore = round % 5;

            bool[] won;
            await using (DatabaseGate gate = await DatabaseGate.BeforeFenceAsync(Database, task.Key))
            {
                won = await gate.QueueAsync([.. commits[..commitsBefore], ShareOf(task, read), .. commits[commitsBefore..]]);
            }

            bool collected = won[commitsBefore];
            Assert.That(collected, Is.EqualTo(commitsBefore == 0), "a share of another batch than was read is not given");
            Assert.That(won.Where((_, i) => i != commitsBefore), Is.All.EqualTo(!collected));
            if (!collected)
            {
                Assert.That(await ShareOf(task, await Batches.ReadAsync(task.Key, range, Token))(), Is.True);
            }

            Assert.That((await Batches.ReadAsync(task.Key, range, Token)).ReportCount, Is.EqualTo(collected ? 2 : 10));
            Assert.That(
                await ScalarAsync<long>($"SELECT report_count FROM aggregate_shares WHERE first_bucket = int8send({time})"),
                Is.EqualTo(collected ? 2 : 10));
            Assert.That(await HelperCommitOf(task, time)(), Is.False);
        }

        Assert.That(await CountAsync("report_ids"), Is.EqualTo(await AggregatedAsync(task)));
        await AssertSoundAsync();
    }

    [Test]
    public async Task Of_overlapping_collections_at_once_the_first_wins_and_the_others_overlap()
    {
        DapTask task = await AddTaskAsync();
        for (int round = 0; round < Rounds; round++)
        {
            // All contain the bucket base + 14.
            ulong start = 1000 + ((ulong)round * 100);
            BatchRange[] ranges = [Range(start + 10, 5), Range(start + 14, 5), Range(start, 50), Range(start + 12, 3)];
            new Random(round).Shuffle(ranges);
            Lease<CollectionJob>[] leases =
            [
                await CollectAsync(task, ranges[0], Now), await CollectAsync(task, ranges[1], Now),
                await CollectAsync(task, ranges[2], Now), await CollectAsync(task, ranges[3], Now),
            ];

            FenceOutcome[] outcomes;
            await using (DatabaseGate gate = await DatabaseGate.BeforeFenceAsync(Database, task.Key))
            {
                outcomes = await gate.QueueAsync(leases.Select((lease, i) => (Func<Task<FenceOutcome>>)(() => FenceAsync(lease, ranges[i], Now))));
            }

            Assert.That(outcomes, Is.EqualTo((FenceOutcome[])[FenceOutcome.Fenced, FenceOutcome.Overlap, FenceOutcome.Overlap, FenceOutcome.Overlap]));
        }

        Assert.That(await CountAsync("collected_batches"), Is.EqualTo(Rounds));
        await AssertSoundAsync();
    }

    [Test]
    public async Task Of_overlapping_aggregate_shares_at_once_the_first_wins_and_the_others_overlap()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        for (int round = 0; round < Rounds; round++)
        {
            ulong start = 1000 + ((ulong)round * 100);
            await HelperCommitOf(task, start + 14)();
            StoredBatch[] batches =
            [
                await Batches.ReadAsync(task.Key, Range(start + 10, 5), Token),
                await Batches.ReadAsync(task.Key, Range(start, 50), Token),
                await Batches.ReadAsync(task.Key, Range(start + 14, 1), Token),
            ];
            new Random(round).Shuffle(batches);

            bool[] won;
            await using (DatabaseGate gate = await DatabaseGate.BeforeFenceAsync(Database, task.Key))
            {
                won = await gate.QueueAsync(batches.Select(batch => ShareOf(task, batch)));
            }

            Assert.That(won, Is.EqualTo((bool[])[true, false, false]));
        }

        Assert.That(await CountAsync("aggregate_shares"), Is.EqualTo(Rounds));
        await AssertSoundAsync();
    }

    private Func<Task<bool>> UploadOf(DapTask task, ulong time) =>
        async () => (await Reports.PutAsync([Report(task, time)], Now, Token))[0] == UploadOutcome.Stored;

    private Func<Task<bool>> FenceOf(Lease<CollectionJob> lease, StoredBatch read) =>
        async () => await CollectionJobs.FenceAsync(lease, read, [1], read.ReportInterval, Now, Token) == FenceOutcome.Fenced;

    private async Task<Func<Task<bool>>> FinishOfAsync(Lease<LeaderAggregationJob> lease, int rejected)
    {
        BatchBucketShard[] shards = await ShardsOfAsync(lease.Job, rejected);
        return () => LeaderJobs.FinishAsync(lease, shards, [], Now, Token);
    }

    private Func<Task<bool>> HelperCommitOf(DapTask task, ulong time) => async () =>
        await HelperJobs.CreateAsync(CommitOf(task, time, NewIds(2)), Now, Token) is HelperCommitOutcome.Committed;

    private Func<Task<bool>> ShareOf(DapTask task, StoredBatch batch) => async () =>
        await CommitShareAsync(NewShare(task, batch.Range), batch: batch) is AggregateShareOutcome.Committed;

    // What is uploaded later is left to whoever looks last.
    private async Task<long> AggregateUntilNothingWaitsAsync(DapTask task)
    {
        while (await CountAsync($"collected_batches WHERE task_key = {task.Key}") == 0)
        {
            await LeaderJobs.CreateAsync(task, new(1, 4, TimeSpan.Zero), Now, Token);
            await FinishAllAsync(Now);
        }

        return 0;
    }
}
