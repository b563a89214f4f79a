using System.Net;
using Janus.Aggregator;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Aggregation;

/// <summary>
/// Aggregation jobs that the Leader abandons after the Helper has committed them: in the end both count the same reports.
/// DAP §4.5.5 (aggregation-job-abandonment-and-deletion).
/// </summary>
public sealed class SettlingTests : LeaderFixture
{
    /// <inheritdoc/>
    protected override AggregatorRoles LeaderRoles => AggregatorRoles.All & ~AggregatorRoles.AggregationJobDriver;

    [Test]
    public async Task A_wrong_token_does_not_end_settling()
    {
        await using TestAggregator driver = await Deployment.StartBesideLeaderAsync(AggregatorRoles.AggregationJobDriver);
        TestTask task = await AddTaskAsync(1);
        bool isDown = true;
        int spoils = 1;
        Between.Script((request, context) => request switch
        {
            { IsToAggregationJob: true, Method: "DELETE" } when Volatile.Read(ref isDown) => ScriptedHelper.Status(HttpStatusCode.Unauthorized)(request, context),
            { IsAggregationJob: true } when Interlocked.Decrement(ref spoils) >= 0 => Between.Change(
                (answer, answered) => ScriptedHelper.WriteAsync(Changed(answer, responses => [OtherType(responses[0]), .. responses[1..]]), answered))(request, context),
            _ => Task.FromResult(false),
        });
        await Deployment.UploadAsync(task, 1, 2, 3);
        await AwaitJobsAsync(task, AggregationJobState.Settling);
        Assert.That(() => DeletionsOf(task), Has.Length.GreaterThan(TestDeployment.MaximumAttempts + 1).After(60_000, 50));
        Volatile.Write(ref isDown, false);
        await Deployment.UploadAsync(task, 10, 20, 30);
        await AssertCollectedAsync(task, 60);
    }

    [Test]
    public async Task A_batch_with_an_abandoned_job_is_collected_without_it(
        [Values(BatchMode.TimeInterval, BatchMode.LeaderSelected)] BatchMode batchMode, [Values] bool asynchronous, [Values(1, 2, 3)] int rounds)
    {
        await using TestAggregator driver = await Deployment.StartBesideLeaderAsync(AggregatorRoles.AggregationJobDriver);
        TestTask task = await AddTaskAsync(rounds, asynchronous, batchMode);
        await Deployment.UploadAsync(task, 1, 2);
        await AwaitJobsAsync(task, AggregationJobState.Finished);
        Spoil(rounds / 2, responses => [OtherType(responses[0]), .. responses[1..]]);
        await Deployment.UploadAsync(task, 100);
        await AwaitJobsAsync(task, AggregationJobState.Abandoned);
        Assert.That(await AggregatedAsync(task), Is.EqualTo((2, 3)));

        await Deployment.UploadAsync(task, 3);
        await AssertCollectedAsync(task, 6);
    }

    [Test]
    public async Task An_abandoned_job_does_not_tie_its_batch_to_its_aggregation_parameter([Values] bool asynchronous)
    {
        await using TestAggregator driver = await Deployment.StartBesideLeaderAsync(AggregatorRoles.AggregationJobDriver);
        TestTask task = await AddTaskAsync(2, asynchronous, hasAggParam: true);
        CollectionJobReq request = TestDeployment.RequestFor(task) with { AggParam = MultiRoundVdaf.AggParam(2, 5) };
        Spoil(1, responses => responses[..^1]);
        await Deployment.UploadAsync(task, 1, 2, 3);
        HttpAnswer created = await Deployment.CreateCollectionJobAsync(task, request);
        await AwaitJobsAsync(task, AggregationJobState.Abandoned);
        Assert.That(await AggregatedAsync(task), Is.EqualTo((0, 3)));
        await RawHttp.DeleteAsync(Deployment.At(created), task.CollectorToken);

        await Deployment.UploadAsync(task, 10, 20, 30);
        CollectedBatch batch = await Deployment.CollectAsync(task, request with { AggParam = MultiRoundVdaf.AggParam(3) });
        Assert.That(batch.Aggregate, Is.EqualTo(new UInt128[] { 180 }));
        Assert.That(await AggregatedAsync(task), Is.EqualTo((3, 3)));
    }

