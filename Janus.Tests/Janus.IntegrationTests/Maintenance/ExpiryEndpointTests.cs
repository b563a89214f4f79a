using System.Net;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Maintenance;

/// <summary>What Clients, Leaders and Collectors are told about what has expired.</summary>
public sealed class ExpiryEndpointTests : EndpointFixture
{
    private const ulong Age = 60;

    private static readonly TestTaskOptions Expiring = new() { ReportExpiryAge = Age };

    [Test]
    public async Task An_expired_report_is_dropped_at_upload_also_when_it_is_replayed_after_its_id_is_gone()
    {
        TestTask task = await AddTaskAsync(Role.Leader, Expiring);
        Time first = new(CurrentTime.Value - Age);
        ReportFactory factory = new(task, HpkeConfig, null, first);
        MadeReport known = factory.Make(1)[0];
        MadeReport old = factory.Make(new ReportShape { Time = new Time(first.Value - 1) });
        HttpAnswer answer = await UploadAsync(task, known, old);
        Assert.That(ErrorsOf(answer), Is.EqualTo([(old.Id, ReportError.ReportDropped)]));

        Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.That(ErrorsOf(await UploadAsync(task, known)), Is.EqualTo([(known.Id, ReportError.ReportDropped)]), "known, but expired");
        await ForgetIdsAsync();
        Assert.That(ErrorsOf(await UploadAsync(task, known)), Is.EqualTo([(known.Id, ReportError.ReportDropped)]), "not known any more");
        Assert.That(await CountAsync("unaggregated_reports", task), Is.EqualTo(1));
    }

    [Test]
    public async Task An_expiry_age_that_is_set_later_holds_in_a_running_process_and_never_gets_longer()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        ReportFactory factory = new(task, HpkeConfig, null, new Time(CurrentTime.Value - Age - 1));
        Assert.That(ErrorsOf(await UploadAsync(task, factory.Make(1)[0])), Is.Empty);
        TaskStore tasks = Aggregator.Get<TaskStore>();

        Assert.That(await tasks.ShortenReportExpiryAgeAsync(task.Id, Age, CancellationToken.None), Is.True);
        Assert.That(await tasks.ShortenReportExpiryAgeAsync(task.Id, Age + 1, CancellationToken.None), Is.False);
        Assert.That(await tasks.ShortenReportExpiryAgeAsync(TaskId.Random(), Age, CancellationToken.None), Is.False);
        Assert.That((await tasks.FindAsync(task.Id, CancellationToken.None))!.ReportExpiryAge, Is.EqualTo(Age));

