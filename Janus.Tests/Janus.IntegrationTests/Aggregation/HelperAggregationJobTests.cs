using System.Net;
using Janus.Aggregator;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Aggregation;

/// <summary>DAP §4.5.3.2 (aggregation-helper-init) over HTTP: jobs that succeed, and what happens to them afterwards.</summary>
/// <param name="asynchronous">Whether the Helper defers its answers.</param>
[TestFixture(false)]
[TestFixture(true)]
public sealed class HelperAggregationJobTests(bool asynchronous) : HelperFixture(asynchronous)
{
    [Test]
    public async Task Valid_reports_are_continued_in_order_and_the_leader_accepts_every_answer()
    {
        ScriptedLeader leader = await LeaderAsync();
        MadeReport[] reports = Reports(leader).Make(0, 1, 2, 3, 3);
        HttpAnswer answer = await leader.PostInitAsync(leader.InitBody(reports.Select(leader.Init)));
        AssertOk(answer);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.ContentType, Is.EqualTo("application/ppm-dap;message=aggregation-job-resp"));
            Assert.That(answer.Location, Does.Match($"^/tasks/{leader.Task.Id}/aggregation_jobs/[A-Za-z0-9_-]{{22}}$"));
            Assert.That(leader.Finish(answer), Is.EqualTo(reports.Select(report => report.Id)));
            Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(5));
            Assert.That(await CountAsync("report_ids", leader.Task), Is.EqualTo(5));
        }
    }

    [Test]
    public async Task The_location_keeps_the_base_path_of_the_helper()
    {
        TestTask task = new(new TestTaskOptions { Helper = new Uri("https://helper.example/some/base") });
        await Aggregator.AddTaskAsync(task.For(Role.Helper));
        ScriptedLeader leader = new(task, Aggregator.Endpoint);
        HttpAnswer answer = await leader.PostInitAsync(leader.InitBody(Reports(leader).Make(1).Select(leader.Init)));
        Assert.That(answer.Location, Does.StartWith($"/some/base/tasks/{task.Id}/aggregation_jobs/"));
    }

    [Test]
    public async Task An_identical_request_finds_the_same_job()
    {
        ScriptedLeader leader = await LeaderAsync();
        byte[] body = leader.InitBody(Reports(leader).Make(0, 1, 2).Select(leader.Init));
        HttpAnswer first = await leader.PostInitAsync(body);
        HttpAnswer second = await leader.PostInitAsync(body);
        AssertOk(second);
        Assert.That((second.Location, second.ContentType), Is.EqualTo((first.Location, first.ContentType)));
        Assert.That(second.Body, Is.EqualTo(first.Body));
        Assert.That(leader.Finish(second), Has.Count.EqualTo(3));
        Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(3));
    }

    [Test]
    public async Task Identical_requests_at_once_commit_once()
    {
        ScriptedLeader leader = await LeaderAsync();
        byte[] body = leader.InitBody(Reports(leader).Make(0, 1, 2, 3).Select(leader.Init));
        HttpAnswer[] answers = await RaceAsync(6, () => leader.PostInitAsync(body));
        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That(answers.Select(answer => answer.Location), Is.All.EqualTo(answers[0].Location));
        Assert.That(answers.Select(answer => answer.Body), Is.All.EqualTo(answers[0].Body));
        Assert.That(leader.Finish(answers[0]), Has.Count.EqualTo(4));
        Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(4));
        Assert.That(await CountAsync("aggregation_jobs", leader.Task), Is.EqualTo(1));
    }

    [Test]
    public async Task Different_jobs_with_one_report_in_common_commit_it_once()
    {
        ScriptedLeader leader = await LeaderAsync();
        VerifyInit shared = leader.Init(Reports(leader).Make(ReportShape.Valid));
        byte[][] bodies = [.. Reports(leader).Make(0, 1, 2, 3, 0).Select(own => leader.InitBody([leader.Init(own), shared]))];
        int next = -1;
        HttpAnswer[] answers = await RaceAsync(5, () => leader.PostInitAsync(bodies[Interlocked.Increment(ref next)]));
        VerifyResp[] ofShared = [.. answers.Select(answer => answer.Decode<AggregationJobResp>().VerifyResps[1])];
        Assert.That(ofShared.Count(response => response.VerifyRespType == VerifyRespType.Continue), Is.EqualTo(1));
        Assert.That(ofShared.Count(IsReplayed), Is.EqualTo(4));
        Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(6));
    }

    [Test]
    public async Task A_changed_request_with_the_same_reports_finds_every_one_replayed()
    {
        ScriptedLeader leader = await LeaderAsync();
        VerifyInit[] inits = [.. Reports(leader).Make(0, 1, 2).Select(leader.Init)];
        HttpAnswer first = await leader.PostInitAsync(leader.InitBody(inits));
        HttpAnswer changed = await leader.PostInitAsync(leader.InitBody(inits.Reverse()));
        AssertOk(changed);
        Assert.That(changed.Location, Is.Not.EqualTo(first.Location));
        VerifyResp[] responses = [.. changed.Decode<AggregationJobResp>().VerifyResps];
        Assert.That(responses.Select(response => response.ReportId), Is.EqualTo(inits.Reverse().Select(IdOf)));
        Assert.That(responses.Select(IsReplayed), Is.All.True);
        Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(3));
    }

    [Test]
    public async Task Replayed_report_is_rejected_alone()
    {
        ScriptedLeader leader = await LeaderAsync();
        VerifyInit[] inits = [.. Reports(leader).Make(0, 1, 2).Select(leader.Init)];
        await leader.PostInitAsync(leader.InitBody(inits[..2]));
        HttpAnswer answer = await leader.PostInitAsync(leader.InitBody(inits[1..]));
        VerifyResp[] responses = [.. answer.Decode<AggregationJobResp>().VerifyResps];
        Assert.That(IsReplayed(responses[0]), Is.True);
        Assert.That(leader.Finish(answer), Is.EqualTo(new[] { IdOf(inits[2]) }));
        Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(3));
    }

    [Test]
    public async Task A_report_that_was_rejected_is_not_remembered_as_replayed()
    {
        ScriptedLeader leader = await LeaderAsync();
        Time early = new(CurrentTime.Value + 7);
        VerifyInit init = leader.Init(Reports(leader).Make(new ReportShape { Time = early }));
        HttpAnswer refused = await leader.PostInitAsync(leader.InitBody([init]));
        Assert.That(refused.Decode<AggregationJobResp>().VerifyResps.Single().ReportError, Is.EqualTo(ReportError.ReportTooEarly));
        Assert.That(await CountAsync("report_ids", leader.Task), Is.Zero);

        Clock.Advance(TimeSpan.FromMinutes(7));
        VerifyInit another = leader.Init(Reports(leader).Make(ReportShape.Valid));
        HttpAnswer answer = await leader.PostInitAsync(leader.InitBody([init, another]));
        Assert.That(leader.Finish(answer), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_report_of_a_collected_batch_is_rejected_alone()
    {
        ScriptedLeader leader = await LeaderAsync();
        Time now = CurrentTime;
        await MarkCollectedAsync(leader.Task, new Time(now.Value - 3), new Time(now.Value - 1));
        ReportFactory reports = Reports(leader);
        MadeReport[] made = [.. new ulong[] { 4, 3, 1, 0 }.Select(age => reports.Make(new ReportShape { Time = new Time(now.Value - age) }))];
        HttpAnswer answer = await leader.PostInitAsync(leader.InitBody(made.Select(leader.Init)));
        VerifyResp[] responses = [.. answer.Decode<AggregationJobResp>().VerifyResps];
        Assert.That(responses[1].ReportError, Is.EqualTo(ReportError.BatchCollected));
        Assert.That(responses[2].ReportError, Is.EqualTo(ReportError.BatchCollected));
        Assert.That(leader.Finish(answer), Is.EqualTo(new[] { made[0].Id, made[3].Id }));
    }

    [Test]
    public async Task A_job_can_be_fetched_again()
    {
        ScriptedLeader leader = await LeaderAsync();
        HttpAnswer created = await leader.PostInitAsync(leader.InitBody(Reports(leader).Make(0, 1).Select(leader.Init)));
        HttpAnswer fetched = await RawHttp.GetAsync(At(created.Location!), leader.Task.AggregatorToken);
        AssertOk(fetched);
        Assert.That(fetched.Body, Is.EqualTo(created.Body));
        Assert.That((fetched.ContentType, fetched.Location), Is.EqualTo((created.ContentType, created.Location)));
    }

    [Test]
    public async Task A_job_belongs_to_its_task()
    {
        ScriptedLeader leader = await LeaderAsync();
        ScriptedLeader other = await LeaderAsync();
        HttpAnswer created = await leader.PostInitAsync(leader.InitBody(Reports(leader).Make(0, 1).Select(leader.Init)));
        Uri elsewhere = At(created.Location!.Replace(leader.Task.Id.ToString(), other.Task.Id.ToString(), StringComparison.Ordinal));
        AssertProblem(
            await RawHttp.GetAsync(elsewhere, other.Task.AggregatorToken), DapProblemType.UnrecognizedAggregationJob, other.Task.Id);
    }

    [Test]
    public async Task A_deleted_job_is_gone_but_its_reports_stay_replayed()
    {
        ScriptedLeader leader = await LeaderAsync();
        TestTask task = leader.Task;
        VerifyInit[] inits = [.. Reports(leader).Make(0, 1).Select(leader.Init)];
        byte[] body = leader.InitBody(inits);
        Uri job = At((await leader.PostInitAsync(body)).Location!);
        AssertOk(await RawHttp.DeleteAsync(job, task.AggregatorToken));
        HttpAnswer[] afterwards =
        [
            await RawHttp.GetAsync(job, task.AggregatorToken),
            await RawHttp.DeleteAsync(job, task.AggregatorToken),
            await leader.PostInitAsync(body),
        ];
        foreach (HttpAnswer answer in afterwards)
        {
            AssertProblem(answer, DapProblemType.UnrecognizedAggregationJob, task.Id);
            Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.NotFound));
        }

        HttpAnswer changed = await leader.PostInitAsync(leader.InitBody(inits.Reverse()));
        Assert.That(changed.Decode<AggregationJobResp>().VerifyResps.Select(IsReplayed), Is.All.True);
        Assert.That(await CommittedAsync(task), Is.EqualTo(2));
    }

    [Test]
    public async Task A_job_that_never_existed_is_not_found()
    {
        ScriptedLeader leader = await LeaderAsync();
        Uri job = At($"tasks/{leader.Task.Id}/aggregation_jobs/{AggregationJobId.Random()}");
        AssertProblem(await RawHttp.GetAsync(job, leader.Task.AggregatorToken), DapProblemType.UnrecognizedAggregationJob, leader.Task.Id);
        AssertProblem(await RawHttp.DeleteAsync(job, leader.Task.AggregatorToken), DapProblemType.UnrecognizedAggregationJob, leader.Task.Id);
        Uri nonsense = At($"tasks/{leader.Task.Id}/aggregation_jobs/nonsense");
        AssertProblem(await RawHttp.GetAsync(nonsense, leader.Task.AggregatorToken), DapProblemType.InvalidMessage, leader.Task.Id);
    }

    [Test]
    public async Task The_reports_of_a_leader_selected_job_go_to_its_batch()
    {
        ScriptedLeader leader = await LeaderAsync(new TestTaskOptions { BatchMode = BatchMode.LeaderSelected });
        BatchId batchId = BatchId.Random();
        ReportFactory reports = Reports(leader);
        MadeReport[] made = [.. new ulong[] { 0, 5, 900 }.Select(age => reports.Make(new ReportShape { Time = new Time(CurrentTime.Value - age) }))];
        await leader.AggregateAsync(made, batchId);
        string ofBatch = $"bucket = '\\x{Convert.ToHexString(batchId.ToArray())}'";
        Assert.That(await CountAsync("batch_bucket_shards", leader.Task), Is.EqualTo(1));
        Assert.That(await CountAsync("batch_bucket_shards", leader.Task, $"{ofBatch} AND report_count = 3"), Is.EqualTo(1));
    }

    [Test]
    public async Task Many_reports_verify_in_one_job()
    {
        ScriptedLeader leader = await LeaderAsync();
        MadeReport[] reports = Reports(leader).Make([.. Enumerable.Range(0, 300).Select(i => (ulong)i % 4)]);
        await leader.AggregateAsync(reports);
        Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(300));
    }

    protected override void Configure(AggregatorOptions options) => options.AggregationJobs.MaximumReportsAccepted = 300;

    private static ReportId IdOf(VerifyInit init) => init.ReportShare.ReportMetadata.ReportId;

    private static bool IsReplayed(VerifyResp response) =>
        response.VerifyRespType == VerifyRespType.Reject && response.ReportError == ReportError.ReportReplayed;
}
