using System.Net;
using Janus.Dap;
using Janus.IntegrationTests.Aggregation;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Races;

/// <summary>
/// Requests to a Helper at once, each past its checks when the first is let write: DAP §6.4.2 (distributed-systems). What
/// the Leader was answered and what the Helper counts is compared by collecting it.
/// </summary>
/// <param name="asynchronous">Whether the Helper defers its answers.</param>
[TestFixture(false)]
[TestFixture(true)]
public sealed class HelperRequestRaceTests(bool asynchronous) : HelperFixture(asynchronous)
{
    private const int Rounds = 25;
    private static readonly byte[] AggParam = MultiRoundVdaf.AggParam(2, 5);

    [Test]
    public async Task Identical_requests_make_one_aggregation_job()
    {
        for (int round = 0; round < Rounds; round++)
        {
            ScriptedLeader leader = await LeaderAsync();
            byte[] body = leader.InitBody(Reports(leader).Make(0, 1, 2, 3).Select(leader.Init));

            HttpAnswer[] answers = await RaceAsync(
                "aggregation_jobs", IsAsynchronous ? "HelperAggregationJobStore.Defer" : "HelperAggregationJobStore.Insert", Enumerable.Repeat(body, 4), leader.PostInitOnceAsync);

            Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.OK));
            Assert.That(answers.Select(leader.JobAt).Distinct().Count(), Is.EqualTo(1));
            HttpAnswer[] final = await Task.WhenAll(answers.Select(leader.AwaitAsync));
            Assert.That(final.Select(answer => answer.Body), Is.All.EqualTo(final[0].Body));
            Assert.That(leader.Finish(final[0]), Has.Count.EqualTo(4));
            Assert.That(await CountAsync("aggregation_jobs", leader.Task), Is.EqualTo(1));
            await AssertCollectedAsync(leader, 1, 1, 1, 1);
        }
    }

    [Test]
    public async Task Different_jobs_with_common_reports_count_every_report_once()
    {
        for (int round = 0; round < Rounds; round++)
        {
            ScriptedLeader leader = await LeaderAsync();
            VerifyInit[] inits = [.. Reports(leader).Make(0, 1, 2, 3, 3).Select(leader.Init)];
            // Every report is in three of the jobs, and no two jobs have the same order.
            byte[][] bodies = [.. Enumerable.Range(0, 5).Select(i => leader.InitBody([inits[i], inits[(i + 1) % 5], inits[(i + 2) % 5]]))];

            HttpAnswer[] answers = IsAsynchronous
                ? await Task.WhenAll((await Task.WhenAll(bodies.Select(leader.PostInitOnceAsync))).Select(leader.AwaitAsync))
                : await RaceAsync("report_ids", "HelperAggregationJobStore.Take", bodies, leader.PostInitOnceAsync);

            foreach (HttpAnswer answer in answers)
            {
                leader.Finish(answer);
            }

            VerifyResp[] responses = [.. answers.SelectMany(answer => answer.Decode<AggregationJobResp>().VerifyResps)];
            Assert.That(leader.Committed, Is.EquivalentTo(inits.Select(init => init.ReportShare.ReportMetadata.ReportId)));
            Assert.That(
                responses.Where(response => response.VerifyRespType == VerifyRespType.Reject).Select(response => response.ReportError),
                Has.Exactly(10).Items.And.All.EqualTo(ReportError.ReportReplayed));
            await AssertCollectedAsync(leader, 1, 1, 1, 2);
        }
    }

    [Test]
    public async Task Identical_requests_to_continue_do_the_step_once()
    {
        for (int round = 0; round < Rounds; round++)
        {
            (ScriptedLeader leader, Uri job, IReadOnlyList<VerifyContinue> continues) = await BeginAsync();
            byte[] body = ScriptedLeader.ContinueBody(1, continues);

            HttpAnswer[] answers = await RaceAsync(
                "aggregation_jobs", ContinueStatement, Enumerable.Repeat(body, 4), one => leader.PostContinueOnceAsync(job, one));

            HttpAnswer[] final = await Task.WhenAll(answers.Select(leader.AwaitAsync));
            Assert.That(final.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.OK));
            Assert.That(final.Select(answer => answer.Body), Is.All.EqualTo(final[0].Body));
            leader.Take(final[0], 1);
            Assert.That(leader.Committed, Has.Count.EqualTo(4));
            await AssertCollectedAsync(leader, 20, 50);
        }
    }

    [Test]
    public async Task Of_different_requests_to_continue_one_wins_and_the_others_are_a_step_mismatch()
    {
        for (int round = 0; round < Rounds; round++)
        {
            (ScriptedLeader leader, Uri job, IReadOnlyList<VerifyContinue> continues) = await BeginAsync();
            // Each leaves another report out.
            byte[][] bodies = [.. continues.Select(left => ScriptedLeader.ContinueBody(1, continues.Where(one => one != left)))];

            HttpAnswer[] answers = await RaceAsync("aggregation_jobs", ContinueStatement, bodies, one => leader.PostContinueOnceAsync(job, one));

            HttpAnswer winner = answers.Single(answer => answer.Status == HttpStatusCode.OK);
            foreach (HttpAnswer loser in answers.Where(answer => answer != winner))
            {
                AssertProblem(loser, DapProblemType.StepMismatch, leader.Task.Id);
            }

            leader.Take(await leader.AwaitAsync(winner), 1);
            Assert.That(leader.Committed, Has.Count.EqualTo(3));
            Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(3));
            Assert.That(await CountAsync("report_ids", leader.Task), Is.EqualTo(3));
            // The report that the winner left out was not committed.
            Assert.That(
                (await leader.AwaitAsync(await leader.PostShareAsync(leader.ShareRequest(BatchSelector.TimeInterval(Interval.Of(CurrentTime)))))).Status,
                Is.EqualTo(HttpStatusCode.OK));
        }
    }

    [Test]
    public async Task A_job_that_is_continued_and_deleted_at_once_is_committed_whole_or_not_at_all()
    {
        int commits = 0;
        for (int round = 0; round < Rounds; round++)
        {
            (ScriptedLeader leader, Uri job, IReadOnlyList<VerifyContinue> continues) = await BeginAsync();
            byte[] body = ScriptedLeader.ContinueBody(1, continues);
            Func<Task<HttpAnswer>>[] requests = [() => leader.PostContinueOnceAsync(job, body), () => RawHttp.DeleteAsync(job, leader.Task.AggregatorToken)];
            if (round % 2 == 1)
            {
                Array.Reverse(requests);
            }

            HttpAnswer[] answers;
            await using (DatabaseGate gate = await DatabaseGate.BeforeWritesAsync(Database, "aggregation_jobs"))
            {
                Task<HttpAnswer> first = requests[0]();
                await gate.WaitForAsync(1, [first], round % 2 == 0 ? ContinueStatement : "HelperAggregationJobStore.Delete");
                Task<HttpAnswer> second = requests[1]();
                await gate.WaitForAsync(1, [first, second], round % 2 == 0 ? "HelperAggregationJobStore.Delete" : ContinueStatement);
                await gate.OpenAsync();
                answers = await Task.WhenAll(first, second);
            }

            AssertOk(answers[round % 2 == 0 ? 1 : 0]);
            HttpAnswer continued = await leader.AwaitAsync(answers[round % 2 == 0 ? 0 : 1]);
            long committed = await CommittedAsync(leader.Task);
            commits += committed > 0 ? 1 : 0;
            Assert.That(committed, Is.AnyOf(0L, 4L));
            Assert.That(await CountAsync("report_ids", leader.Task), Is.EqualTo(committed));
            Assert.That(await CountAsync("aggregation_jobs", leader.Task, "state = 4 AND request IS NULL AND verification IS NULL"), Is.EqualTo(1));
            if (continued.Status == HttpStatusCode.OK)
            {
                Assert.That(committed, Is.EqualTo(4), "what was answered is committed");
            }
            else
            {
                AssertProblem(continued, DapProblemType.UnrecognizedAggregationJob, leader.Task.Id);
            }
        }

        await TestContext.Out.WriteLineAsync($"{commits} of {Rounds} were committed");
    }

    [Test]
    public async Task Identical_requests_for_an_aggregate_share_are_answered_with_one_share()
    {
        for (int round = 0; round < Rounds; round++)
        {
            TestTask task = await AddTaskAsync(Role.Helper);
            ScriptedLeader leader = new(task, Aggregator.Endpoint);
            await leader.AggregateAsync(Reports(leader).Make(0, 1, 2));
            AggregateShareReq request = leader.ShareRequest(BatchSelector.TimeInterval(Interval.Of(CurrentTime)));

            HttpAnswer[] answers;
            await using (DatabaseGate gate = await DatabaseGate.BeforeFenceAsync(Database, await TaskKeyAsync(task)))
            {
                answers = await gate.RaceAsync(Enumerable.Repeat(() => leader.PostShareAsync(request), 4));
            }

            Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.OK));
            Assert.That(answers.Select(answer => answer.Body), Is.All.EqualTo(answers[0].Body));
            Assert.That(answers.Select(answer => answer.Location), Is.All.EqualTo(answers[0].Location));
            Assert.That(leader.Unshard(request, answers[3]), Is.EqualTo(new UInt128[] { 1, 1, 1, 0 }));
            Assert.That(await CountAsync("aggregate_shares", task), Is.EqualTo(1));
        }
    }

    private string ContinueStatement => IsAsynchronous ? "HelperAggregationJobStore.DeferStep" : "HelperAggregationJobStore.Continue";

    // A driver of the Helper's may come to the gate as well, which is why the statement is waited for.
    private async Task<HttpAnswer[]> RaceAsync(string table, string statement, IEnumerable<byte[]> bodies, Func<byte[], Task<HttpAnswer>> post)
    {
        await using DatabaseGate gate = await DatabaseGate.BeforeWritesAsync(Database, table);
        Task<HttpAnswer>[] requests = [.. bodies.Select(post)];
        await gate.WaitForAsync(requests.Length, requests, statement);
        await gate.OpenAsync();
        return await Task.WhenAll(requests);
    }

    private async Task<(ScriptedLeader Leader, Uri Job, IReadOnlyList<VerifyContinue> Continues)> BeginAsync()
    {
        ScriptedLeader leader = await LeaderAsync(new TestTaskOptions { MultiRound = new MultiRoundVdaf(3) }, AggParam);
        HttpAnswer answer = await leader.PostInitAsync(leader.InitBody(Reports(leader).Make(1, 2, 3, 4).Select(leader.Init)));
        return (leader, leader.JobAt(answer), leader.Take(answer, 0));
    }

    private async Task AssertCollectedAsync(ScriptedLeader leader, params UInt128[] expected)
    {
        Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(leader.Committed.Count));
        Assert.That(await CountAsync("report_ids", leader.Task), Is.EqualTo(leader.Committed.Count));
        AggregateShareReq request = leader.ShareRequest(BatchSelector.TimeInterval(Interval.Of(CurrentTime)));
        HttpAnswer share = await leader.AwaitAsync(await leader.PostShareAsync(request));
        AssertOk(share);
        Assert.That(leader.Unshard(request, share), Is.EqualTo(expected));
    }

    private Task<int> TaskKeyAsync(TestTask task) =>
        ScalarAsync<int>($"SELECT task_key FROM tasks WHERE task_id = '\\x{Convert.ToHexString(task.Id.ToArray())}'");
}
