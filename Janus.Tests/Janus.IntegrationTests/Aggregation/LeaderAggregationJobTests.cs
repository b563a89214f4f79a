using System.Net;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;
using Microsoft.AspNetCore.Http;

namespace Janus.IntegrationTests.Aggregation;

/// <summary>The Leader's aggregation jobs against a Helper that misbehaves: DAP §4.5.3.1 (leader-init).</summary>
public sealed class LeaderAggregationJobTests : LeaderFixture
{
    private const string MediaType = "application/ppm-dap;message=aggregation-job-resp";

    [Test]
    public async Task A_failing_helper_gets_the_identical_request_until_it_answers()
    {
        TestTask task = await Deployment.AddTaskAsync();
        Between.ScriptFirst(
            IsJob,
            ScriptedHelper.Status(HttpStatusCode.InternalServerError),
            ScriptedHelper.Status(HttpStatusCode.ServiceUnavailable),
            ScriptedHelper.Answer(MediaType, []),
            Between.LoseAnswer());
        await Deployment.UploadAsync(task, 0, 1, 1, 3);
        await AssertCollectedAsync(task, 1, 2, 0, 1);
        ScriptedRequest[] requests = AggregationJobRequests(task);
        Assert.That(requests, Has.Length.EqualTo(5));
        Assert.That(requests.Select(request => request.Body), Is.All.EqualTo(requests[0].Body));
        Assert.That(requests.Select(request => DapMediaType.Matches(request.ContentType, DapVersion.Newest.MediaTypes.AggregationJobInitReq)), Is.All.True);
    }

    [Test]
    public async Task A_lost_answer_does_not_count_twice()
    {
        TestTask task = await Deployment.AddTaskAsync();
        Between.ScriptFirst(IsJob, Between.LoseAnswer(), Between.LoseAnswer());
        await Deployment.UploadAsync(task, 2, 2, 2);
        await AssertCollectedAsync(task, 0, 0, 3, 0);
        Assert.That(AggregationJobRequests(task), Has.Length.EqualTo(3));
        Assert.That(await HelperScalarAsync<long>(task, "sum(report_count)::bigint", "batch_bucket_shards"), Is.EqualTo(3));
    }

    [Test]
    public async Task An_answer_that_stalls_halfway_is_given_up_and_asked_for_again()
    {
        TestTask task = await Deployment.AddTaskAsync();
        Between.ScriptFirst(IsJob, Between.StallHalfway());
        await Deployment.UploadAsync(task, 2, 2, 1);
        await AssertCollectedAsync(task, 0, 1, 2, 0);
        Assert.That(
            Deployment.Leader.Logs.Lines.Any(line => line.Contains("did not answer in time", StringComparison.Ordinal)), Is.True);
    }

    [Test]
    public async Task What_an_operator_can_mend_is_retried_and_not_abandoned()
    {
        TestTask task = await Deployment.AddTaskAsync();
        Between.ScriptFirst(
            IsJob,
            ScriptedHelper.Status(HttpStatusCode.Unauthorized),
            ScriptedHelper.Status(HttpStatusCode.NotFound),
            ScriptedHelper.Status(HttpStatusCode.RequestEntityTooLarge),
            ScriptedHelper.Problem(DapProblemType.UnrecognizedTask, "not yet"));
        await Deployment.UploadAsync(task, 1, 2, 3);
        await AssertCollectedAsync(task, 0, 1, 1, 1);
        Assert.That(AggregationJobRequests(task), Has.Length.EqualTo(5));
    }

    [Test]
    public async Task An_answer_without_a_media_type_or_of_another_one_is_asked_for_again()
    {
        TestTask task = await Deployment.AddTaskAsync();
        Between.ScriptFirst(IsJob, ScriptedHelper.Answer(null, [1]), ScriptedHelper.Answer("text/html", [1]));
        await Deployment.UploadAsync(task, 1, 2, 3);
        await AssertCollectedAsync(task, 0, 1, 1, 1);
        Assert.That(Deployment.Leader.Logs.Lines.Any(line => line.Contains("KeyNotFoundException", StringComparison.Ordinal)), Is.False);
    }