        // The process hears of it by a notification.
        MadeReport old;
        HttpAnswer answer;
        do
        {
            old = factory.Make(1)[0];
            answer = await UploadAsync(task, old);
        }
        while (answer.Body.Length == 0);
        Assert.That(ErrorsOf(answer), Is.EqualTo([(old.Id, ReportError.ReportDropped)]));
    }

    [Test]
    public async Task An_expired_report_is_dropped_in_aggregation_also_when_it_is_replayed_after_its_id_is_gone()
    {
        TestTask task = await AddTaskAsync(Role.Helper, Expiring);
        ScriptedLeader leader = new(task, Aggregator.Endpoint);
        ReportFactory factory = new(task, null, HpkeConfig, new Time(CurrentTime.Value - Age));
        MadeReport known = factory.Make(1)[0];
        MadeReport old = factory.Make(new ReportShape { Time = new Time(CurrentTime.Value - Age - 1) });
        HttpAnswer first = await leader.PostInitAsync(leader.InitBody([leader.Init(known), leader.Init(old)]));
        Assert.That(RejectionsOf(first), Is.EqualTo([(old.Id, ReportError.ReportDropped)]));

        Clock.Advance(TimeSpan.FromMinutes(2));
        await ForgetIdsAsync();
        HttpAnswer replayed = await leader.PostInitAsync(leader.InitBody([leader.Init(known), leader.Init(factory.Make(new ReportShape { Time = CurrentTime }))]));
        Assert.That(RejectionsOf(replayed), Is.EqualTo([(known.Id, ReportError.ReportDropped)]));
        Assert.That(await CountAsync("batch_bucket_shards", task, "report_count = 1"), Is.EqualTo(2));
    }

    [Test]
    public async Task A_report_that_expires_between_two_steps_is_dropped()
    {
        TestTask task = await AddTaskAsync(Role.Helper, Expiring with { MultiRound = new MultiRoundVdaf(3) });
        ScriptedLeader leader = new(task, Aggregator.Endpoint, MultiRoundVdaf.AggParam(2, 5));
        ReportFactory factory = new(task, null, HpkeConfig, new Time(CurrentTime.Value - Age));
        MadeReport old = factory.Make(1)[0];
        MadeReport live = factory.Make(new ReportShape { Measurement = 1, Time = CurrentTime });
        HttpAnswer first = await leader.PostInitAsync(leader.InitBody([leader.Init(old), leader.Init(live)]));
        IReadOnlyList<VerifyContinue> continues = leader.Take(first, 0);

        Clock.Advance(TimeSpan.FromMinutes(1));
        HttpAnswer second = await leader.PostContinueAsync(leader.JobAt(first), ScriptedLeader.ContinueBody(1, continues));
        Assert.That(RejectionsOf(second), Is.EqualTo([(old.Id, ReportError.ReportDropped)]));
    }

    [Test]
    public async Task A_collectors_query_that_begins_in_expired_time_is_refused_with_a_hint()
    {
        TestTask task = await AddTaskAsync(Role.Leader, Expiring);
        HttpAnswer refused = await CollectAsync(task, new Interval(new Time(CurrentTime.Value - Age - 1), new Duration(30)));
        AssertProblem(refused, DapProblemType.BatchInvalid, task.Id);
        Assert.That(refused.Problem.Detail, Does.Contain("3600 s").And.Contain("begins later"));
        Assert.That(await CountAsync("collection_jobs", task), Is.Zero);
        AssertOk(await CollectAsync(task, new Interval(new Time(CurrentTime.Value - Age), new Duration(30))));
    }

    [Test]
    public async Task A_helper_gives_the_share_of_an_expired_batch_within_the_grace_period_alone()
    {
        TestTask task = await AddTaskAsync(Role.Helper, Expiring);
        ScriptedLeader leader = new(task, Aggregator.Endpoint);
        Time time = CurrentTime;
        await leader.AggregateAsync(new ReportFactory(task, null, HpkeConfig, time).Make(1, 1, 2));
        AggregateShareReq request = leader.ShareRequest(BatchSelector.TimeInterval(Interval.Of(time)));
        ScriptedLeader second = new(task, Aggregator.Endpoint);
        await second.AggregateAsync(new ReportFactory(task, null, HpkeConfig, new Time(time.Value - 1)).Make(1, 1, 2));
        AggregateShareReq late = second.ShareRequest(BatchSelector.TimeInterval(Interval.Of(new Time(time.Value - 1))));

        Clock.Advance(TimeSpan.FromMinutes(Age + 60));
        HttpAnswer given = await leader.PostShareAsync(request);
        AssertOk(given);
        Clock.Advance(TimeSpan.FromDays(1));
        AssertProblem(await second.PostShareAsync(late), DapProblemType.BatchInvalid, task.Id);
        Assert.That((await leader.PostShareAsync(request)).Body, Is.EqualTo(given.Body), "what was given stays given as long as it is there");
    }

    [Test]
    public async Task A_deleted_task_is_forgotten_by_a_process_that_knows_it()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        ReportFactory factory = new(task, HpkeConfig, null, CurrentTime);
        AssertOk(await UploadAsync(task, factory.Make(1)));

        await Aggregator.Get<TaskStore>().DeleteAsync(task.Id, Clock.GetUtcNow(), CancellationToken.None);

        HttpAnswer answer = await UploadAsync(task, factory.Make(1));
        for (int i = 0; i < 200 && answer.Status == HttpStatusCode.OK; i++)
        {
            await Task.Delay(10);
            answer = await UploadAsync(task, factory.Make(1));
        }

        AssertProblem(answer, DapProblemType.UnrecognizedTask, task.Id);
    }

    private Task<HttpAnswer> UploadAsync(TestTask task, params MadeReport[] reports) =>
        RawHttp.PostAsync(At($"tasks/{task.Id}/reports"), DapVersion.Newest.MediaTypes.UploadRequest, ReportFactory.UploadBody(reports));

    private Task<HttpAnswer> CollectAsync(TestTask task, Interval interval) => RawHttp.PostAsync(
        At($"tasks/{task.Id}/collection_jobs"),
        DapVersion.Newest.MediaTypes.CollectionJobReq,
        WireMessage.Encode(new CollectionJobReq(Query.TimeInterval(interval), default, [])),
        task.CollectorToken);

    // As when their weeks were dropped.
    private Task ForgetIdsAsync() => ExecuteAsync("DELETE FROM report_ids");

    private static IEnumerable<(ReportId Id, ReportError Error)> ErrorsOf(HttpAnswer answer) =>
        answer.Decode<UploadErrors>().Status.Select(status => (status.Id, status.Error));

    private static IEnumerable<(ReportId Id, ReportError Error)> RejectionsOf(HttpAnswer answer) => answer.Decode<AggregationJobResp>().VerifyResps
        .Where(response => response.VerifyRespType == VerifyRespType.Reject)
        .Select(response => (response.ReportId, response.ReportError));
}
