using System.Net;
using Janus.Codec;
using Janus.Dap;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Collection;

/// <summary>DAP §4.6.1 (collect-init) over HTTP, against a Leader that drives no jobs.</summary>
public sealed class CollectionJobTests : EndpointFixture
{
    private const string MediaType = "application/ppm-dap;message=collection-job-req";
    private static readonly CollectionJobExtension[] Extensions =
    [
        new((CollectionJobExtensionType)7, new byte[] { 1 }),
        new((CollectionJobExtensionType)9, ReadOnlyMemory<byte>.Empty),
    ];

    [Test]
    public async Task A_new_job_is_answered_with_its_location_and_a_time_to_poll()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        HttpAnswer created = await PostAsync(task, Request(1, 10));
        HttpAnswer polled = await RawHttp.GetAsync(At(created.Location!), task.CollectorToken);
        Assert.That(created.Location, Does.Match($"^/tasks/{task.Id}/collection_jobs/[A-Za-z0-9_-]{{22}}$"));
        foreach (HttpAnswer answer in new[] { created, polled })
        {
            AssertOk(answer);
            Assert.That(answer.Body, Is.Empty);
            Assert.That(int.Parse(answer.RetryAfter!, System.Globalization.CultureInfo.InvariantCulture), Is.InRange(1, 60));
            Assert.That(answer.Location, Is.EqualTo(created.Location));
        }
    }

    [Test]
    public async Task An_identical_request_finds_the_same_job()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        HttpAnswer[] answers = await RaceAsync(5, () => PostAsync(task, Request(1, 10)));
        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That(answers.Select(answer => answer.Location), Is.All.EqualTo(answers[0].Location));
        Assert.That(await CountAsync("collection_jobs", task), Is.EqualTo(1));
        Assert.That((await PostAsync(task, Request(1, 11))).Location, Is.Not.EqualTo(answers[0].Location));
    }

    [Test]
    public async Task A_deleted_job_is_gone_and_an_identical_request_makes_a_new_one()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        HttpAnswer created = await PostAsync(task, Request(1, 10));
        Uri job = At(created.Location!);
        AssertOk(await RawHttp.DeleteAsync(job, task.CollectorToken));
        AssertProblem(await RawHttp.GetAsync(job, task.CollectorToken), HttpStatusCode.NotFound);
        AssertProblem(await RawHttp.DeleteAsync(job, task.CollectorToken), HttpStatusCode.NotFound);
        HttpAnswer again = await PostAsync(task, Request(1, 10));
        AssertOk(again);
        Assert.That(again.Location, Is.Not.EqualTo(created.Location));
        AssertProblem(await RawHttp.GetAsync(job, task.CollectorToken), HttpStatusCode.NotFound);
    }

    [Test]
    public async Task A_job_that_never_existed_or_belongs_to_another_task_is_not_found()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        TestTask other = await AddTaskAsync(Role.Leader);
        HttpAnswer created = await PostAsync(other, Request(1, 10));
        string id = created.Location!.Split('/')[^1];
        AssertProblem(await RawHttp.GetAsync(At($"tasks/{task.Id}/collection_jobs/{id}"), task.CollectorToken), HttpStatusCode.NotFound);
        AssertProblem(await RawHttp.DeleteAsync(At($"tasks/{task.Id}/collection_jobs/{id}"), task.CollectorToken), HttpStatusCode.NotFound);
        AssertProblem(
            await RawHttp.GetAsync(At($"tasks/{task.Id}/collection_jobs/nonsense"), task.CollectorToken), DapProblemType.InvalidMessage, task.Id);
        AssertOk(await RawHttp.GetAsync(At(created.Location!), other.CollectorToken));
    }

    [Test]
    public async Task A_query_that_touches_a_collected_bucket_overlaps()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        await MarkCollectedAsync(task, new Time(100), new Time(109));
        foreach ((ulong start, ulong duration) in new (ulong, ulong)[] { (100, 10), (109, 1), (90, 11), (105, 50), (0, 1000) })
        {
            AssertProblem(await PostAsync(task, Request(start, duration)), DapProblemType.BatchOverlap, task.Id);
        }

        AssertOk(await PostAsync(task, Request(90, 10)));
        AssertOk(await PostAsync(task, Request(110, 1)));
    }

    [TestCase(5ul, 0ul)]
    [TestCase(ulong.MaxValue, 1ul)]
    [TestCase(2ul, ulong.MaxValue)]
    public async Task An_interval_that_is_none_is_an_invalid_batch(ulong start, ulong duration)
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        AssertProblem(await PostAsync(task, Request(start, duration)), DapProblemType.BatchInvalid, task.Id);
    }

    [Test]
    public async Task The_longest_interval_there_is_is_valid()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        AssertOk(await PostAsync(task, Request(0, ulong.MaxValue)));
        AssertOk(await PostAsync(task, Request(ulong.MaxValue - 1, 1)));
    }

    [Test]
    public async Task Another_batch_mode_than_the_tasks_is_refused()
    {
        TestTask byTime = await AddTaskAsync(Role.Leader);
        TestTask byLeader = await AddTaskAsync(Role.Leader, new TestTaskOptions { BatchMode = BatchMode.LeaderSelected });
        CollectionJobReq leaderSelected = new(Query.LeaderSelected, default, []);
        AssertProblem(await PostAsync(byTime, leaderSelected), DapProblemType.InvalidMessage, byTime.Id);
        AssertProblem(await PostAsync(byLeader, Request(1, 1)), DapProblemType.InvalidMessage, byLeader.Id);
        AssertProblem(
            await PostAsync(byLeader, leaderSelected with { Query = Query.LeaderSelected with { Config = new byte[] { 0 } } }),
            DapProblemType.InvalidMessage,
            byLeader.Id);
        AssertProblem(
            await PostAsync(byTime, Request(1, 1) with { Query = new Query(BatchMode.TimeInterval, new byte[15]) }),
            DapProblemType.InvalidMessage,
            byTime.Id);
        AssertOk(await PostAsync(byLeader, leaderSelected));
    }

    [Test]
    public async Task Extensions_and_aggregation_parameters_are_refused()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        HttpAnswer unknown = await PostAsync(task, Request(1, 1) with { Extensions = Extensions });
        HttpAnswer unordered = await PostAsync(task, Request(1, 1) with { Extensions = [.. Extensions.Reverse()] });
        HttpAnswer twice = await PostAsync(task, Request(1, 1) with { Extensions = [Extensions[0], Extensions[0]] });
        HttpAnswer parameter = await PostAsync(task, Request(1, 1) with { AggParam = new byte[] { 0 } });
        AssertProblem(unknown, DapProblemType.UnsupportedExtension, task.Id);
        Assert.That(unknown.Problem.UnsupportedExtensions, Is.EqualTo(new ushort[] { 7, 9 }));
        AssertProblem(unordered, DapProblemType.InvalidExtension, task.Id);
        AssertProblem(twice, DapProblemType.InvalidExtension, task.Id);
        AssertProblem(parameter, DapProblemType.InvalidAggregationParameter, task.Id);
        Assert.That(await CountAsync("collection_jobs", task), Is.Zero);
    }

    [Test]
    public async Task A_body_that_is_cut_off_anywhere_is_an_invalid_message()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        byte[] body = WireMessage.Encode(Request(1, 1));
        for (int length = 0; length < body.Length; length++)
        {
            AssertProblem(await PostAsync(task, body[..length]), DapProblemType.InvalidMessage, task.Id);
        }

        AssertProblem(await PostAsync(task, [.. body, 0]), DapProblemType.InvalidMessage, task.Id);
        AssertProblem(
            await RawHttp.PostAsync(Resource(task), "application/octet-stream", body, task.CollectorToken),
            HttpStatusCode.UnsupportedMediaType);
        Assert.That(await CountAsync("collection_jobs", task), Is.Zero);
    }

    [Test]
    public async Task A_body_far_too_long_is_refused()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        AssertProblem(await PostAsync(task, new byte[(1 << 20) + 1]), HttpStatusCode.RequestEntityTooLarge);
    }

    [Test]
    public async Task A_helper_takes_no_collection_jobs()
    {
        TestTask task = await AddTaskAsync(Role.Helper);
        HttpAnswer answer = await RawHttp.PostAsync(Resource(task), MediaType, WireMessage.Encode(Request(1, 1)), task.AggregatorToken);
        AssertProblem(answer, DapProblemType.UnrecognizedTask, task.Id);
    }

    private Uri Resource(TestTask task) => At($"tasks/{task.Id}/collection_jobs");

    private Task<HttpAnswer> PostAsync(TestTask task, CollectionJobReq request) => PostAsync(task, WireMessage.Encode(request));

    private Task<HttpAnswer> PostAsync(TestTask task, byte[] body) =>
        RawHttp.PostAsync(Resource(task), MediaType, body, task.CollectorToken);

    private static CollectionJobReq Request(ulong start, ulong duration) =>
        new(Query.TimeInterval(new Interval(new Time(start), new Duration(duration))), default, []);
}
