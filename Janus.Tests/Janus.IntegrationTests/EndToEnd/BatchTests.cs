using Janus.Client;
using Janus.Collector;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.EndToEnd;

[TestFixture(false)]
[TestFixture(true)]
public sealed class BatchTests(bool asynchronous) : EndToEndFixture(asynchronous)
{
    private static readonly VdafDescription Vdaf = VdafDescription.Sum(100);

    [Test]
    [CancelAfter(120_000)]
    public async Task Leader_selected_batches_are_collected_one_after_the_other()
    {
        DeployedTask task = await AddTaskAsync(Vdaf, BatchMode.LeaderSelected, minBatchSize: 25);
        for (int batch = 0; batch < 3; batch++)
        {
            TestMeasurement[] measurements = await UploadAsync(task, 25);
            AssertAggregate(await task.CollectAsync(Then, Token), measurements);
        }
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Every_report_is_in_exactly_one_leader_selected_batch()
    {
        DeployedTask task = await AddTaskAsync(Vdaf, BatchMode.LeaderSelected, minBatchSize: 20);
        TestMeasurement[] measurements = await UploadAsync(task, 60);
        List<CollectionResult> results = [];
        for (int batch = 0; batch < 3; batch++)
        {
            results.Add(await task.CollectAsync(Then, Token));
        }

        Assert.That(results.Select(result => result.ReportCount), Is.All.EqualTo(20));
        AssertAggregate(results, measurements);
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Every_interval_has_an_aggregate_of_its_own()
    {
        DeployedTask task = await AddTaskAsync(Vdaf, BatchMode.TimeInterval, minBatchSize: 20);
        List<TestMeasurement[]> hours = [];
        for (int hour = 5; hour >= 3; hour--)
        {
            hours.Add(Measurements(Vdaf, 20 + hour));
            await task.UploadAsync(hours[^1], DeployedTask.HoursAgo(hour), Token);
        }

        AssertAggregate(await task.CollectAsync(DeployedTask.HoursAgo(4), Token), hours[1]);
        AssertAggregate(await task.CollectAsync(DeployedTask.HoursAgo(5), Token), hours[0]);
        AssertAggregate(await task.CollectAsync(DeployedTask.HoursAgo(3), Token), hours[2]);
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task An_interval_of_several_hours_has_one_aggregate()
    {
        DeployedTask task = await AddTaskAsync(Vdaf, BatchMode.TimeInterval, minBatchSize: 20);
        TestMeasurement[] first = Measurements(Vdaf, 11);
        TestMeasurement[] last = Measurements(Vdaf, 12);
        await task.UploadAsync(first, DeployedTask.HoursAgo(5), Token);
        await task.UploadAsync(last, DeployedTask.HoursAgo(3), Token);

        AssertAggregate(
            await task.Collector.CollectAsync(task.QueryFrom(DeployedTask.HoursAgo(6), hours: 4), cancellationToken: Token), [.. first, .. last]);
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Collected_interval_can_neither_be_collected_again_nor_take_reports()
    {
        DeployedTask task = await AddTaskAsync(Vdaf, BatchMode.TimeInterval, minBatchSize: 20);
        await UploadAsync(task, 20);
        await task.CollectAsync(Then, Token);

        DapResponseException? same = await Assert.ThrowsAsync<DapResponseException>(() => task.CollectAsync(Then, Token));
        DapResponseException? wider = await Assert.ThrowsAsync<DapResponseException>(
            () => task.Collector.CollectAsync(task.QueryFrom(Then.AddHours(-1), hours: 2), cancellationToken: Token));
        ReportRefusedException? late = await Assert.ThrowsAsync<ReportRefusedException>(
            () => task.Client.UploadAsync(Measurements(Vdaf, 1)[0].Measurement, Then, Token));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(same?.Type, Is.EqualTo(DapProblemType.BatchOverlap));
            Assert.That(wider?.Type, Is.EqualTo(DapProblemType.BatchOverlap));
            Assert.That(late?.Error, Is.EqualTo(ReportError.ReportReplayed));
        }

        TestMeasurement[] before = Measurements(Vdaf, 20);
        await task.UploadAsync(before, Then.AddHours(-1), Token);
        AssertAggregate(await task.CollectAsync(Then.AddHours(-1), Token), before);
    }

    [TestCase(BatchMode.TimeInterval)]
    [TestCase(BatchMode.LeaderSelected)]
    [CancelAfter(120_000)]
    public async Task Collection_asked_for_before_any_report_ends_soon_after_the_last(BatchMode batchMode)
    {
        DeployedTask task = await AddTaskAsync(Vdaf, batchMode, minBatchSize: 30);
        CollectionJobState asked = await task.Collector.CreateAsync(task.QueryFrom(Then), Token);
        Assert.That(asked.IsReady, Is.False);
        TestMeasurement[] first = await UploadAsync(task, 29);
        await task.WaitForAggregatedAsync(29, Token);
        Assert.That((await task.Collector.PollAsync(asked.Job, Token)).IsReady, Is.False);

        TestMeasurement[] last = await UploadAsync(task, 1);
        CollectionResult result = await task.Collector.CollectAsync(asked.Job, cancellationToken: Token).WaitAsync(TimeSpan.FromSeconds(60), Token);

        AssertAggregate(result, [.. first, .. last]);
    }
}
