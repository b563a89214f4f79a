using Janus.Datastore;

namespace Janus.IntegrationTests.Datastore;

/// <summary>A batch is read page by page, whatever the number of its shards.</summary>
public sealed class BatchStoreTests : DatastoreFixture
{
    private static readonly AggregationJobLimits OneReportEach = new(1, 1, TimeSpan.Zero);

    [Test]
    public async Task Every_shard_of_a_batch_of_many_pages_is_merged_once_and_the_batch_can_be_fenced()
    {
        DapTask task = await AddTaskAsync();
        UploadedReport[] reports = [.. await UploadAsync(task, 30, 5), .. await UploadAsync(task, 17, 6), .. await UploadAsync(task, 3, 8)];
        await LeaderJobs.CreateAsync(task, OneReportEach, Now, Token);
        await FinishAllAsync(Now);

        List<byte[]> shares = [];
        StoredBatch batch = await Batches.ReadAsync(task.Key, Range(5, 3), share => shares.Add(share.ToArray()), Token);
        Lease<CollectionJob> lease = await CollectAsync(task, Range(5, 3), Now);
        FenceOutcome outcome = await CollectionJobs.FenceAsync(lease, batch, [1], batch.ReportInterval, Now, Token);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(shares, Has.Count.EqualTo(47).And.All.EqualTo((byte[])[1, 42]));
            Assert.That((batch.ReportCount, batch.MinTime, batch.MaxTime), Is.EqualTo((47, 5, 6)));
            Assert.That(batch.Checksum, Is.EqualTo(ChecksumOf(reports.Take(47).Select(report => report.Id))));
            Assert.That(outcome, Is.EqualTo(FenceOutcome.Fenced));
        }
    }

    [Test]
    public async Task Another_aggregation_parameter_in_a_batch_is_noticed_in_its_own_buckets_only()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 2, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await ScalarAsync<long>("WITH changed AS (UPDATE aggregation_jobs SET agg_param = '\\x0102' RETURNING 1) SELECT count(*) FROM changed");
        await UploadAsync(task, 2, 7);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await FinishAllAsync(Now);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Batches.HasOtherAggParamAsync(task.Key, Range(5, 1), [1, 2], Token), Is.False);
            Assert.That(await Batches.HasOtherAggParamAsync(task.Key, Range(5, 1), [], Token), Is.True);
            Assert.That(await Batches.HasOtherAggParamAsync(task.Key, Range(7, 1), [], Token), Is.False);
            Assert.That(await Batches.HasOtherAggParamAsync(task.Key, Range(5, 3), [1, 2], Token), Is.True);
            Assert.That(await Batches.HasOtherAggParamAsync(task.Key, Range(1, 1), [1], Token), Is.False);
        }
    }
}
