using System.Net;
using Janus.Codec;
using Janus.Dap;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Races;

/// <summary>Requests to a Leader at once, while its workers aggregate and collect.</summary>
public sealed class LeaderRequestRaceTests : DeploymentFixture
{
    private const int Rounds = 25;

    [Test]
    public async Task Identical_requests_make_one_collection_job([Values(BatchMode.TimeInterval, BatchMode.LeaderSelected)] BatchMode mode)
    {
        for (int round = 0; round < Rounds; round++)
        {
            TestTask task = await Deployment.AddTaskAsync(new TestTaskOptions { BatchMode = mode });
            CollectionJobReq request = TestDeployment.RequestFor(task);

            HttpAnswer[] answers;
            await using (DatabaseGate gate = await DatabaseGate.BeforeWritesAsync(Deployment.LeaderDatabase, "collection_jobs"))
            {
                Task<HttpAnswer>[] posts = [.. Enumerable.Range(0, 4).Select(_ => Deployment.CreateCollectionJobAsync(task, request))];
                await gate.WaitForAsync(posts.Length, posts, "CollectionJobStore.Insert");
                await gate.OpenAsync();
                answers = await Task.WhenAll(posts);
            }

            Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.OK));
            Assert.That(answers.Select(answer => answer.Location), Is.All.EqualTo(answers[0].Location));
            Assert.That(await LeaderScalarAsync<long>(task, "count(*)", "collection_jobs"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Every_report_that_is_acknowledged_while_its_batch_is_collected_is_in_the_batch()
    {
        long late = 0;
        await Parallel.ForAsync(0, Rounds, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (_, _) =>
        {
            TestTask task = await Deployment.AddTaskAsync();
            ReportFactory reports = await Deployment.ReportsAsync(task);
            MadeReport[][] uploads = [.. Enumerable.Range(0, 8).Select(_ => reports.Make(0, 1, 2))];
            Assert.That(await UploadAsync(task, uploads[0]), Is.EqualTo(3));

            Task<CollectedBatch> collecting = Deployment.CollectAsync(task);
            int acknowledged = 3;
            foreach (MadeReport[] upload in uploads[1..])
            {
                acknowledged += await UploadAsync(task, upload);
            }

            CollectedBatch batch = await collecting;
            Assert.That(batch.ReportCount, Is.EqualTo((ulong)acknowledged));
            Assert.That(batch.Aggregate, Is.EqualTo(new UInt128[] { (UInt128)acknowledged / 3, (UInt128)acknowledged / 3, (UInt128)acknowledged / 3, 0 }));
            Assert.That(await AggregatedAsync(Deployment.LeaderDatabase, task), Is.EqualTo(acknowledged));
            Assert.That(await AggregatedAsync(Deployment.HelperDatabase, task), Is.EqualTo(acknowledged));
            Assert.That(await LeaderScalarAsync<long>(task, "count(*)", "unaggregated_reports"), Is.Zero);
            Interlocked.Add(ref late, 24 - acknowledged);
        });
        await TestContext.Out.WriteLineAsync($"{late} of {Rounds * 24} reports came too late");
    }

    [Test]
    public async Task Of_collection_jobs_that_overlap_at_once_one_is_answered_and_the_others_fail()
    {
        await Parallel.ForAsync(0, Rounds, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (_, _) =>
        {
            TestTask task = await Deployment.AddTaskAsync();
            MadeReport[] reports = await Deployment.UploadAsync(task, 0, 1, 2, 3);
            ulong time = reports[0].Time.Value;
            CollectionJobReq[] requests = [RequestFor(time, 1), RequestFor(time - 3, 5), RequestFor(time - 5, 6)];

            HttpAnswer[] answers = await Task.WhenAll(requests.Select(async request =>
            {
                HttpAnswer created = await Deployment.CreateCollectionJobAsync(task, request);
                return created.Location is null ? created : await TestDeployment.AwaitAsync(task, Deployment.At(created));
            }));

            int winner = Array.FindIndex(answers, answer => answer.Status == HttpStatusCode.OK);
            Assert.That(winner, Is.Not.Negative);
            Assert.That(
                answers.Where((_, i) => i != winner).Select(answer => answer.Problem.DapType), Is.All.EqualTo(DapProblemType.BatchOverlap));
            CollectedBatch batch = CollectedBatch.Open(task, requests[winner], answers[winner], new Uri("job:winner"));
            Assert.That(batch.Aggregate, Is.EqualTo(new UInt128[] { 1, 1, 1, 1 }));
            Assert.That(await LeaderScalarAsync<long>(task, "count(*)", "collected_batches"), Is.EqualTo(1));
            Assert.That(await HelperScalarAsync<long>(task, "count(*)", "collected_batches"), Is.EqualTo(1));
        });
    }

    private static CollectionJobReq RequestFor(ulong start, ulong duration) =>
        new(Query.TimeInterval(new Interval(new Time(start), new Duration(duration))), default, []);

    // How many the Leader has taken; the others are of a batch that is collected.
    private async Task<int> UploadAsync(TestTask task, MadeReport[] reports)
    {
        HttpAnswer answer = await RawHttp.PostAsync(
            new Uri(Deployment.Leader.Endpoint, $"tasks/{task.Id}/reports"), DapVersion.Newest.MediaTypes.UploadRequest, ReportFactory.UploadBody(reports));
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK));
        IReadOnlyList<ReportUploadStatus> refused = answer.Body.Length == 0 ? [] : WireMessage.Decode<UploadErrors>(answer.Body).Status;
        Assert.That(refused.Select(status => status.Error), Is.All.EqualTo(ReportError.ReportReplayed));
        return reports.Length - refused.Count;
    }

    private Task<long> AggregatedAsync(TestDatabase database, TestTask task) => database == Deployment.LeaderDatabase
        ? LeaderScalarAsync<long>(task, "coalesce(sum(report_count), 0)::bigint", "batch_bucket_shards")
        : HelperScalarAsync<long>(task, "coalesce(sum(report_count), 0)::bigint", "batch_bucket_shards");
}
