using System.Net;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Aggregation;

/// <summary>DAP §4.5.4.2 (aggregation-helper-continuation) over HTTP, with a VDAF of several rounds and an aggregation parameter.</summary>
/// <param name="asynchronous">Whether the Helper defers its answers.</param>
[TestFixture(false)]
[TestFixture(true)]
public sealed class HelperContinuationTests(bool asynchronous) : HelperFixture(asynchronous)
{
    private static readonly byte[] AggParam = MultiRoundVdaf.AggParam(2, 5);

    [Test]
    public async Task Every_report_is_committed_by_both_sides_at_the_last_step_and_not_before([Range(1, 5)] int rounds)
    {
        ScriptedLeader leader = await LeaderAsync(rounds);
        (HttpAnswer answer, IReadOnlyList<VerifyContinue> continues) = await InitAsync(leader, Reports(leader).Make(1, 2, 3, 4));
        int step = 0;
        while (continues.Count > 0)
        {
            Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(await CountAsync("report_ids", leader.Task)));
            answer = await leader.PostContinueAsync(leader.JobAt(answer), ScriptedLeader.ContinueBody(++step, continues));
            AssertOk(answer);
            Assert.That(
                answer.Decode<AggregationJobResp>().VerifyResps.Select(response => response.ReportId),
                Is.EqualTo(continues.Select(message => message.ReportId)));
            continues = leader.Take(answer, step);
        }

