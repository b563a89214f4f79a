using System.Net;
using Janus.Aggregator;
using Janus.Dap;
using Janus.Datastore;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Aggregation;

/// <summary>What a Helper that defers its answers says until a driver comes: DAP §3.1 (asynchronous-request-handling).</summary>
public sealed class DeferredAggregationJobTests : EndpointFixture
{
    private static readonly byte[] AggParam = MultiRoundVdaf.AggParam(2, 5);

    [SetUp]
    public Task DropQueue() => ExecuteAsync("DELETE FROM aggregation_jobs");

    [Test]
    public async Task A_deferred_job_is_answered_at_once_with_its_step_and_a_time_to_poll()
    {
        ScriptedLeader leader = await LeaderAsync();
        byte[] body = leader.InitBody(Reports(leader).Make(1, 2).Select(leader.Init));
        HttpAnswer created = await leader.PostInitOnceAsync(body);
        AssertDeferred(leader, created, 0);
        AssertDeferred(leader, await RawHttp.GetAsync(At(created.Location!), leader.Task.AggregatorToken), 0);
        AssertDeferred(leader, await RawHttp.GetAsync(leader.JobAt(created), leader.Task.AggregatorToken), 0);

        // The identical request finds the job, and is deferred again.
        HttpAnswer again = await leader.PostInitOnceAsync(body);
        Assert.That(again.Location, Is.EqualTo(created.Location));
        Assert.That(await CountAsync("aggregation_jobs", leader.Task), Is.EqualTo(1));
        AssertProblem(
            await RawHttp.GetAsync(new Uri(leader.JobAt(created) + "?step=1"), leader.Task.AggregatorToken), DapProblemType.StepMismatch, leader.Task.Id);
        Assert.That(await CountAsync("report_ids", leader.Task), Is.Zero);
    }

    [Test]
    public async Task A_deferred_continuation_is_answered_at_once_with_its_step_and_a_time_to_poll()
    {
        ScriptedLeader leader = await LeaderAsync();
        HttpAnswer created = await leader.PostInitOnceAsync(leader.InitBody(Reports(leader).Make(1, 2).Select(leader.Init)));
        await using TestAggregator driver = await StartDriverAsync();
        HttpAnswer answer = await leader.AwaitAsync(created);
        await driver.DisposeAsync();
        byte[] body = ScriptedLeader.ContinueBody(1, leader.Take(answer, 0));

        HttpAnswer continued = await leader.PostContinueOnceAsync(leader.JobAt(created), body);
        AssertDeferred(leader, continued, 1);
        AssertDeferred(leader, await RawHttp.GetAsync(At(continued.Location!), leader.Task.AggregatorToken), 1);
        AssertDeferred(leader, await leader.PostContinueOnceAsync(leader.JobAt(created), body), 1);
        AssertProblem(await RawHttp.GetAsync(At(created.Location!), leader.Task.AggregatorToken), DapProblemType.StepMismatch, leader.Task.Id);
    }

    [Test]
    public async Task The_time_to_poll_is_as_long_as_the_queue_has_waited_up_to_a_limit()
    {
        ScriptedLeader leader = await LeaderAsync();
        HttpAnswer first = await PostAsync();
        Clock.Advance(TimeSpan.FromSeconds(5));
        HttpAnswer second = await PostAsync();
        Clock.Advance(TimeSpan.FromSeconds(3));
        HttpAnswer polled = await RawHttp.GetAsync(At(first.Location!), leader.Task.AggregatorToken);

        // A driver that takes the first leaves the second, which has waited for less.
        await Aggregator.Get<HelperAggregationJobStore>().AcquireAsync(1, TimeSpan.FromHours(1), Clock.GetUtcNow(), default);
        HttpAnswer after = await RawHttp.GetAsync(At(first.Location!), leader.Task.AggregatorToken);
        Clock.Advance(TimeSpan.FromMinutes(1));
        HttpAnswer late = await RawHttp.GetAsync(At(second.Location!), leader.Task.AggregatorToken);
        Assert.That(new[] { first, second, polled, after, late }.Select(answer => answer.RetryAfter), Is.EqualTo(new[] { "2", "5", "8", "3", "9" }));

        Task<HttpAnswer> PostAsync() => leader.PostInitOnceAsync(leader.InitBody(Reports(leader).Make(1).Select(leader.Init)));
    }

