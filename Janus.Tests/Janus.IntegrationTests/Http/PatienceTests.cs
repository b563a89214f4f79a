using System.Globalization;
using System.Net;
using Janus.Aggregator;
using Janus.IntegrationTests.Aggregation;
using Janus.Testing;

namespace Janus.IntegrationTests.Http;

/// <summary>What the Leader makes of the Helper's <c>Retry-After</c> and status codes: DAP §3.1 (asynchronous-request-handling), §3.3.</summary>
public sealed class PatienceTests : LeaderFixture
{
    private const string Wait = "3600";
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static readonly Func<ScriptedRequest, Microsoft.AspNetCore.Http.HttpContext, Task<bool>> Busy = (_, context) =>
    {
        context.Response.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
        context.Response.Headers.RetryAfter = Wait;
        return Task.FromResult(true);
    };

    /// <inheritdoc/>
    protected override void Configure(AggregatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Peer.MaximumPollDelay = 2 * Hour;
        options.AggregationJobDriver.MaximumRetryDelay = 2 * Hour;
        options.CollectionJobDriver.MaximumRetryDelay = 2 * Hour;
    }

    [Test]
    public async Task A_busy_helper_is_not_asked_before_the_time_that_it_asks_for([Values(0, 1)] int step)
    {
        TestTask task = await AddTaskAsync(2);
        Between.ScriptFirst(request => StepOf(request) == step, Busy);
        DateTimeOffset before = TimeProvider.System.GetUtcNow();
        await Deployment.UploadAsync(task, 1, 2, 3);
        Assert.That(await NotBeforeAsync(task, "lease_expiry", "aggregation_jobs", request => StepOf(request) == step), Is.GreaterThan(before + Hour));
        Assert.That(BodiesOf(task, step), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task A_deferred_step_is_not_polled_before_the_time_that_the_helper_asks_for([Values(0, 1)] int step)
    {
        TestTask task = await AddTaskAsync(2);
        Between.ScriptFirst(request => StepOf(request) == step, Deferred());
        DateTimeOffset before = TimeProvider.System.GetUtcNow();
        await Deployment.UploadAsync(task, 1, 2, 3);
        Assert.That(await NotBeforeAsync(task, "lease_expiry", "aggregation_jobs", request => StepOf(request) == step), Is.GreaterThan(before + Hour));
        Assert.That(RequestsOf(task).Count(request => request.Method == "GET"), Is.Zero);
    }

    [Test]
    public async Task An_aggregate_share_is_not_asked_for_before_the_time_that_the_helper_asks_for([Values] bool isDeferred)
    {
        TestTask task = await AddTaskAsync(1);
        Between.ScriptFirst(request => request.IsAggregateShare, isDeferred ? Deferred() : Busy);
        DateTimeOffset before = TimeProvider.System.GetUtcNow();
        await Deployment.UploadAsync(task, 1, 2, 3);
        await Deployment.CreateCollectionJobAsync(task, TestDeployment.RequestFor(task));
        Assert.That(await NotBeforeAsync(task, "next_attempt_at", "collection_jobs", request => request.IsAggregateShare), Is.GreaterThan(before + Hour));
        Assert.That(AggregateShareRequests(task), Has.Length.EqualTo(1));
    }

    [TestCase(200)]
    [TestCase(201)]
    [TestCase(202)]
    [TestCase(203)]
    [TestCase(299)]
    public async Task Any_status_code_of_success_is_success(int status)
    {
        TestTask task = await AddTaskAsync(3, asynchronous: true);
        Between.Script((request, context) => Between.Change(
            (answer, answered) => ScriptedHelper.WriteAsync(
                answer.Status == HttpStatusCode.OK ? answer with { Status = (HttpStatusCode)status } : answer, answered))(request, context));
        await Deployment.UploadAsync(task, 1, 2, 3);
        await AssertCollectedAsync(task, 6);
        Assert.That(await JobsAsync(task, Janus.Datastore.AggregationJobState.Finished), Is.EqualTo(1));
    }

    [Test]
    public async Task A_deferral_and_a_deletion_may_be_answered_with_204()
    {
        TestTask task = await AddTaskAsync(1, asynchronous: true);
        int spoils = 1;
        Between.Script((request, context) => Between.Change((answer, answered) => ScriptedHelper.WriteAsync(
            answer is { Status: HttpStatusCode.OK, Body: [] } ? answer with { Status = HttpStatusCode.NoContent, ContentType = null }
                : request.IsToAggregationJob && answer.Body.Length > 0 && Interlocked.Decrement(ref spoils) >= 0 ? Changed(answer, responses => responses[1..])
                : answer,
            answered))(request, context));
        await Deployment.UploadAsync(task, 1, 2, 3);
        await AwaitJobsAsync(task, Janus.Datastore.AggregationJobState.Abandoned);
        await Deployment.UploadAsync(task, 10, 20, 30);
        await AssertCollectedAsync(task, 60);
        Assert.That(DeletionsOf(task), Has.Length.EqualTo(1));
    }

    private Func<ScriptedRequest, Microsoft.AspNetCore.Http.HttpContext, Task<bool>> Deferred() => Between.Change(
        (answer, context) => ScriptedHelper.WriteAsync(answer with { Body = [], ContentType = null, RetryAfter = Wait }, context));

    // When the task's only row may be worked on again, once the Helper has been asked and the worker has given it back.
    private async Task<DateTimeOffset> NotBeforeAsync(TestTask task, string column, string table, Func<ScriptedRequest, bool> asked)
    {
        for (int i = 0; i < 2_000; i++)
        {
            if (RequestsOf(task).Any(asked) && await LeaderScalarAsync<long>(task, "count(*) FILTER (WHERE lease_token IS NULL)", table) == 1)
            {
                return new DateTimeOffset(await LeaderScalarAsync<DateTime>(task, column, table));
            }

            await Task.Delay(20);
        }

        throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"{table} of task {task.Id} are still leased"));
    }
}
