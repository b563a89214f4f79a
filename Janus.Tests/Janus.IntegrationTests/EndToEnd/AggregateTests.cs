using Janus.Collector;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.EndToEnd;

[TestFixture(false)]
[TestFixture(true)]
public sealed class AggregateTests(bool asynchronous) : EndToEndFixture(asynchronous)
{
    private static IEnumerable<TestCaseData> Vdafs() =>
        from vdaf in (VdafDescription[])
        [
            VdafDescription.Count(),
            VdafDescription.Sum(1000),
            VdafDescription.SumVec(8, 255),
            VdafDescription.Histogram(10),
            VdafDescription.MultihotCountVec(12, 3),
        ]
        from batchMode in (BatchMode[])[BatchMode.TimeInterval, BatchMode.LeaderSelected]
        select new TestCaseData(vdaf, batchMode).SetArgDisplayNames($"{vdaf}", $"{batchMode}");

    [TestCaseSource(nameof(Vdafs))]
    [CancelAfter(120_000)]
    public async Task Collected_aggregate_equals_the_sum_in_the_clear(VdafDescription vdaf, BatchMode batchMode)
    {
        DeployedTask task = await AddTaskAsync(vdaf, batchMode, minBatchSize: 40);
        TestMeasurement[] measurements = await UploadAsync(task, 40);

        CollectionResult result = await task.CollectAsync(Then, Token);

        AssertAggregate(result, measurements);
        Assert.That(result.Interval, Is.EqualTo(Interval.Of(Time.FromDateTimeOffset(Then, task.Configuration.TimePrecision))));
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task Reports_of_a_quarter_mebibyte_are_aggregated()
    {
        DeployedTask task = await AddTaskAsync(VdafDescription.SumVec(2000, 255), BatchMode.TimeInterval, minBatchSize: 12);
        TestMeasurement[] measurements = await UploadAsync(task, 12);

        AssertAggregate(await task.CollectAsync(Then, Token), measurements);
    }
}