    [Test]
    public async Task A_batch_is_not_collected_before_the_helper_confirms_the_deletion([Values(BatchMode.TimeInterval, BatchMode.LeaderSelected)] BatchMode batchMode)
    {
        await using TestAggregator driver = await Deployment.StartBesideLeaderAsync(AggregatorRoles.AggregationJobDriver);
        TestTask task = await AddTaskAsync(1, batchMode: batchMode);
        await Deployment.UploadAsync(task, 1, 2);
        await AwaitJobsAsync(task, AggregationJobState.Finished);

        bool isDown = true;
        int spoils = 1;
        Between.Script((request, context) => request switch
        {
            { IsToAggregationJob: true, Method: "DELETE" } when Volatile.Read(ref isDown) => ScriptedHelper.Status(HttpStatusCode.ServiceUnavailable)(request, context),
            { IsAggregationJob: true } when Interlocked.Decrement(ref spoils) >= 0 => Between.Change(
                (answer, answered) => ScriptedHelper.WriteAsync(Changed(answer, responses => [OtherType(responses[0])]), answered))(request, context),
            _ => Task.FromResult(false),
        });
        await Deployment.UploadAsync(task, 100);
        await AwaitJobsAsync(task, AggregationJobState.Settling);
        await Deployment.UploadAsync(task, 3);
        await AwaitJobsAsync(task, AggregationJobState.Finished, 2);
        HttpAnswer created = await Deployment.CreateCollectionJobAsync(task, TestDeployment.RequestFor(task));
        Assert.That(() => DeletionsOf(task), Has.Length.GreaterThan(TestDeployment.MaximumAttempts).After(20_000, 50), "an outage is not counted");
        Assert.That(await JobsAsync(task, AggregationJobState.Settling), Is.EqualTo(1));
        Assert.That(AggregateShareRequests(task), Is.Empty);

        Volatile.Write(ref isDown, false);
        if (batchMode == BatchMode.LeaderSelected)
        {
            // The room of the abandoned report was taken while its batch was not full.
            await AwaitJobsAsync(task, AggregationJobState.Abandoned);
            await Deployment.UploadAsync(task, 0);
        }

        HttpAnswer ended = await TestDeployment.AwaitAsync(task, Deployment.At(created));
        CollectedBatch batch = CollectedBatch.Open(task, TestDeployment.RequestFor(task), ended, Deployment.At(created));
        Assert.That(batch.ReportCount, Is.EqualTo(3));
    }

    [Test]
    public async Task An_abandoned_job_is_settled_by_another_driver_when_the_first_is_killed([Values] bool helperHasDeleted)
    {
        TestTask task = await AddTaskAsync(1);
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource killed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int spoils = 1;
        Between.Script(async (request, context) =>
        {
            if (request.IsAggregationJob && Interlocked.Decrement(ref spoils) >= 0)
            {
                return await Between.Change((answer, answered) => ScriptedHelper.WriteAsync(Changed(answer, responses => responses[..^1]), answered))(request, context);
            }

            if (request.Method != "DELETE" || killed.Task.IsCompleted)
            {
                return false;
            }

            if (helperHasDeleted)
            {
                await Between.Change((_, _) => Task.CompletedTask)(request, context);
            }

            reached.TrySetResult();
            await killed.Task;
            context.Abort();
            return true;
        });
        TestAggregator first = await Deployment.StartBesideLeaderAsync(AggregatorRoles.AggregationJobDriver);
        await Deployment.UploadAsync(task, 1, 2, 3);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(40));
        await first.KillAsync();
        killed.SetResult();
        await ExpireLeasesAsync(Deployment.LeaderDatabase);

