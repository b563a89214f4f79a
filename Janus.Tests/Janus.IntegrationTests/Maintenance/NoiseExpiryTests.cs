using System.Security.Cryptography;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.IntegrationTests.Maintenance;

/// <summary>A batch gets noise once: what has been drawn for it goes when it cannot be collected any more, and not before.</summary>
public sealed class NoiseExpiryTests : GarbageFixture
{
    private static readonly byte[] Drawn = [1, 2, 3, 4];

    [Test]
    public async Task Noise_of_an_interval_stays_until_all_of_it_has_expired_and_its_shares_are_gone()
    {
        DapTask task = await AddExpiringTaskAsync();
        await AddNoiseAsync(task, LongAgo, LongAgo + 1);
        await AddNoiseAsync(task, LongAgo + 10, NowHour);
        await FillAsync(task, LongAgo + 5);
        await AddNoiseAsync(task, LongAgo + 4, LongAgo + 6);
        await ExecuteAsync($"UPDATE collection_jobs SET state = {CollectionJobState.Waiting:d}");

        await CollectAsync();
        Assert.That(await FirstBucketsAsync(), Is.EqualTo([LongAgo + 4, LongAgo + 5, LongAgo + 10]), "a collection job waits for one, another is live");
        Assert.That((await RowsAsync(task))["collected_batches"], Is.EqualTo(1), "its mark goes with the shares, too");

        await ExecuteAsync($"UPDATE collection_jobs SET state = {CollectionJobState.Failed:d}");
        await CollectAsync();
        Assert.That(await FirstBucketsAsync(), Is.EqualTo([LongAgo + 10]));
        Assert.That((await RowsAsync(task))["collected_batches"], Is.Zero);

        async Task<ulong[]> FirstBucketsAsync()
        {
            long[] times = await ScalarAsync<long[]>(
                "SELECT array_agg(('x' || encode(first_bucket, 'hex'))::bit(64)::bigint ORDER BY first_bucket) FROM batch_noise");
            return [.. times.Select(time => (ulong)time)];
        }
    }

    [Test]
    public async Task Noise_of_a_batch_of_the_leaders_choice_stays_as_long_as_its_shares()
    {
        DapTask task = await AddExpiringTaskAsync(BatchMode.LeaderSelected);
        await FillAsync(task, LongAgo, 3);
        byte[][] batches = await ScalarAsync<byte[][]>("SELECT array_agg(batch_id ORDER BY batch_id) FROM leader_selected_batches");
        string waited = $"'\\x{Convert.ToHexString(batches[0])}'";
        string live = $"'\\x{Convert.ToHexString(batches[1])}'";
        await ExecuteAsync($"""
            UPDATE collection_jobs SET state = {CollectionJobState.Waiting:d} WHERE first_bucket = {waited};
            UPDATE leader_selected_batches SET collection_job_id = (SELECT collection_job_id FROM collection_jobs WHERE first_bucket = {waited})
                WHERE batch_id = {waited};
            UPDATE batch_bucket_shards SET max_time = {NowHour} WHERE bucket = {live};
            """);

        await CollectAsync();
        Assert.That(await ScalarAsync<byte[][]>("SELECT array_agg(first_bucket ORDER BY first_bucket) FROM batch_noise"), Is.EqualTo(batches[..2]));
    }

    [TestCase(BatchMode.TimeInterval)]
    [TestCase(BatchMode.LeaderSelected)]
    public async Task A_batch_whose_noise_has_gone_cannot_be_collected_again(BatchMode batchMode)
    {
        DapTask task = await AddExpiringTaskAsync(batchMode);
        await UploadAsync(task, 12, NowHour - Age);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await FinishAllAsync(Now);
        BatchRange? interval = batchMode == BatchMode.TimeInterval ? Range(NowHour - Age, 1) : null;
        Lease<CollectionJob> lease = await CollectAsync(task, interval, Now);
        BatchRange range = (await CollectionJobs.SelectBatchAsync(lease, 10, task.FirstLiveTime(Now), Token))!;
        StoredBatch batch = await Batches.ReadAsync(task.Key, range, _ => { }, Token);
        Assert.That(
            await CollectionJobs.FenceAsync(lease, batch, [1], batch.ReportInterval, Now, Token, new BatchNoise(task.Key, range, [], Drawn)),
            Is.EqualTo(FenceOutcome.Fenced));
        await CollectionJobs.FailAsync(lease, "batchMismatch", "", Now, Token);
        Lease<CollectionJob>? waiting = interval is null ? await CollectAsync(task, null, Now) : null;

        await CollectAsync(at: Now.AddHours(2));
        Assert.That((await Get<BatchNoiseStore>().FindAsync(task.Key, range, [], Token))?.Share, Is.EqualTo(Drawn), "the grace period is not over");

        // Longer after its reports than after it was drawn.
        DateTimeOffset later = Now.AddDays(1).AddHours(2);
        await CollectAsync(at: later);
        Assert.That((await Batches.SummarizeAsync(task.Key, range, 0, Token)).ReportCount, Is.Zero);
        if (interval is not null)
        {
            Assert.That(await Get<BatchNoiseStore>().FindAsync(task.Key, range, [], Token), Is.Null);
            byte[] request = [9];
            Assert.That(
                await CollectionJobs.CreateAsync(task, CollectionJobId.Random(), request, SHA256.HashData(request), [], interval, later, Token),
                Is.InstanceOf<CollectionJobCreation.Expired>());
            return;
        }

        Assert.That(await CollectionJobs.SelectBatchAsync(waiting!, 10, task.FirstLiveTime(later), Token), Is.Null);
        await CollectAsync(at: Now.AddDays(20));
        Assert.That(await Get<BatchNoiseStore>().FindAsync(task.Key, range, [], Token), Is.Null);
        Assert.That((await RowsAsync(task))["leader_selected_batches"], Is.Zero);
    }

    private Task AddNoiseAsync(DapTask task, ulong first, ulong last) => ExecuteAsync(
        $"INSERT INTO batch_noise VALUES ({task.Key}, int8send({first}), int8send({last}), sha256(''), '', to_timestamp({first * 3600}))");
}
