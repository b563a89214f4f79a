using Janus.Datastore;
using Janus.IntegrationTests.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Races;

/// <summary>Deletions at the Helper while abandoned jobs are withdrawn from a batch: DAP §4.5.5 (aggregation-job-abandonment-and-deletion).</summary>
public sealed class WithdrawalRaceTests : RaceFixture
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
