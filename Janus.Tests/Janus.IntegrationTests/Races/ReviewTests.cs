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