    [Test]
    public async Task A_helper_that_asks_for_a_year_of_patience_gets_as_much_as_the_configuration_allows([Values("31536000", "9999999999999")] string retryAfter)
    {
        TestTask task = await Deployment.AddTaskAsync();
        Between.ScriptFirst(IsJob, (_, context) =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers.RetryAfter = retryAfter;
            return Task.FromResult(true);
        });
        await Deployment.UploadAsync(task, 1, 2, 3);
        await AssertCollectedAsync(task, 0, 1, 1, 1);
    }

    [TestCaseSource(nameof(WrongAnswers))]
    public async Task An_answer_that_is_not_to_the_request_makes_the_leader_abandon_the_job_and_delete_it(Func<VerifyResp[], VerifyResp[]> change)
    {
        TestTask task = await Deployment.AddTaskAsync();
        Spoil(step: 0, change);
        await Deployment.UploadAsync(task, 1, 2, 3);
        await AssertAbandonedAsync(task, 1);
        Assert.That(DeletionsOf(task), Has.Length.EqualTo(1));

        // The Helper had committed the three.
        Assert.That(await AggregatedAsync(task), Is.EqualTo((0, 3)));
        await Deployment.UploadAsync(task, 0, 0, 0);
        await AssertCollectedAsync(task, 3, 0, 0, 0);
        Assert.That(await HelperScalarAsync<long>(task, "count(*)", "report_ids"), Is.EqualTo(6), "what was committed stays known as replayed");
    }

    [Test]
    public async Task An_answer_that_can_never_be_decoded_is_given_up_after_many_attempts()
    {
        TestTask task = await Deployment.AddTaskAsync();
        Between.ScriptFirst(IsJob, [.. Enumerable.Repeat(
            Between.Change((answer, context) => ScriptedHelper.WriteAsync(answer with { Body = answer.Body[..^1] }, context)),
            TestDeployment.MaximumAttempts)]);
        await Deployment.UploadAsync(task, 1, 2, 3);
        await AssertAbandonedAsync(task, TestDeployment.MaximumAttempts);
        await Deployment.UploadAsync(task, 0, 0, 0);
        await AssertCollectedAsync(task, 3, 0, 0, 0);
    }

    [Test]
    public async Task An_answer_that_was_cut_is_asked_for_again()
    {
        TestTask task = await Deployment.AddTaskAsync();
        Between.ScriptFirst(IsJob, Between.Change((answer, context) => ScriptedHelper.WriteAsync(answer with { Body = answer.Body[..^1] }, context)));
        await Deployment.UploadAsync(task, 1, 2, 3);
        await AssertCollectedAsync(task, 0, 1, 1, 1);
    }

    [Test]
    public async Task A_job_that_the_helper_refuses_is_tried_again_in_case_an_operator_mends_it()
    {
        TestTask task = await Deployment.AddTaskAsync();
        Between.ScriptFirst(IsJob, [.. Enumerable.Repeat(ScriptedHelper.Problem(DapProblemType.InvalidMessage, "not yet"), TestDeployment.MaximumAttempts - 1)]);
        await Deployment.UploadAsync(task, 1, 2, 3);
        await AssertCollectedAsync(task, 0, 1, 1, 1);
    }

    [Test]
    public async Task The_reports_of_a_job_that_the_helper_goes_on_refusing_go_into_another_one()
    {
        TestTask task = await Deployment.AddTaskAsync();
        Between.ScriptFirst(IsJob, [.. Refusals(TestDeployment.MaximumAttempts)]);
        await Deployment.UploadAsync(task, 1, 2, 3);
        await AssertCollectedAsync(task, 0, 1, 1, 1);
        Assert.That(await LeaderScalarAsync<long>(task, $"count(*) FILTER (WHERE state = {AggregationJobState.Abandoned:d})", "aggregation_jobs"), Is.EqualTo(1));
    }

    [Test]
    public async Task Reports_whose_second_job_is_refused_as_well_are_dropped_and_hold_nothing_up()
    {
        TestTask task = await Deployment.AddTaskAsync();
        Between.ScriptFirst(IsJob, [.. Refusals(2 * TestDeployment.MaximumAttempts)]);
        await Deployment.UploadAsync(task, 1, 2, 3);
        await AssertAbandonedAsync(task, 2 * TestDeployment.MaximumAttempts, jobs: 2);
        await Deployment.UploadAsync(task, 0, 0, 0);
        await AssertCollectedAsync(task, 3, 0, 0, 0);
    }

    [Test]
    public async Task A_verifier_message_that_does_not_verify_rejects_its_report_alone()
    {
        TestTask task = await Deployment.AddTaskAsync();
        Between.ScriptFirst(IsJob, Between.Change((answer, context) =>
        {
            VerifyResp[] responses = [.. answer.Decode<AggregationJobResp>().VerifyResps];
            responses[1] = VerifyResp.Continue(responses[1].ReportId, Breakages.Flip(responses[1].Payload.ToArray()));
            return ScriptedHelper.WriteAsync(answer with { Body = WireMessage.Encode(new AggregationJobResp(responses)) }, context);
        }));
        await Deployment.UploadAsync(task, 1, 2, 3);
        Assert.That(
            () => LeaderScalarAsync<long>(task, "coalesce(sum(report_count), 0)::bigint", "batch_bucket_shards"),
            Is.EqualTo(2).After(20_000, 50));
    }

    [Test]
    public async Task A_report_that_the_helper_rejects_is_in_nobodys_batch()
    {
        TestTask task = await Deployment.AddTaskAsync();
        ReportFactory sealedForNobody = new(task, await Deployment.Leader.HpkeConfigAsync(), null, TestDeployment.CurrentTime);
        MadeReport[] good = (await Deployment.ReportsAsync(task)).Make(0, 1, 2);
        await Deployment.UploadAsync(task, [good[0], .. sealedForNobody.Make(3), .. good[1..], .. sealedForNobody.Make(3, 3)]);
        await AssertCollectedAsync(task, 1, 1, 1, 0);
        Assert.That(await LeaderScalarAsync<long>(task, "count(*)", "unaggregated_reports"), Is.Zero);
    }

    [Test]
    public async Task A_report_that_the_leader_cannot_verify_is_not_sent_to_the_helper()
    {
        TestTask task = await Deployment.AddTaskAsync();
        ReportFactory reports = await Deployment.ReportsAsync(task);
        // No element of the Leader's share is below the modulus then; the Helper's share is a seed, which may be anything.
        MadeReport bad = reports.Make(new ReportShape { InputShare = bytes => [.. Enumerable.Repeat((byte)0xff, bytes.Length)] });
        MadeReport[] good = reports.Make(1, 1, 0);
        await Deployment.UploadAsync(task, [good[0], bad, good[1], good[2]]);
        await AssertCollectedAsync(task, 1, 2, 0, 0);
        Assert.That(
            AggregationJobRequests(task).SelectMany(ReportIdsOf), Is.EquivalentTo(good.Select(report => report.Id)));
    }

    [Test]
    public async Task A_task_that_cannot_be_worked_on_does_not_hold_up_the_others()
    {
        TestTask unsupported = new(new TestTaskOptions { Leader = Deployment.Leader.Endpoint, Helper = Between.Endpoint });
        TaskConfiguration poplar = new(unsupported.Configuration.Fields with
        {
            VdafType = VdafType.Poplar1,
            VdafConfiguration = WireMessage.Encode(new Poplar1Config(16)),
        });
        DapTask stored = await Deployment.Leader.AddTaskAsync(unsupported.For(Role.Leader) with { Configuration = poplar });
        await Deployment.Leader.Get<ReportStore>().PutAsync(
            [
                new UploadedReport
                {
                    TaskKey = stored.Key,
                    Id = ReportId.Random(),
                    Time = TestDeployment.CurrentTime.Value,
                Week = ReportWeek.Of(TestDeployment.CurrentTime.Value, TestTask.Precision),
                    PublicShare = new byte[1],
                    LeaderInputShare = new byte[1],
                    HelperEncryptedInputShare = [1],
                    IsTimeInterval = true,
                },
            ],
            TimeProvider.System.GetUtcNow(),
            CancellationToken.None);

        TestTask task = await Deployment.AddTaskAsync();
        await Deployment.UploadAsync(task, 1, 2, 3);
        await AssertCollectedAsync(task, 0, 1, 1, 1);
    }

    private static IEnumerable<Func<ScriptedRequest, HttpContext, Task<bool>>> Refusals(int count) =>
        Enumerable.Repeat(ScriptedHelper.Problem(DapProblemType.InvalidMessage, "not like this"), count);

    private async Task AssertAbandonedAsync(TestTask task, int attempts, int jobs = 1)
    {
        await AwaitJobsAsync(task, AggregationJobState.Abandoned, jobs);
        await Task.Delay(400);
        Assert.That(AggregationJobRequests(task), Has.Length.EqualTo(attempts), "an abandoned job is not tried again");
        Assert.That(await LeaderScalarAsync<long>(task, "count(*)", "unaggregated_reports"), Is.Zero);
        Assert.That(await LeaderScalarAsync<long>(task, "count(*)", "batch_bucket_shards"), Is.Zero);
    }
}
