using Janus.Datastore;
using Janus.IntegrationTests.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Races;

/// <summary>Proofs of the review.</summary>
public sealed class ReviewTests : RaceFixture
{
    [Test]
    public async Task A_job_that_is_tidied_up_while_another_is_withdrawn_stays_in_the_batch()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        ReportId[] kept = NewIds(2);
        ReportId[] gone = NewIds(3);
        HelperCommit tidied = CommitOf(task, 5, kept);
        HelperCommit abandoned = CommitOf(task, 5, gone);
        await HelperJobs.CreateAsync(tidied, Now, Token);
        await HelperJobs.CreateAsync(abandoned, Now, Token);
        await HelperJobs.DeleteAsync(task.Key, abandoned.Job.Id, Token);
        StoredBatch read = await Batches.ReadAsync(task.Key, Range(5, 1), Token);
        Task<bool> withdrawn;
        await using (DatabaseGate gate = await DatabaseGate.BeforeWritesAsync(Database, "batch_bucket_shards"))
        {
            withdrawn = Batches.TryWithdrawDeletedAsync(task.Key, read, 2, BatchChecksum.FromBytes(ChecksumOf(kept)), Token);
            await gate.WaitForAsync(1, [withdrawn], "BatchStore.Withdraw");
            await HelperJobs.DeleteAsync(task.Key, tidied.Job.Id, Token);
            await gate.OpenAsync();
            await withdrawn;
        }

        Assert.That(await withdrawn, Is.True);
        Assert.That(await AggregatedAsync(task), Is.EqualTo(2), "the Leader counts two reports");
    }

    [Test]
    public async Task Two_collections_of_one_interval_with_different_parameters_do_not_share_its_reports()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 10_500, 5);
        await CollectAsync(task, Range(5, 1), Now, aggParam: [1]);
        await CollectAsync(task, Range(5, 1), Now + TimeSpan.FromSeconds(1), aggParam: [2]);
        AggregationJobLimits limits = new(1, 1000, TimeSpan.Zero);
        await LeaderJobs.CreateForCollectionAsync(task, _ => limits, Now, Token);
        Assert.That(await CountAsync("(SELECT DISTINCT agg_param FROM aggregation_jobs) AS p"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_closed_interval_is_aggregated_for_the_job_that_closed_it_alone()
    {
        DapTask task = await AddTaskAsync(minBatchSize: 3);
        await UploadAsync(task, 4, 5);
        Lease<CollectionJob> first = await CollectAsync(task, Range(5, 2), Now, aggParam: [1]);
        await LeaderJobs.CreateForCollectionAsync(task, _ => AnySize, Now, Token);
        await FinishAllAsync(Now);

        // A neighbour that shares bucket 6, and reports of it that come before the first job closes.
        Lease<CollectionJob> second = await CollectAsync(task, Range(6, 2), Now - TimeSpan.FromSeconds(1), aggParam: [2]);
        await UploadAsync(task, 3, 6);
        Assert.That(await CollectionJobs.CloseAsync(first, Range(5, 2), Now, Token), Is.EqualTo(FenceOutcome.Closed));
        await LeaderJobs.CreateForCollectionAsync(task, _ => AnySize, Now, Token);
        await FinishAllAsync(Now);
        Lease<CollectionJob> closed = first with { Job = first.Job with { ClosedAt = Now } };
        Assert.That(await FenceAsync(closed, Range(5, 2), Now), Is.EqualTo(FenceOutcome.Fenced));
        Assert.That(second, Is.Not.Null);
    }

    [Test]
    public async Task A_batch_that_the_helper_counts_otherwise_does_not_hold_up_the_others()
    {
        DapTask task = await AddTaskAsync(BatchMode.LeaderSelected, minBatchSize: 10);
        await UploadAsync(task, 10, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await UploadAsync(task, 10, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now + TimeSpan.FromSeconds(1), Token);
        await FinishAllAsync(Now + TimeSpan.FromSeconds(1));
        HashSet<string> selected = [];
        for (int i = 0; i < 6; i++)
        {
            Lease<CollectionJob> lease = await CollectAsync(task, null, Now);
            BatchRange? range = await CollectionJobs.SelectBatchAsync(lease, 10, Token);
            selected.Add(Convert.ToHexString(range!.FirstBucket));
            Assert.That(await FenceAsync(lease, range, Now), Is.EqualTo(FenceOutcome.Fenced));
            await CollectionJobs.FailAsync(lease, "batchMismatch", "", releaseBatch: true, Now, Token);
        }

        TestContext.Out.WriteLine(await CountAsync("leader_selected_batches"));
        Assert.That(selected, Has.Count.EqualTo(2));
    }
}

/// <summary>Proofs of the review.</summary>
public sealed class ReviewSettlingTests : Janus.IntegrationTests.Aggregation.LeaderFixture
{
    protected override Janus.Aggregator.AggregatorRoles LeaderRoles => Janus.Aggregator.AggregatorRoles.All & ~Janus.Aggregator.AggregatorRoles.AggregationJobDriver;

    [Test]
    public async Task A_wrong_token_does_not_end_settling()
    {
        await using TestAggregator driver = await Deployment.StartBesideLeaderAsync(Janus.Aggregator.AggregatorRoles.AggregationJobDriver);
        TestTask task = await AddTaskAsync(1);
        bool isDown = true;
        int spoils = 1;
        Between.Script((request, context) => request switch
        {
            { IsToAggregationJob: true, Method: "DELETE" } when Volatile.Read(ref isDown) => ScriptedHelper.Status(System.Net.HttpStatusCode.Unauthorized)(request, context),
            { IsAggregationJob: true } when Interlocked.Decrement(ref spoils) >= 0 => Between.Change(
                (answer, answered) => ScriptedHelper.WriteAsync(Changed(answer, responses => [OtherType(responses[0]), .. responses[1..]]), answered))(request, context),
            _ => Task.FromResult(false),
        });
        await Deployment.UploadAsync(task, 1, 2, 3);
        await AwaitJobsAsync(task, AggregationJobState.Settling);
        Assert.That(() => DeletionsOf(task), Has.Length.GreaterThanOrEqualTo(TestDeployment.MaximumAttempts).After(20_000, 50));
        await Task.Delay(1000);
        Volatile.Write(ref isDown, false);
        await Deployment.UploadAsync(task, 10, 20, 30);
        await AssertCollectedAsync(task, 60);
    }
}
