using Janus.Dap;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Collection;

/// <summary>Collection jobs whose interval uploads keep arriving in: DAP §4.6.1 (collect-init).</summary>
public sealed class UploadStreamTests : DeploymentFixture
{
    [Test]
    public async Task A_stream_of_uploads_that_never_ends_does_not_hold_a_collection_up_and_no_accepted_report_is_lost(
        [Values] bool asynchronous, [Values] bool hasAggParam)
    {
        TestTask task = await Deployment.AddTaskAsync(new TestTaskOptions
        {
            MultiRound = new MultiRoundVdaf(1, hasAggParam),
            Asynchronous = asynchronous,
            MinBatchSize = 3,
        });
        CollectionJobReq request = TestDeployment.RequestFor(task) with { AggParam = hasAggParam ? MultiRoundVdaf.AggParam(1) : [] };
        ReportFactory reports = await Deployment.ReportsAsync(task);
        int accepted = 3;
        await Deployment.UploadAsync(task, reports.Make(1, 1, 1));

        // Before the Helper hears of one aggregation job, the report of the next one is there: there is always one to wait for.
        Between.Script(async (one, _) =>
        {
            if (one.IsAggregationJob && await IsAcceptedAsync(task, reports.Make(1)))
            {
                Interlocked.Increment(ref accepted);
            }

            return false;
        });
        CollectedBatch batch = await Deployment.CollectAsync(task, request);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(batch.ReportCount, Is.EqualTo((ulong)Volatile.Read(ref accepted)));
            Assert.That(batch.Aggregate, Is.EqualTo(new UInt128[] { batch.ReportCount }));
            Assert.That(await AggregatedAsync(task), Is.EqualTo(((long)batch.ReportCount, (long)batch.ReportCount)));
            Assert.That(await LeaderScalarAsync<long>(task, "count(*)", "unaggregated_reports"), Is.Zero);
            Assert.That(await IsAcceptedAsync(task, reports.Make(1)), Is.False);
        }
    }

    [Test]
    public async Task Uploads_from_many_sides_are_all_in_the_batch_or_refused()
    {
        TestTask task = await Deployment.AddTaskAsync();
        ReportFactory reports = await Deployment.ReportsAsync(task);
        using CancellationTokenSource collected = new();
        Task<int>[] uploads = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            int accepted = 0;
            while (!collected.IsCancellationRequested)
            {
                accepted += await IsAcceptedAsync(task, reports.Make(2)) ? 1 : 0;
            }

            return accepted;
        }))];
        CollectedBatch batch = await Deployment.CollectAsync(task);
        await collected.CancelAsync();
        int sum = (await Task.WhenAll(uploads)).Sum();
        Assert.That(batch.ReportCount, Is.EqualTo((ulong)sum));
        Assert.That(batch.Aggregate, Is.EqualTo(new UInt128[] { 0, 0, batch.ReportCount, 0 }));
        Assert.That(await AggregatedAsync(task), Is.EqualTo(((long)sum, (long)sum)));
    }

    private async Task<bool> IsAcceptedAsync(TestTask task, MadeReport[] reports)
    {
        HttpAnswer answer = await RawHttp.PostAsync(
            new Uri(Deployment.Leader.Endpoint, $"tasks/{task.Id}/reports"), DapVersion.Newest.MediaTypes.UploadRequest, ReportFactory.UploadBody(reports));
        Assert.That((int)answer.Status, Is.EqualTo(200));
        return answer.Body.Length == 0;
    }
}