    [Test]
    public async Task A_deferred_job_that_is_deleted_is_never_done()
    {
        ScriptedLeader leader = await LeaderAsync();
        HttpAnswer created = await leader.PostInitOnceAsync(leader.InitBody(Reports(leader).Make(1, 2).Select(leader.Init)));
        AssertOk(await RawHttp.DeleteAsync(leader.JobAt(created), leader.Task.AggregatorToken));
        HttpAnswer other = await leader.PostInitOnceAsync(leader.InitBody(Reports(leader).Make(3).Select(leader.Init)));
        await using TestAggregator driver = await StartDriverAsync();
        AssertOk(await leader.AwaitAsync(other));
        HttpAnswer gone = await RawHttp.GetAsync(At(created.Location!), leader.Task.AggregatorToken);
        AssertProblem(gone, DapProblemType.UnrecognizedAggregationJob, leader.Task.Id);
        Assert.That(await CountAsync("aggregation_jobs", leader.Task, "request IS NOT NULL"), Is.Zero);
    }

    [Test]
    public async Task Of_two_drivers_whose_leases_overlap_one_commits()
    {
        ScriptedLeader leader = await LeaderAsync();
        await leader.PostInitOnceAsync(leader.InitBody(Reports(leader).Make(1, 2).Select(leader.Init)));
        HelperAggregationJobStore store = Aggregator.Get<HelperAggregationJobStore>();
        TimeSpan minute = TimeSpan.FromMinutes(1);
        Lease<HelperAggregationJob> first = (await store.AcquireAsync(1, minute, Clock.GetUtcNow(), default)).Single();
        Assert.That(await store.AcquireAsync(1, minute, Clock.GetUtcNow(), default), Is.Empty);
        Lease<HelperAggregationJob> second = (await store.AcquireAsync(1, minute, Clock.GetUtcNow() + minute, default)).Single();

        HelperCommit commit = new() { Job = first.Job with { State = AggregationJobState.Finished, Response = [1] } };
        Assert.That(await store.FinishStepAsync(first, commit, Clock.GetUtcNow(), default), Is.InstanceOf<HelperCommitOutcome.Overtaken>());
        Assert.That(await store.FinishStepAsync(second, commit, Clock.GetUtcNow(), default), Is.InstanceOf<HelperCommitOutcome.Committed>());
        Assert.That(await store.FinishStepAsync(second, commit, Clock.GetUtcNow(), default), Is.InstanceOf<HelperCommitOutcome.Overtaken>());
    }

    [Test]
    public async Task A_job_that_cannot_be_read_does_not_hold_up_the_others()
    {
        ScriptedLeader leader = await LeaderAsync();
        await leader.PostInitOnceAsync(leader.InitBody(Reports(leader).Make(1).Select(leader.Init)));
        await ExecuteAsync("UPDATE aggregation_jobs SET request = '\\x0102'");
        HttpAnswer other = await leader.PostInitOnceAsync(leader.InitBody(Reports(leader).Make(2).Select(leader.Init)));
        await using TestAggregator driver = await StartDriverAsync();
        AssertOk(await leader.AwaitAsync(other));
    }

    protected override void Configure(AggregatorOptions options)
    {
        options.Helper.RetryAfter = TimeSpan.FromSeconds(2);
        options.Helper.MaximumRetryAfter = TimeSpan.FromSeconds(9);
        options.Helper.MaximumConcurrentJobs = 100;
        options.AggregationJobDriver.Concurrency = 1;
    }

    private Task<TestAggregator> StartDriverAsync() =>
        TestAggregator.StartAsync(Database, AggregatorRoles.Aggregator | AggregatorRoles.AggregationJobDriver, Clock, datastoreKey: Aggregator.DatastoreKey);

    private async Task<ScriptedLeader> LeaderAsync() => new(
        await AddTaskAsync(Role.Helper, new TestTaskOptions { MultiRound = new MultiRoundVdaf(3), Asynchronous = true }), Aggregator.Endpoint, AggParam);

    private ReportFactory Reports(ScriptedLeader leader) => new(leader.Task, null, HpkeConfig, CurrentTime);

    private static void AssertDeferred(ScriptedLeader leader, HttpAnswer answer, int step)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(answer.Body, Is.Empty);
            Assert.That(answer.Location, Does.Match($"^/tasks/{leader.Task.Id}/aggregation_jobs/[A-Za-z0-9_-]{{22}}\\?step={step}$"));
            Assert.That(answer.RetryAfter, Is.EqualTo("2"));
        }
    }
}
