using System.Net;
using Janus.Dap;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Aggregation;

/// <summary>
/// A Leader and a Helper with a VDAF of several rounds, whose aggregation parameter the Collector chooses: DAP §4.5.4
/// (agg-continue-flow).
/// </summary>
public sealed class MultiRoundTests : DeploymentFixture
{
    private static readonly byte[] AggParam = MultiRoundVdaf.AggParam(2, 5);

    [Test]
    public async Task Reports_of_a_vdaf_of_several_rounds_are_collected_with_the_collectors_parameter(
        [Range(1, 5)] int rounds, [Values(BatchMode.TimeInterval, BatchMode.LeaderSelected)] BatchMode batchMode, [Values] bool asynchronous)
    {
        TestTask task = await AddTaskAsync(rounds, batchMode, asynchronous);
        await Deployment.UploadAsync(task, 1, 2, 3);
        CollectedBatch batch = await Deployment.CollectAsync(task, RequestFor(task, AggParam));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(batch.ReportCount, Is.EqualTo(3));
            Assert.That(batch.Aggregate, Is.EqualTo(new UInt128[] { 12, 30 }));
            Assert.That(await LeaderScalarAsync<long>(task, "count(*)", "unaggregated_reports"), Is.Zero);
            Assert.That(await LeaderScalarAsync<long>(task, "count(verification)", "aggregation_jobs"), Is.Zero);
            Assert.That(await HelperScalarAsync<long>(task, "count(verification)", "aggregation_jobs"), Is.Zero);
        }
    }

    [Test]
    public async Task A_report_that_is_rejected_in_a_later_step_is_in_neither_sides_batch([Values] bool asynchronous)
    {
        TestTask task = await AddTaskAsync(4, BatchMode.TimeInterval, asynchronous);
        ulong[] flawed = [.. Enumerable.Range(0, 4).Select(round => MultiRoundVdaf.Flawed(1, round, MultiRoundFlaw.VerifierShares))];
        await Deployment.UploadAsync(task, [7, .. flawed, 8, 9]);
        CollectedBatch batch = await Deployment.CollectAsync(task, RequestFor(task, AggParam));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(batch.Aggregate, Is.EqualTo(new UInt128[] { 48, 120 }));
            Assert.That(await LeaderScalarAsync<long>(task, "sum(report_count)::bigint", "batch_bucket_shards"), Is.EqualTo(3));
            Assert.That(await HelperScalarAsync<long>(task, "sum(report_count)::bigint", "batch_bucket_shards"), Is.EqualTo(3));
        }
    }

    [Test]
    public async Task A_parameter_that_the_vdaf_does_not_take_is_refused()
    {
        TestTask task = await AddTaskAsync(2, BatchMode.TimeInterval, asynchronous: false);
        foreach (byte[] aggParam in new byte[][] { [], [1], [0, 0, 0, 0] })
        {
            HttpAnswer answer = await Deployment.CreateCollectionJobAsync(task, RequestFor(task, aggParam));
            Assert.That(answer.Problem.Type, Is.EqualTo(DapProblemType.InvalidAggregationParameter.Urn));
        }
    }

    [Test]
    public async Task A_collection_with_another_parameter_than_the_one_its_reports_went_to_fails()
    {
        TestTask task = await AddTaskAsync(2, BatchMode.TimeInterval, asynchronous: false);
        HttpAnswer older = await Deployment.CreateCollectionJobAsync(task, RequestFor(task, AggParam));
        HttpAnswer younger = await Deployment.CreateCollectionJobAsync(task, RequestFor(task, MultiRoundVdaf.AggParam(3)));
        await Deployment.UploadAsync(task, 1, 2, 3);

        HttpAnswer failed = await TestDeployment.AwaitAsync(task, Deployment.At(younger));
        HttpAnswer collected = await TestDeployment.AwaitAsync(task, Deployment.At(older));

        Assert.That(failed.Problem.DapType, Is.EqualTo(DapProblemType.InvalidMessage));
        Assert.That(collected.Status, Is.EqualTo(HttpStatusCode.OK));
    }

    private Task<TestTask> AddTaskAsync(int rounds, BatchMode batchMode, bool asynchronous) => Deployment.AddTaskAsync(new TestTaskOptions
    {
        MultiRound = new MultiRoundVdaf(rounds),
        BatchMode = batchMode,
        Asynchronous = asynchronous,
        MinBatchSize = 3,
    });

    private static CollectionJobReq RequestFor(TestTask task, byte[] aggParam) => TestDeployment.RequestFor(task) with { AggParam = aggParam };
}