        AggregateShareReq request = leader.ShareRequest(BatchSelector.TimeInterval(Interval.Of(CurrentTime)));
        HttpAnswer share = await leader.PostShareAsync(request);
        AssertOk(share);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(step, Is.EqualTo(rounds / 2));
            Assert.That(leader.Committed, Has.Count.EqualTo(4));
            Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(4));
            Assert.That(await CountAsync("report_ids", leader.Task), Is.EqualTo(4));
            Assert.That(await CountAsync("aggregation_jobs", leader.Task, "(verification IS NOT NULL OR request IS NOT NULL)"), Is.Zero);
            Assert.That(leader.Unshard(request, share), Is.EqualTo(new UInt128[] { 20, 50 }));
        }
    }

    [Test]
    public async Task A_report_that_is_flawed_in_any_round_is_in_neither_sides_batch(
        [Range(2, 4)] int rounds, [Values(MultiRoundFlaw.VerifierShares, MultiRoundFlaw.Leader, MultiRoundFlaw.Helper)] MultiRoundFlaw flaw)
    {
        ScriptedLeader leader = await LeaderAsync(rounds);
        // In the last round the side that is finished second sees no flaw of its own.
        int last = flaw == MultiRoundFlaw.VerifierShares ? rounds : rounds - 1;
        ulong[] measurements = [7, .. Enumerable.Range(0, last).Select(round => MultiRoundVdaf.Flawed(1, round, flaw)), 8, 9];
        await DriveAsync(leader, await InitAsync(leader, Reports(leader).Make(measurements)));

        Assert.That(leader.Committed, Has.Count.EqualTo(3));
        Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(3));
    }

    [Test]
    public async Task Every_request_can_be_repeated_after_a_lost_answer()
    {
        ScriptedLeader leader = await LeaderAsync(5);
        byte[] init = leader.InitBody(Reports(leader).Make(1, 2, 3).Select(leader.Init));
        HttpAnswer answer = await RepeatedAsync(() => leader.PostInitAsync(init));
        Uri job = leader.JobAt(answer);
        IReadOnlyList<VerifyContinue> continues = leader.Take(answer, 0);
        for (int step = 1; continues.Count > 0; step++)
        {
            byte[] body = ScriptedLeader.ContinueBody(step, continues);
            answer = await RepeatedAsync(() => leader.PostContinueAsync(job, body));
            continues = leader.Take(answer, step);

            // The request that made the job finds it where it stands, and nothing is run again.
            HttpAnswer again = await leader.PostInitAsync(init);
            Assert.That((again.Location, again.Body), Is.EqualTo((answer.Location, answer.Body)));
        }

        Assert.That(leader.Committed, Has.Count.EqualTo(3));
        Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(3));
    }

    [Test]
    public async Task A_changed_request_for_a_step_that_was_done_is_a_step_mismatch_and_rewinds_nothing()
    {
        ScriptedLeader leader = await LeaderAsync(4);
        (HttpAnswer answer, IReadOnlyList<VerifyContinue> continues) = await InitAsync(leader, Reports(leader).Make(1, 2, 3));
        Uri job = leader.JobAt(answer);
        byte[] body = ScriptedLeader.ContinueBody(1, continues);
        HttpAnswer first = await leader.PostContinueAsync(job, body);

        await AssertRefusedAsync(leader, job, ScriptedLeader.ContinueBody(1, continues.Take(2)), DapProblemType.StepMismatch);
        await AssertRefusedAsync(leader, job, ScriptedLeader.ContinueBody(1, continues.Reverse()), DapProblemType.StepMismatch);
        Assert.That((await leader.PostContinueAsync(job, body)).Body, Is.EqualTo(first.Body));
        await DriveAsync(leader, (first, leader.Take(first, 1)), step: 1);
        Assert.That(leader.Committed, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task A_request_for_a_step_that_is_not_the_next_is_refused()
    {
        ScriptedLeader leader = await LeaderAsync(5);
        (HttpAnswer answer, IReadOnlyList<VerifyContinue> continues) = await InitAsync(leader, Reports(leader).Make(1, 2, 3));
        Uri job = leader.JobAt(answer);
        await AssertRefusedAsync(leader, job, ScriptedLeader.ContinueBody(0, continues), DapProblemType.InvalidMessage);
        await AssertRefusedAsync(leader, job, ScriptedLeader.ContinueBody(2, continues), DapProblemType.StepMismatch);
        await AssertRefusedAsync(leader, job, ScriptedLeader.ContinueBody(3, continues), DapProblemType.StepMismatch);
        await AssertRefusedAsync(leader, job, ScriptedLeader.ContinueBody(65535, continues), DapProblemType.StepMismatch);
        await DriveAsync(leader, (answer, continues));
        Assert.That(leader.Committed, Has.Count.EqualTo(3));
        await AssertRefusedAsync(leader, job, ScriptedLeader.ContinueBody(3, continues), DapProblemType.StepMismatch);
    }

    [Test]
    public async Task A_job_of_one_round_has_no_step_to_continue_to()
    {
        ScriptedLeader leader = await LeaderAsync();
        MadeReport[] reports = Reports(leader).Make(1, 2);
        HttpAnswer answer = await leader.PostInitAsync(leader.InitBody(reports.Select(leader.Init)));
        VerifyContinue[] continues = [.. reports.Select(report => new VerifyContinue(report.Id, new byte[] { 1 }))];
        await AssertRefusedAsync(leader, leader.JobAt(answer), ScriptedLeader.ContinueBody(1, continues), DapProblemType.StepMismatch);
    }

    [Test]
    public async Task A_request_with_reports_that_do_not_wait_or_are_doubled_or_out_of_order_is_refused()
    {
        ScriptedLeader leader = await LeaderAsync(3);
        ulong[] measurements = [1, MultiRoundVdaf.Flawed(2, 0, MultiRoundFlaw.VerifierShares), 3, 4];
        MadeReport[] reports = Reports(leader).Make(measurements);
        (HttpAnswer answer, IReadOnlyList<VerifyContinue> continues) = await InitAsync(leader, reports);
        Uri job = leader.JobAt(answer);
        Assert.That(continues, Has.Count.EqualTo(3));
        VerifyContinue rejected = continues[0] with { ReportId = reports[1].Id };
        VerifyContinue unknown = continues[0] with { ReportId = ReportId.Random() };
        VerifyContinue[][] mistakes =
        [
            [],
            [rejected],
            [continues[0], rejected, continues[1]],
            [.. continues, unknown],
            [unknown, .. continues],
            [continues[0], continues[0], continues[1]],
            [.. continues, continues[2]],
            [continues[1], continues[0], continues[2]],
        ];
        foreach (VerifyContinue[] mistake in mistakes)
        {
            await AssertRefusedAsync(leader, job, ScriptedLeader.ContinueBody(1, mistake), DapProblemType.InvalidMessage);
        }

        await DriveAsync(leader, (answer, continues));
        Assert.That(leader.Committed, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task A_request_that_is_cut_anywhere_or_has_an_octet_too_many_is_malformed()
    {
        ScriptedLeader leader = await LeaderAsync(2);
        (HttpAnswer answer, IReadOnlyList<VerifyContinue> continues) = await InitAsync(leader, Reports(leader).Make(1));
        Uri job = leader.JobAt(answer);
        byte[] body = ScriptedLeader.ContinueBody(1, continues);
        for (int length = 0; length < body.Length; length++)
        {
            // Only a step without reports is a whole message, and is refused as such.
            AssertProblem(await leader.PostContinueOnceAsync(job, body[..length]), DapProblemType.InvalidMessage, leader.Task.Id);
        }

        await AssertRefusedAsync(leader, job, [.. body, 0], DapProblemType.InvalidMessage);
        await AssertRefusedAsync(leader, job, ScriptedLeader.ContinueBody(1, [continues[0] with { Payload = new byte[1 << 20] }]), DapProblemType.InvalidMessage);
        await DriveAsync(leader, (answer, continues));
        Assert.That(leader.Committed, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_message_that_does_not_fit_rejects_its_report_alone()
    {
        ScriptedLeader leader = await LeaderAsync(2);
        (HttpAnswer answer, IReadOnlyList<VerifyContinue> continues) = await InitAsync(leader, Reports(leader).Make(1, 2, 3));
        VerifyContinue[] changed = [continues[0], continues[1] with { Payload = new byte[] { 9, 9 } }, continues[2]];
        HttpAnswer last = await leader.PostContinueAsync(leader.JobAt(answer), ScriptedLeader.ContinueBody(1, changed));
        VerifyResp[] responses = [.. last.Decode<AggregationJobResp>().VerifyResps];
        Assert.That(responses.Select(response => response.VerifyRespType), Is.EqualTo(new[] { VerifyRespType.Finish, VerifyRespType.Reject, VerifyRespType.Finish }));
        Assert.That(responses[1].ReportError, Is.EqualTo(ReportError.VdafVerifyError));
        Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(2));
    }

    [Test]
    public async Task A_report_that_the_leader_leaves_out_is_never_committed_and_may_come_again()
    {
        ScriptedLeader leader = await LeaderAsync(4);
        MadeReport[] reports = Reports(leader).Make(1, 2, 3, 4);
        (HttpAnswer answer, IReadOnlyList<VerifyContinue> continues) = await InitAsync(leader, reports);
        await DriveAsync(leader, (answer, [continues[0], continues[2]]));
        Assert.That(leader.Committed, Is.EqualTo(new[] { reports[0].Id, reports[2].Id }));
        Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(2));

        await DriveAsync(leader, await InitAsync(leader, [reports[1], reports[3]]));
        Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(4));
    }

    [Test]
    public async Task A_report_that_another_job_has_committed_meanwhile_is_rejected_as_replayed()
    {
        ScriptedLeader leader = await LeaderAsync(3);
        MadeReport[] reports = Reports(leader).Make(1, 2, 3);
        (HttpAnswer answer, IReadOnlyList<VerifyContinue> continues) = await InitAsync(leader, reports);
        ScriptedLeader other = new(leader.Task, Aggregator.Endpoint, AggParam);
        await DriveAsync(other, await InitAsync(other, [reports[1]]));

        HttpAnswer last = await leader.PostContinueAsync(leader.JobAt(answer), ScriptedLeader.ContinueBody(1, continues));
        Assert.That(last.Decode<AggregationJobResp>().VerifyResps[1].ReportError, Is.EqualTo(ReportError.ReportReplayed));
        leader.Take(last, 1);
        Assert.That(leader.Committed, Is.EqualTo(new[] { reports[0].Id, reports[2].Id }));
        Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(3));
    }

    [Test]
    public async Task A_report_whose_batch_was_collected_meanwhile_is_rejected()
    {
        ScriptedLeader leader = await LeaderAsync(3);
        ReportFactory reports = Reports(leader);
        Time collected = new(CurrentTime.Value - 2);
        MadeReport[] made = [.. reports.Make(1), reports.Make(new ReportShape { Measurement = 2, Time = collected }), .. reports.Make(3)];
        (HttpAnswer answer, IReadOnlyList<VerifyContinue> continues) = await InitAsync(leader, made);
        await MarkCollectedAsync(leader.Task, collected, collected);

        HttpAnswer last = await leader.PostContinueAsync(leader.JobAt(answer), ScriptedLeader.ContinueBody(1, continues));
        Assert.That(last.Decode<AggregationJobResp>().VerifyResps[1].ReportError, Is.EqualTo(ReportError.BatchCollected));
        leader.Take(last, 1);
        Assert.That(leader.Committed, Is.EqualTo(new[] { made[0].Id, made[2].Id }));
    }

    [Test]
    public async Task A_job_that_was_deleted_between_its_steps_is_gone_and_its_reports_may_come_again()
    {
        ScriptedLeader leader = await LeaderAsync(3);
        MadeReport[] reports = Reports(leader).Make(1, 2, 3);
        (HttpAnswer answer, IReadOnlyList<VerifyContinue> continues) = await InitAsync(leader, reports);
        Uri job = leader.JobAt(answer);
        AssertOk(await RawHttp.DeleteAsync(job, leader.Task.AggregatorToken));

        HttpAnswer gone = await leader.PostContinueOnceAsync(job, ScriptedLeader.ContinueBody(1, continues));
        AssertProblem(gone, DapProblemType.UnrecognizedAggregationJob, leader.Task.Id);
        Assert.That(gone.Problem.Detail, Does.Contain("deleted"));
        Assert.That(await CountAsync("aggregation_jobs", leader.Task, "(verification IS NOT NULL OR response IS NOT NULL)"), Is.Zero);

        // Nothing had been committed, so even the identical request makes the job anew.
        await DriveAsync(leader, await InitAsync(leader, reports));
        Assert.That(leader.Committed, Has.Count.EqualTo(3));
        Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(3));
    }

    [Test]
    public async Task A_poll_names_the_step_that_the_job_is_at()
    {
        ScriptedLeader leader = await LeaderAsync(4);
        (HttpAnswer answer, IReadOnlyList<VerifyContinue> continues) = await InitAsync(leader, Reports(leader).Make(1, 2));
        Uri job = leader.JobAt(answer);
        HttpAnswer first = await leader.PostContinueAsync(job, ScriptedLeader.ContinueBody(1, continues));
        foreach (string query in new[] { "", "?step=1", "?other=7&step=1" })
        {
            HttpAnswer polled = await RawHttp.GetAsync(new Uri(job + query), leader.Task.AggregatorToken);
            AssertOk(polled);
            Assert.That(polled.Body, Is.EqualTo(first.Body), query);
        }

        foreach (string query in new[] { "?step=0", "?step=2", "?step=65535" })
        {
            AssertProblem(await RawHttp.GetAsync(new Uri(job + query), leader.Task.AggregatorToken), DapProblemType.StepMismatch, leader.Task.Id);
        }

        foreach (string query in new[] { "?step=", "?step=-1", "?step=65536", "?step=one", "?step=1&step=1", "?step=+1", "?step=1.0" })
        {
            AssertProblem(await RawHttp.GetAsync(new Uri(job + query), leader.Task.AggregatorToken), DapProblemType.InvalidMessage, leader.Task.Id);
        }
    }

    [Test]
    public async Task Unknown_and_foreign_jobs_cannot_be_continued()
    {
        ScriptedLeader leader = await LeaderAsync(3);
        ScriptedLeader other = await LeaderAsync(3);
        (HttpAnswer answer, IReadOnlyList<VerifyContinue> continues) = await InitAsync(leader, Reports(leader).Make(1));
        byte[] body = ScriptedLeader.ContinueBody(1, continues);
        Uri unknown = new($"{leader.AggregationJobs}/{AggregationJobId.Random()}");
        Uri foreign = new($"{other.AggregationJobs}/{leader.JobAt(answer).Segments[^1]}");
        AssertProblem(await leader.PostContinueOnceAsync(unknown, body), DapProblemType.UnrecognizedAggregationJob, leader.Task.Id);
        AssertProblem(await other.PostContinueOnceAsync(foreign, body), DapProblemType.UnrecognizedAggregationJob, other.Task.Id);
    }

    [Test]
    public async Task An_aggregation_parameter_that_the_vdaf_does_not_take_is_refused()
    {
        ScriptedLeader leader = await LeaderAsync(2);
        VerifyInit[] inits = [.. Reports(leader).Make(1).Select(leader.Init)];
        foreach (byte[] aggParam in new byte[][] { [], [1, 2, 3], [0, 0, 0, 0], new byte[68] })
        {
            string before = await DatabaseFingerprint.TakeAsync(Database);
            HttpAnswer answer = await leader.PostInitOnceAsync(leader.InitBody(inits, [], aggParam: aggParam));
            AssertProblem(answer, DapProblemType.InvalidAggregationParameter, leader.Task.Id);
            Assert.That(await DatabaseFingerprint.TakeAsync(Database), Is.EqualTo(before));
        }
    }

    [Test]
    public async Task Identical_requests_to_continue_at_once_do_the_step_once()
    {
        for (int round = 0; round < 10; round++)
        {
            ScriptedLeader leader = await LeaderAsync(3);
            (HttpAnswer answer, IReadOnlyList<VerifyContinue> continues) = await InitAsync(leader, Reports(leader).Make(1, 2, 3));
            Uri job = leader.JobAt(answer);
            byte[] body = ScriptedLeader.ContinueBody(1, continues);
            HttpAnswer[] answers = await RaceAsync(5, () => leader.PostContinueAsync(job, body));
            Assert.That(answers.Select(one => one.Status), Is.All.EqualTo(HttpStatusCode.OK));
            Assert.That(answers.Select(one => one.Body), Is.All.EqualTo(answers[0].Body));
            leader.Take(answers[0], 1);
            Assert.That((leader.Committed.Count, await CommittedAsync(leader.Task)), Is.EqualTo((3, 3)));
        }
    }

    private Task<ScriptedLeader> LeaderAsync(int rounds) =>
        LeaderAsync(new TestTaskOptions { MultiRound = new MultiRoundVdaf(rounds) }, AggParam);

    private static async Task<(HttpAnswer Answer, IReadOnlyList<VerifyContinue> Continues)> InitAsync(ScriptedLeader leader, MadeReport[] reports)
    {
        HttpAnswer answer = await leader.PostInitAsync(leader.InitBody(reports.Select(leader.Init)));
        AssertOk(answer);
        return (answer, leader.Take(answer, 0));
    }

    private static async Task DriveAsync(ScriptedLeader leader, (HttpAnswer Answer, IReadOnlyList<VerifyContinue> Continues) at, int step = 0)
    {
        (HttpAnswer answer, IReadOnlyList<VerifyContinue> continues) = at;
        while (continues.Count > 0)
        {
            answer = await leader.PostContinueAsync(leader.JobAt(answer), ScriptedLeader.ContinueBody(++step, continues));
            AssertOk(answer);
            continues = leader.Take(answer, step);
        }
    }

    private static async Task<HttpAnswer> RepeatedAsync(Func<Task<HttpAnswer>> post)
    {
        HttpAnswer first = await post();
        HttpAnswer second = await post();
        AssertOk(first);
        Assert.That((second.Status, second.Location), Is.EqualTo((first.Status, first.Location)));
        Assert.That(second.Body, Is.EqualTo(first.Body));
        return second;
    }

    private async Task AssertRefusedAsync(ScriptedLeader leader, Uri job, byte[] body, DapProblemType type)
    {
        string before = await DatabaseFingerprint.TakeAsync(Database);
        AssertProblem(await leader.PostContinueOnceAsync(job, body), type, leader.Task.Id);
        Assert.That(await DatabaseFingerprint.TakeAsync(Database), Is.EqualTo(before));
    }
}
