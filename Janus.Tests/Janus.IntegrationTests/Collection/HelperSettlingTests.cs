using System.Net;
using Janus.Aggregator;
using Janus.Dap;
using Janus.IntegrationTests.Aggregation;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Collection;

/// <summary>
/// What becomes of the reports of a deleted aggregation job in the Helper's aggregate share: DAP §4.5.5
/// (aggregation-job-abandonment-and-deletion). The Leader's count and checksum tell whether it had committed them too.
/// </summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class HelperSettlingTests(bool asynchronous) : HelperFixture(asynchronous)
{
    private const int Rounds = 20;

    /// <inheritdoc/>
    protected override AggregatorRoles Roles => AggregatorRoles.Aggregator | AggregatorRoles.AggregationJobDriver | AggregatorRoles.CollectionJobDriver;

    [Test]
    public async Task A_leader_that_tidies_up_finished_jobs_gets_a_share_of_everything()
    {
        ScriptedLeader leader = await LeaderAsync();
        await DeleteAsync(leader, await AggregateAsync(leader, leader, 0, 1, 2));
        await DeleteAsync(leader, await AggregateAsync(leader, leader, 3));
        AggregateShareReq request = leader.ShareRequest(AllTime());
        HttpAnswer share = await leader.AwaitAsync(await leader.PostShareAsync(request));
        Assert.That(leader.Unshard(request, share), Is.EqualTo(new UInt128[] { 1, 1, 1, 1 }));
    }

    [Test]
    public async Task A_leader_that_abandoned_jobs_gets_a_share_without_them([Values(BatchMode.TimeInterval, BatchMode.LeaderSelected)] BatchMode batchMode)
    {
        ScriptedLeader leader = await LeaderAsync(new TestTaskOptions { BatchMode = batchMode });
        ScriptedLeader ofAbandoned = new(leader.Task, Aggregator.Endpoint);
        BatchId? batchId = batchMode == BatchMode.LeaderSelected ? BatchId.Random() : null;
        BatchSelector selector = batchId is { } id ? BatchSelector.LeaderSelected(id) : AllTime();
        await AggregateAsync(leader, leader, [0, 1, 2], batchId);
        MadeReport[] abandoned = Reports(leader).Make(3, 3);
        Uri job = leader.JobAt(await ofAbandoned.PostInitAsync(ofAbandoned.InitBody(abandoned.Select(ofAbandoned.Init), batchId)));
        AggregateShareReq request = leader.ShareRequest(selector);
        AssertProblem(await leader.AwaitAsync(await leader.PostShareAsync(request)), DapProblemType.BatchMismatch, leader.Task.Id);
        Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(5), "as long as the job is not deleted");

        await DeleteAsync(leader, job);
        Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(5), "the deletion alone does not tell");
        HttpAnswer share = await SharedAsync(leader, request);
        Assert.That(leader.Unshard(request, share), Is.EqualTo(new UInt128[] { 1, 1, 1, 0 }));
        Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(3));

        // Their IDs are not forgotten, in another job and for another batch.
        HttpAnswer replay = await leader.PostInitAsync(leader.InitBody(
            abandoned.Reverse().Select(leader.Init), batchId is null ? null : BatchId.Random()));
        Assert.That(
            replay.Decode<AggregationJobResp>().VerifyResps.Select(response => response.ReportError),
            Is.All.EqualTo(batchId is null ? ReportError.BatchCollected : ReportError.ReportReplayed));
        Assert.That(await CountAsync("report_ids", leader.Task), Is.EqualTo(5));
    }

    [Test]
    public async Task A_batch_that_agrees_in_neither_way_is_a_mismatch_and_stays_as_it_is()
    {
        ScriptedLeader leader = await LeaderAsync();
        ScriptedLeader other = new(leader.Task, Aggregator.Endpoint);
        await AggregateAsync(leader, leader, 0, 1, 2);
        await AggregateAsync(leader, other, 1);
        await DeleteAsync(leader, await AggregateAsync(leader, other, 3));
        AssertProblem(await leader.AwaitAsync(await leader.PostShareAsync(leader.ShareRequest(AllTime()))), DapProblemType.BatchMismatch, leader.Task.Id);
        Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(5));
        Assert.That(await CountAsync("collected_batches", leader.Task), Is.Zero);
    }

    [Test]
    public async Task A_collected_batch_keeps_the_reports_of_jobs_that_are_deleted_afterwards()
    {
        ScriptedLeader leader = await LeaderAsync();
        Uri job = await AggregateAsync(leader, leader, 0, 1, 2);
        AggregateShareReq request = leader.ShareRequest(AllTime());
        byte[] share = (await leader.AwaitAsync(await leader.PostShareAsync(request))).Body;
        await DeleteAsync(leader, job);
        Assert.That((await leader.AwaitAsync(await leader.PostShareAsync(request))).Body, Is.EqualTo(share));
        AssertProblem(
            await leader.AwaitAsync(await leader.PostShareAsync(request with { ReportCount = 0, Checksum = BatchChecksum.Empty })),
            DapProblemType.BatchOverlap,
            leader.Task.Id);
        Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(3));
    }

    [Test]
    public async Task Of_a_deletion_and_a_collection_at_once_no_half_is_done()
    {
        int collectedAtOnce = 0;
        for (int round = 0; round < Rounds; round++)
        {
            ScriptedLeader leader = await LeaderAsync();
            ScriptedLeader ofAbandoned = new(leader.Task, Aggregator.Endpoint);
            await AggregateAsync(leader, leader, 0, 1, 2);
            Uri job = await AggregateAsync(leader, ofAbandoned, 3);
            AggregateShareReq request = leader.ShareRequest(AllTime());
            int next = 0;
            HttpAnswer[] answers = await RaceAsync(3, () => Interlocked.Increment(ref next) == 2
                ? RawHttp.DeleteAsync(job, leader.Task.AggregatorToken)
                : leader.PostShareAsync(request));
            collectedAtOnce += answers.Any(answer => answer.Location?.Contains("aggregate_shares", StringComparison.Ordinal) == true) ? 1 : 0;

            // Whether it was too early or not: the same request ends well now.
            HttpAnswer share = await SharedAsync(leader, request);
            Assert.That(leader.Unshard(request, share), Is.EqualTo(new UInt128[] { 1, 1, 1, 0 }));
            Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(3));
            Assert.That(await CountAsync("report_ids", leader.Task), Is.EqualTo(4));
        }

        TestContext.Out.WriteLine($"{collectedAtOnce} of {Rounds} collections came after the deletion");
    }

    [Test]
    public async Task Of_a_deletion_and_the_step_it_meets_the_batch_knows_nothing_in_the_end()
    {
        int committed = 0;
        for (int round = 0; round < Rounds; round++)
        {
            ScriptedLeader leader = await LeaderAsync();
            ScriptedLeader ofAbandoned = new(leader.Task, Aggregator.Endpoint);
            await AggregateAsync(leader, leader, 0, 1, 2);
            HttpAnswer created = await ofAbandoned.PostInitOnceAsync(ofAbandoned.InitBody(Reports(leader).Make(3, 3).Select(ofAbandoned.Init)));
            await Task.Delay(round % 5);
            HttpAnswer deleted = await RawHttp.DeleteAsync(leader.JobAt(created), leader.Task.AggregatorToken);
            Assert.That(deleted.Status, Is.EqualTo(HttpStatusCode.OK));
            committed += await CommittedAsync(leader.Task) > 3 ? 1 : 0;

            AggregateShareReq request = leader.ShareRequest(AllTime());
            HttpAnswer share = await SharedAsync(leader, request);
            Assert.That(leader.Unshard(request, share), Is.EqualTo(new UInt128[] { 1, 1, 1, 0 }));
            Assert.That(await CommittedAsync(leader.Task), Is.EqualTo(3));
        }

        TestContext.Out.WriteLine($"{committed} of {Rounds} jobs had been committed when they were deleted");
    }

    // A refusal that came while the job was being deleted passes.
    private static async Task<HttpAnswer> SharedAsync(ScriptedLeader leader, AggregateShareReq request)
    {
        for (int attempt = 0; ; attempt++)
        {
            HttpAnswer share = await leader.AwaitAsync(await leader.PostShareAsync(request));
            if (share.Status == HttpStatusCode.OK || attempt == 5)
            {
                AssertOk(share);
                return share;
            }
        }
    }

    private Task<Uri> AggregateAsync(ScriptedLeader leader, ScriptedLeader whose, params ulong[] measurements) =>
        AggregateAsync(leader, whose, measurements, null);

    private async Task<Uri> AggregateAsync(ScriptedLeader leader, ScriptedLeader whose, ulong[] measurements, BatchId? batchId)
    {
        HttpAnswer answer = await whose.PostInitAsync(whose.InitBody(Reports(leader).Make(measurements).Select(whose.Init), batchId));
        AssertOk(answer);
        Assert.That(whose.Finish(answer), Has.Count.EqualTo(measurements.Length));
        return leader.JobAt(answer);
    }

    private static async Task DeleteAsync(ScriptedLeader leader, Uri job) =>
        AssertOk(await RawHttp.DeleteAsync(job, leader.Task.AggregatorToken));

    private BatchSelector AllTime() => BatchSelector.TimeInterval(new Interval(new Time(CurrentTime.Value - 10), new Duration(20)));
}
