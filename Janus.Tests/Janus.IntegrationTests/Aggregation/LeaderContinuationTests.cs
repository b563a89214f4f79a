using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Aggregation;

/// <summary>
/// The Leader's steps in a VDAF of several rounds against answers that are wrong, lost or early: DAP §4.5.4.1
/// (aggregation-leader-continuation). With four rounds the Helper continues the steps 0 and 1 and finishes step 2; with five
/// it continues that one too.
/// </summary>
public sealed class LeaderContinuationTests : LeaderFixture
{
    private const int LastStep = 2;

    private static IEnumerable<TestCaseData> WrongAnswersInEachStep() =>
        from answer in WrongAnswers()
        from step in Enumerable.Range(0, LastStep + 1)
        select new TestCaseData(step, answer.Arguments[0]).SetArgDisplayNames($"step {step}", answer.ArgDisplayNames![0]);

    [TestCaseSource(nameof(WrongAnswersInEachStep))]
    public Task A_wrong_answer_in_any_step_ends_the_job_at_once_and_both_sides_agree_on_the_next_batch(int step, Func<VerifyResp[], VerifyResp[]> change) =>
        AssertEndedAtOnceAsync(4, step, asynchronous: false, change);

    [Test]
    public Task A_type_that_cannot_come_now_ends_the_job_in_any_step([Values(4, 5)] int rounds, [Range(0, LastStep)] int step, [Values] bool asynchronous) =>
        AssertEndedAtOnceAsync(rounds, step, asynchronous, responses => [.. responses[..^1], OtherType(responses[^1])]);

    private async Task AssertEndedAtOnceAsync(int rounds, int step, bool asynchronous, Func<VerifyResp[], VerifyResp[]> change)
    {
        TestTask task = await AddTaskAsync(rounds, asynchronous);
        Spoil(step, change);
        await Deployment.UploadAsync(task, 1, 2, 3);
        await AwaitJobsAsync(task, AggregationJobState.Abandoned);
        Assert.That(DeletionsOf(task), Has.Length.EqualTo(1));
        if (step < LastStep)
        {
            // The Helper had committed nothing, so the reports go into another job.
            await AssertCollectedAsync(task, 6);
            Assert.That(BodiesOf(task, step), Has.Length.EqualTo(2));
            return;
        }

        Assert.That(await LeaderScalarAsync<long>(task, "count(*)", "unaggregated_reports"), Is.Zero);
        Assert.That(await AggregatedAsync(task), Is.EqualTo((0, 3)));
        Assert.That(BodiesOf(task, step), Has.Length.EqualTo(1));
        await Deployment.UploadAsync(task, 10, 20, 30);
        await AssertCollectedAsync(task, 60);
        Assert.That(await HelperScalarAsync<long>(task, "count(*)", "report_ids"), Is.EqualTo(6));
    }

    [Test]
    public async Task Lost_answers_in_any_step_are_asked_for_again_with_the_same_bytes([Values(4, 5)] int rounds, [Range(0, LastStep)] int step, [Values] bool asynchronous)
    {
        TestTask task = await AddTaskAsync(rounds, asynchronous);
        Between.ScriptFirst(
            request => StepOf(request) == step,
            Between.LoseAnswer(),
            ScriptedHelper.Status(System.Net.HttpStatusCode.BadGateway),
            Between.StallHalfway(),
            Between.LoseAnswer());
        await Deployment.UploadAsync(task, 1, 2, 3);
        await AssertCollectedAsync(task, 6);
        Assert.That(BodiesOf(task, step), Has.Length.GreaterThan(2).And.All.EqualTo(BodiesOf(task, step)[0]));
        Assert.That(await JobsAsync(task, AggregationJobState.Finished), Is.EqualTo(1));
    }

    [Test]
    public async Task An_answer_that_was_cut_in_any_step_is_asked_for_again([Range(0, LastStep)] int step, [Values] bool asynchronous)
    {
        TestTask task = await AddTaskAsync(5, asynchronous);
        int cuts = TestDeployment.MaximumAttempts - 1;
        Between.Script((request, context) => StepOf(request) != step
            ? Task.FromResult(false)
            : Between.Change((answer, answered) => ScriptedHelper.WriteAsync(
                answer.Body.Length > 0 && Interlocked.Decrement(ref cuts) >= 0 ? answer with { Body = answer.Body[..^1] } : answer, answered))(request, context));
        await Deployment.UploadAsync(task, 1, 2, 3);
        await AssertCollectedAsync(task, 6);
        Assert.That(await JobsAsync(task, AggregationJobState.Abandoned), Is.Zero);
    }

