using System.Net;
using Janus.Aggregator;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.IntegrationTests.Http;
using Janus.IntegrationTests.Telemetry;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Collection;

/// <summary>The Leader's collection jobs from the request to the result, and against a Helper that misbehaves: DAP §4.6 (collect-flow).</summary>
public sealed class LeaderCollectionJobTests : DeploymentFixture
{
    private const string MediaType = "application/ppm-dap;message=aggregate-share";

    [Test]
    public async Task An_interval_is_collected_once_and_the_answer_stays_the_same()
    {
        TestTask task = await Deployment.AddTaskAsync();
        MadeReport[] reports = await Deployment.UploadAsync(task, 0, 1, 1, 2);
        CollectionJobReq request = TestDeployment.RequestFor(task);
        CollectedBatch batch = await Deployment.CollectAsync(task, request);
        HttpAnswer polled = await RawHttp.GetAsync(batch.Job, task.CollectorToken);
        HttpAnswer again = await Deployment.CreateCollectionJobAsync(task, request);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(batch.Aggregate, Is.EqualTo(new UInt128[] { 1, 2, 1, 0 }));
            Assert.That(batch.ReportCount, Is.EqualTo(4));
            Assert.That(batch.Interval, Is.EqualTo(Interval.Of(reports[0].Time)));
            Assert.That(polled.ContentType, Is.EqualTo("application/ppm-dap;message=collection-job-resp"));
            Assert.That(polled.RetryAfter, Is.Null);
            Assert.That(again.Status, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(again.Body, Is.EqualTo(polled.Body));
            Assert.That(Deployment.At(again), Is.EqualTo(batch.Job));
            Assert.That(AggregateShareRequests(task), Has.Length.EqualTo(1));
        }

        Time inBatch = reports[0].Time;
        CollectionJobReq overlapping = request with { Query = Query.TimeInterval(Interval.Of(inBatch)) };
        HttpAnswer refused = await Deployment.CreateCollectionJobAsync(task, overlapping);
        Assert.That(refused.Problem.DapType, Is.EqualTo(DapProblemType.BatchOverlap));
        Assert.That(async () => await Deployment.UploadAsync(task, 1), Throws.InvalidOperationException, "a report of the collected interval");
    }

    [Test]
    public async Task The_interval_of_the_answer_is_the_smallest_with_all_aggregated_reports(
        [Values(BatchMode.TimeInterval, BatchMode.LeaderSelected)] BatchMode mode)
    {
        // Whichever come first, all five fit into one batch of the Leader's choice.
        TestTask task = await Deployment.AddTaskAsync(
            new TestTaskOptions { BatchMode = mode, TargetBatchSize = mode == BatchMode.LeaderSelected ? 5UL : null });
        Time now = TestDeployment.CurrentTime;
        ReportFactory sealedForNobody = new(task, await Deployment.Leader.HpkeConfigAsync(), null, now);
        ReportFactory reports = await Deployment.ReportsAsync(task);
        ReportShape[] shapes = [At(5), At(2), At(4)];
        // The Helper rejects the first and the last; their times are in the query, but in no batch.
        await Deployment.UploadAsync(task, [sealedForNobody.Make(At(7)), .. shapes.Select(reports.Make), sealedForNobody.Make(At(0))]);
        CollectionJobReq request = mode == BatchMode.TimeInterval
            ? new CollectionJobReq(Query.TimeInterval(new Interval(new Time(now.Value - 10), new Duration(20))), default, [])
            : TestDeployment.RequestFor(task);

        CollectedBatch batch = await Deployment.CollectAsync(task, request);

        Assert.That(batch.ReportCount, Is.EqualTo(3));
        Assert.That(batch.Interval, Is.EqualTo(new Interval(new Time(now.Value - 5), new Duration(4))));

        ReportShape At(ulong age) => new() { Measurement = 1, Time = new Time(now.Value - age) };
    }

