using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Races;

/// <summary>Several creators of aggregation jobs on one task, among uploads, drivers and collection jobs.</summary>
public sealed class CreatorRaceTests : RaceFixture
{
    private static readonly AggregationJobLimits Small = new(1, 3, TimeSpan.Zero);

    [Test]
    public async Task Every_report_that_is_uploaded_while_creators_work_is_put_into_one_job(
        [Values(BatchMode.TimeInterval, BatchMode.LeaderSelected)] BatchMode batchMode)
    {
        DapTask task = await AddTaskAsync(batchMode);
        for (int round = 0; round < Rounds; round++)
        {
            await UploadAsync(task, 7, 5);
            await using (DatabaseGate gate = await DatabaseGate.BeforeWritesAsync(Database, "aggregation_jobs"))
            {
                // One of the creators is about to write; the others find it at work, and the uploads come meanwhile.
                Task<int>[] creators = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => LeaderJobs.CreateAsync(task, Small, Now, Token)))];
                await gate.WaitForAsync(1, creators);
                await UploadAsync(task, 4, 5);
                await gate.OpenAsync();
                Assert.That((await Task.WhenAll(creators)).Sum(), Is.Positive);
            }

            await RaceAsync(4, async _ => await LeaderJobs.CreateAsync(task, Small, Now, Token));
            await AssertEveryReportIsInOneJobAsync();
        }

        while (await LeaderJobs.CreateAsync(task, Small, Now, Token) > 0)
        {
        }

        await AssertEveryReportIsInOneJobAsync();
        Assert.That(await CountAsync("unaggregated_reports WHERE aggregation_job_id IS NULL"), Is.Zero);
        Assert.That(await ScalarAsync<long>("SELECT sum(report_count) FROM aggregation_jobs"), Is.EqualTo(Rounds * 11));
        await AssertSoundAsync();
    }

    [Test]
    public async Task Creators_at_once_fill_the_fullest_batch_first_and_none_beyond_the_target()
    {
        for (int round = 0; round < Rounds; round++)
        {
            DapTask task = await AddTaskAsync(BatchMode.LeaderSelected);
            await UploadAsync(task, 20, 5);
            await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
            Lease<LeaderAggregationJob>[] leases = [.. await LeaderJobs.AcquireAsync(10, Minute, Now, Token)];
            await LeaderJobs.FinishAsync(leases[0], await ShardsOfAsync(leases[0].Job, rejected: 6), [], Now, Token);
            await LeaderJobs.FinishAsync(leases[1], await ShardsOfAsync(leases[1].Job, rejected: 2), [], Now, Token);
            await UploadAsync(task, 3, 5);

            await using (DatabaseGate gate = await DatabaseGate.BeforeRowLocksAsync(Database, "leader_selected_batches"))
            {
                Task<int>[] creators = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() => LeaderJobs.CreateAsync(task, AnySize, Now, Token)))];
                await gate.WaitForAsync(1, creators);
                await gate.OpenAsync();
                await Task.WhenAll(creators);
            }

            Assert.That(
                await ScalarAsync<long[]>($"SELECT array_agg(assigned_count ORDER BY assigned_count DESC) FROM leader_selected_batches WHERE task_key = {task.Key}"),
                Is.EqualTo((long[])[10, 5]));
            await FinishAllAsync(Now);
        }

        await AssertSoundAsync();
    }

    [Test]
    public async Task Batches_that_are_filled_emptied_and_selected_at_once_are_never_overfull_and_a_selected_one_stays_as_it_is()
    {
        DapTask task = await AddTaskAsync(BatchMode.LeaderSelected);
        List<(BatchRange Range, long Count)> selected = [];
        for (int round = 0; round < Rounds; round++)
        {
            await UploadAsync(task, 23, 5);
            await LeaderJobs.CreateAsync(task, Small, Now, Token);
            Lease<LeaderAggregationJob>[] jobs = [.. await LeaderJobs.AcquireAsync(100, Minute, Now, Token)];
            foreach (Lease<LeaderAggregationJob> job in jobs[..^3])
            {
                await LeaderJobs.FinishAsync(job, await ShardsOfAsync(job.Job), [], Now, Token);
            }

            await UploadAsync(task, 5, 5);
            Lease<CollectionJob>[] collections = [await CollectAsync(task, null, Now), await CollectAsync(task, null, Now)];
            List<Func<Task<BatchRange?>>> contenders = [];
            foreach (Lease<LeaderAggregationJob> job in jobs[^3..])
            {
                // Each gives room back.
                BatchBucketShard[] shards = await ShardsOfAsync(job.Job, rejected: 1);
                contenders.Add(async () =>
                {
                    Assert.That(await LeaderJobs.FinishAsync(job, shards, [], Now, Token), Is.True);
                    return null;
                });
            }

            contenders.AddRange(collections.Select(lease => (Func<Task<BatchRange?>>)(() => CollectionJobs.SelectBatchAsync(lease, 10, Token))));
            contenders.Add(async () =>
            {
                await LeaderJobs.CreateAsync(task, Small, Now, Token);
                return null;
            });
            Func<Task<BatchRange?>>[] shuffled = [.. contenders];
            new Random(round).Shuffle(shuffled);

            BatchRange?[] ranges;
            await using (DatabaseGate gate = await DatabaseGate.BeforeRowLocksAsync(Database, "leader_selected_batches"))
            {
                ranges = await gate.QueueAsync(shuffled);
            }

            await AssertBatchesAsync();
            foreach (BatchRange range in ranges.OfType<BatchRange>())
            {
                selected.Add((range, (await Batches.SummarizeAsync(task.Key, range, Token)).ReportCount));
            }

            foreach (Lease<CollectionJob> collection in collections)
            {
                await CollectionJobs.ReleaseAsync(collection, Now + TimeSpan.FromDays(1), Token);
            }
        }

        Assert.That(selected.Select(one => one.Range), Is.Unique.And.Not.Empty);
        foreach ((BatchRange range, long count) in selected)
        {
            Assert.That(await Batches.SummarizeAsync(task.Key, range, Token), Is.EqualTo(new BatchSummary(count, 0, false)));
            Assert.That(count, Is.EqualTo(10));
        }

        await AssertSoundAsync();
    }

    private async Task AssertBatchesAsync()
    {
        Assert.That(await CountAsync("leader_selected_batches WHERE assigned_count > 10"), Is.Zero, "overfull");
        Assert.That(
            await CountAsync($"""
                leader_selected_batches AS b WHERE assigned_count <>
                    (SELECT coalesce(sum(report_count), 0) FROM batch_bucket_shards AS s WHERE s.task_key = b.task_key AND s.bucket = b.batch_id)
                    + (SELECT coalesce(sum(report_count), 0) FROM aggregation_jobs AS j
                        WHERE j.task_key = b.task_key AND j.batch_id = b.batch_id AND j.state = {AggregationJobState.InProgress:d})
                """),
            Is.Zero,
            "reports in no count, or in two");
        Assert.That(
            await CountAsync($"leader_selected_batches AS b JOIN aggregation_jobs AS j USING (task_key, batch_id) WHERE b.collection_job_id IS NOT NULL AND j.state = {AggregationJobState.InProgress:d}"),
            Is.Zero,
            "a selected batch takes more reports");
    }

    private async Task AssertEveryReportIsInOneJobAsync() => Assert.That(
        await CountAsync("""
            aggregation_jobs AS j
            WHERE report_count <> (SELECT count(DISTINCT r.ord) FROM unaggregated_reports AS r WHERE r.task_key = j.task_key AND r.aggregation_job_id = j.aggregation_job_id)
                OR report_count <> (SELECT count(*) FROM unaggregated_reports AS r WHERE r.task_key = j.task_key AND r.aggregation_job_id = j.aggregation_job_id)
            """),
        Is.Zero);
}