    [Test]
    public async Task A_report_that_was_too_early_in_any_step_before_the_last_is_offered_again([Range(0, LastStep - 1)] int step, [Values] bool asynchronous)
    {
        TestTask task = await AddTaskAsync(4, asynchronous);
        ReportId early = default;
        Spoil(step, responses =>
        {
            early = responses[1].ReportId;
            return [responses[0], VerifyResp.Reject(early, ReportError.ReportTooEarly), .. responses[2..]];
        });
        MadeReport[] reports = await Deployment.UploadAsync(task, 1, 2, 3, 4);
        await AssertCollectedAsync(task, 10);
        ScriptedRequest[] jobs = AggregationJobRequests(task);
        Assert.That(jobs, Has.Length.EqualTo(2));
        Assert.That(ReportIdsOf(jobs[0]), Is.EquivalentTo(reports.Select(report => report.Id)));
        Assert.That(ReportIdsOf(jobs[1]), Is.EqualTo(new[] { early }));
    }

    [Test]
    public async Task A_report_that_was_rejected_otherwise_in_any_step_is_never_offered_again([Range(0, LastStep - 1)] int step)
    {
        TestTask task = await AddTaskAsync(4);
        Spoil(step, responses => [responses[0], VerifyResp.Reject(responses[1].ReportId, ReportError.VdafVerifyError), .. responses[2..]]);
        await Deployment.UploadAsync(task, 5, 5, 5, 5);
        await AssertCollectedAsync(task, 15);
        Assert.That(AggregationJobRequests(task), Has.Length.EqualTo(1));
        Assert.That(await LeaderScalarAsync<long>(task, "count(*)", "unaggregated_reports"), Is.Zero);
    }

    [Test]
    public async Task A_helper_that_has_forgotten_the_job_in_a_later_step_makes_the_leader_abandon_it([Range(1, LastStep)] int step)
    {
        TestTask task = await AddTaskAsync(4);
        Between.ScriptFirst(
            request => StepOf(request) == step, ScriptedHelper.Problem(DapProblemType.UnrecognizedAggregationJob, "never heard of it"));
        await Deployment.UploadAsync(task, 1, 2, 3);
        await AwaitJobsAsync(task, AggregationJobState.Abandoned);
        await Deployment.UploadAsync(task, 10, 20, 30);
        await AssertCollectedAsync(task, step < LastStep ? (UInt128)66 : 60);
    }

    [Test]
    public async Task A_batch_that_was_aggregated_with_another_parameter_can_only_be_collected_with_its_own()
    {
        TestTask task = await AddTaskAsync(2, hasAggParam: true);
        CollectionJobReq request = TestDeployment.RequestFor(task) with { AggParam = MultiRoundVdaf.AggParam(2, 5) };
        Between.ScriptFirst(one => one.IsAggregateShare, ScriptedHelper.Problem(DapProblemType.BatchMismatch, "not yet"));
        await Deployment.UploadAsync(task, 1, 2, 3);
        HttpAnswer created = await Deployment.CreateCollectionJobAsync(task, request);
        HttpAnswer failed = await TestDeployment.AwaitAsync(task, Deployment.At(created));
        Assert.That(failed.Problem.DapType, Is.EqualTo(DapProblemType.BatchMismatch));

        HttpAnswer other = await Deployment.CreateCollectionJobAsync(task, request with { AggParam = MultiRoundVdaf.AggParam(3) });
        Assert.That(other.Problem.DapType, Is.EqualTo(DapProblemType.InvalidMessage));
        Assert.That(other.Problem.Detail, Does.Contain("another aggregation parameter"));
        Assert.That((await Deployment.CollectAsync(task, request)).Aggregate, Is.EqualTo(new UInt128[] { 12, 30 }));
    }
}