    [Test]
    public async Task Two_leader_selected_collections_with_a_delete_between_give_two_batches()
    {
        TestTask task = await Deployment.AddTaskAsync(new TestTaskOptions { BatchMode = BatchMode.LeaderSelected });
        await Deployment.UploadAsync(task, 0, 0, 1);
        CollectedBatch first = await Deployment.CollectAsync(task);
        CollectedBatch same = await Deployment.CollectAsync(task);
        Assert.That(same.Job, Is.EqualTo(first.Job), "the job counts as existing until it is deleted");

        Assert.That((await RawHttp.DeleteAsync(first.Job, task.CollectorToken)).Status, Is.EqualTo(HttpStatusCode.OK));
        await Deployment.UploadAsync(task, 2, 3, 3);
        CollectedBatch second = await Deployment.CollectAsync(task);
        Assert.That(second.Job, Is.Not.EqualTo(first.Job));
        Assert.That(first.Aggregate, Is.EqualTo(new UInt128[] { 2, 1, 0, 0 }));
        Assert.That(second.Aggregate, Is.EqualTo(new UInt128[] { 0, 0, 1, 2 }));
        AggregateShareReq[] asked = [.. AggregateShareRequests(task).Select(request => WireMessage.Decode<AggregateShareReq>(request.Body))];
        Assert.That(asked.Select(request => request.BatchSelector).Distinct().Count(), Is.EqualTo(2));
    }

    [Test]
    public async Task A_job_waits_for_enough_reports_without_counting_the_waits_as_failures()
    {
        TestTask task = await Deployment.AddTaskAsync();
        await Deployment.UploadAsync(task, 0, 1);
        HttpAnswer created = await Deployment.CreateCollectionJobAsync(task, TestDeployment.RequestFor(task));
        Uri job = Deployment.At(created);
        // Each finished aggregation job wakes the collection job, which then waits again.
        Assert.That(
            () => LeaderScalarAsync<long>(task, "coalesce(sum(report_count), 0)::bigint", "batch_bucket_shards"), Is.EqualTo(2).After(20_000, 50));
        Assert.That(
            () => LeaderScalarAsync<int>(task, "lease_attempts", "collection_jobs"), Is.Zero.After(20_000, 50));
        HttpAnswer waiting = await RawHttp.GetAsync(job, task.CollectorToken);
        Assert.That((waiting.Status, waiting.Body.Length, waiting.RetryAfter), Is.EqualTo((HttpStatusCode.OK, 0, "1")));
        Assert.That(AggregateShareRequests(task), Is.Empty);

        await Deployment.UploadAsync(task, 1);
        HttpAnswer ended = await TestDeployment.AwaitAsync(task, job);
        Assert.That(ended.Decode<CollectionJobResp>().ReportCount, Is.EqualTo(3));
    }

    [Test]
    public async Task A_waiting_job_that_is_deleted_leaves_the_batch_to_the_next_one([Values(BatchMode.TimeInterval, BatchMode.LeaderSelected)] BatchMode mode)
    {
        TestTask task = await Deployment.AddTaskAsync(new TestTaskOptions { BatchMode = mode });
        HttpAnswer created = await Deployment.CreateCollectionJobAsync(task, TestDeployment.RequestFor(task));
        await RawHttp.DeleteAsync(Deployment.At(created), task.CollectorToken);
        await Deployment.UploadAsync(task, 3, 3, 3);
        CollectedBatch batch = await Deployment.CollectAsync(task);
        Assert.That(batch.Job, Is.Not.EqualTo(Deployment.At(created)));
        Assert.That(batch.Aggregate, Is.EqualTo(new UInt128[] { 0, 0, 0, 3 }));
    }

    [Test]
    public async Task A_job_that_the_helper_refuses_shows_its_problem_and_the_batch_can_be_collected_again(
        [Values(BatchMode.TimeInterval, BatchMode.LeaderSelected)] BatchMode mode)
    {
        TestTask task = await Deployment.AddTaskAsync(new TestTaskOptions { BatchMode = mode });
        Between.ScriptFirst(IsShare, ScriptedHelper.Problem(DapProblemType.BatchMismatch, "the Helper counts otherwise"));
        await Deployment.UploadAsync(task, 0, 2, 2);
        CollectionJobReq request = TestDeployment.RequestFor(task);
        Uri job = Deployment.At(await Deployment.CreateCollectionJobAsync(task, request));
        HttpAnswer failed = await TestDeployment.AwaitAsync(task, job);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(failed.Status, Is.EqualTo(HttpStatusCode.Conflict));
            Assert.That(failed.ContentType, Is.EqualTo("application/problem+json"));
            Assert.That(failed.Problem.DapType, Is.EqualTo(DapProblemType.BatchMismatch));
            Assert.That(failed.Problem.Detail, Does.Contain("the Helper counts otherwise"));
            Assert.That(failed.Problem.TaskId, Is.EqualTo(task.Id.ToString()));
        }