        await using TestAggregator second = await Deployment.StartBesideLeaderAsync(AggregatorRoles.AggregationJobDriver);
        await AwaitJobsAsync(task, AggregationJobState.Abandoned);
        Assert.That(await HelperScalarAsync<long>(task, $"count(*) FILTER (WHERE state = {AggregationJobState.Deleted:d})", "aggregation_jobs"), Is.EqualTo(1));
        await Deployment.UploadAsync(task, 10, 20, 30);
        await AssertCollectedAsync(task, 60);
    }

    [Test]
    public async Task A_job_whose_complete_answers_stay_malformed_is_abandoned_after_a_few_and_settled()
    {
        TestTask task = await AddTaskAsync(1);
        Between.Script((request, context) => request.IsAggregationJob
            ? Between.Change((answer, answered) => ScriptedHelper.WriteAsync(answer with { Body = answer.Body[..^1] }, answered))(request, context)
            : Task.FromResult(false));
        await using TestAggregator driver = await Deployment.StartBesideLeaderAsync(
            AggregatorRoles.AggregationJobDriver, options => options.AggregationJobs.MaximumAttempts = 100);
        await Deployment.UploadAsync(task, 1, 2, 3);
        await AwaitJobsAsync(task, AggregationJobState.Abandoned);
        Assert.That(AggregationJobRequests(task), Has.Length.EqualTo(4));
        Assert.That(DeletionsOf(task), Has.Length.EqualTo(1));

        Between.Reset();
        await Deployment.UploadAsync(task, 10, 20, 30);
        await AssertCollectedAsync(task, 60);
    }

    [Test]
    public async Task Refusals_before_them_do_not_count_as_malformed_answers()
    {
        const int Refusals = 6;
        TestTask task = await AddTaskAsync(1);
        int left = Refusals;
        Between.Script((request, context) => request.IsAggregationJob
            ? Interlocked.Decrement(ref left) >= 0
                ? ScriptedHelper.Problem(DapProblemType.InvalidMessage, "not yet")(request, context)
                : Between.Change((answer, answered) => ScriptedHelper.WriteAsync(answer with { Body = answer.Body[..^1] }, answered))(request, context)
            : Task.FromResult(false));
        await using TestAggregator driver = await Deployment.StartBesideLeaderAsync(
            AggregatorRoles.AggregationJobDriver, options => options.AggregationJobs.MaximumAttempts = 100);
        await Deployment.UploadAsync(task, 1, 2, 3);
        await AwaitJobsAsync(task, AggregationJobState.Abandoned);

        Assert.That(AggregationJobRequests(task), Has.Length.EqualTo(Refusals + 4));
    }

    [Test]
    public async Task A_helper_that_never_deletes_holds_no_batch_up_for_ever()
    {
        await using TestAggregator driver = await Deployment.StartBesideLeaderAsync(AggregatorRoles.AggregationJobDriver);
        TestTask task = await AddTaskAsync(1);
        int spoils = 1;
        Between.Script((request, context) => request switch
        {
            { Method: "DELETE" } => ScriptedHelper.Status(HttpStatusCode.MethodNotAllowed)(request, context),
            { IsAggregationJob: true } when Interlocked.Decrement(ref spoils) >= 0 => Between.Change(
                (answer, answered) => ScriptedHelper.WriteAsync(Changed(answer, responses => responses[1..]), answered))(request, context),
            _ => Task.FromResult(false),
        });
        await Deployment.UploadAsync(task, 1, 2, 3);
        await AwaitJobsAsync(task, AggregationJobState.Abandoned);
        Assert.That(DeletionsOf(task), Has.Length.EqualTo(TestDeployment.MaximumAttempts));

        // All that is left is to say so.
        await Deployment.UploadAsync(task, 10, 20, 30);
        HttpAnswer created = await Deployment.CreateCollectionJobAsync(task, TestDeployment.RequestFor(task));
        HttpAnswer failed = await TestDeployment.AwaitAsync(task, Deployment.At(created));
        Assert.That(failed.Problem.DapType, Is.EqualTo(DapProblemType.BatchMismatch));
    }

    [Test]
    public async Task A_wrong_answer_that_does_not_tell_where_the_job_is_ends_it_all_the_same()
    {
        await using TestAggregator driver = await Deployment.StartBesideLeaderAsync(AggregatorRoles.AggregationJobDriver);
        TestTask task = await AddTaskAsync(2);
        Between.ScriptFirst(IsJob, Between.Change((answer, context) => ScriptedHelper.WriteAsync(
            Changed(answer, responses => responses[1..]) with { Location = null }, context)));
        await Deployment.UploadAsync(task, 1, 2, 3);
        await AwaitJobsAsync(task, AggregationJobState.Abandoned);
        Assert.That(DeletionsOf(task), Is.Empty);
        await AssertCollectedAsync(task, 6);
    }
}