        CollectedBatch batch = await Deployment.CollectAsync(task, request);
        Assert.That(batch.Job, Is.Not.EqualTo(job));
        Assert.That(batch.Aggregate, Is.EqualTo(new UInt128[] { 1, 0, 2, 0 }));
        Assert.That((await RawHttp.GetAsync(job, task.CollectorToken)).Problem.DapType, Is.EqualTo(DapProblemType.BatchMismatch));
    }

    [Test]
    public async Task A_failing_helper_gets_the_identical_request_until_it_gives_its_share()
    {
        TestTask task = await Deployment.AddTaskAsync();
        Between.ScriptFirst(
            IsShare,
            ScriptedHelper.Status(HttpStatusCode.InternalServerError),
            ScriptedHelper.Status(HttpStatusCode.Unauthorized),
            ScriptedHelper.Answer(MediaType, []),
            ScriptedHelper.Answer(MediaType, [1, 2, 3]),
            ScriptedHelper.Answer(MediaType, new byte[1 << 20]),
            ScriptedHelper.Answer("text/html", [1]),
            Between.LoseAnswer());
        await Deployment.UploadAsync(task, 0, 1, 2);
        CollectedBatch batch = await Deployment.CollectAsync(task);
        Assert.That(batch.Aggregate, Is.EqualTo(new UInt128[] { 1, 1, 1, 0 }));
        ScriptedRequest[] requests = AggregateShareRequests(task);
        Assert.That(requests, Has.Length.EqualTo(8));
        Assert.That(requests.Select(request => request.Body), Is.All.EqualTo(requests[0].Body));
    }

    [Test]
    public async Task A_share_that_comes_late_or_stalls_is_asked_for_again_and_is_the_same()
    {
        TestTask task = await Deployment.AddTaskAsync();
        Between.ScriptFirst(IsShare, Between.Delay(TimeSpan.FromSeconds(3)), Between.StallHalfway());
        await Deployment.UploadAsync(task, 0, 1, 2);
        CollectedBatch batch = await Deployment.CollectAsync(task);
        Assert.That(batch.Aggregate, Is.EqualTo(new UInt128[] { 1, 1, 1, 0 }));
        Assert.That(AggregateShareRequests(task), Has.Length.EqualTo(3));
        Assert.That(await HelperScalarAsync<long>(task, "count(*)", "collected_batches"), Is.EqualTo(1));
        Assert.That(await HelperScalarAsync<long>(task, "count(*)", "aggregate_shares"), Is.EqualTo(1));
    }

    [Test]
    public async Task The_helper_is_asked_with_the_count_the_checksum_and_the_request_of_the_collector()
    {
        TestTask task = await Deployment.AddTaskAsync();
        MadeReport[] reports = await Deployment.UploadAsync(task, 0, 1, 2);
        CollectionJobReq request = TestDeployment.RequestFor(task);
        await Deployment.CollectAsync(task, request);
        AggregateShareReq asked = WireMessage.Decode<AggregateShareReq>(AggregateShareRequests(task).Single().Body);
        Assert.That(asked.CollectionJobReq, Is.EqualTo(request));
        Assert.That(asked.ReportCount, Is.EqualTo(3));
        Assert.That(asked.Checksum, Is.EqualTo(ReportIdChecksum.Of(reports.Select(report => report.Id))));
        Assert.That(asked.BatchSelector, Is.EqualTo(new BatchSelector(BatchMode.TimeInterval, request.Query.Config)));
    }

    [Test]
    public async Task A_collection_that_expires_while_it_waits_fails_and_is_counted()
    {
        using Measurements measurements = new(Deployment.Leader.Get<AggregatorMetrics>().Meter);
        TestTask task = await Deployment.AddTaskAsync();
        Interval longAgo = new(new Time(TestDeployment.CurrentTime.Value - 100_000), new Duration(10));
        HttpAnswer created = await Deployment.CreateCollectionJobAsync(
            task, TestDeployment.RequestFor(task) with { Query = Query.TimeInterval(longAgo) });

        await Deployment.Leader.Get<TaskStore>().ShortenReportExpiryAgeAsync(task.Id, 10, CancellationToken.None);

        HttpAnswer failed = await TestDeployment.AwaitAsync(task, Deployment.At(created));
        Assert.That(failed.Problem.DapType, Is.EqualTo(DapProblemType.BatchInvalid));
        Assert.That(() => measurements.SumsOf("janus.collection.jobs"), Contains.Key("outcome=batch_invalid").After(5_000, 20));
    }

    private static bool IsShare(ScriptedRequest request) => request.IsAggregateShare;
}
