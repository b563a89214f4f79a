using System.Security.Cryptography;
using Janus.Datastore;
using Janus.IntegrationTests.Datastore;
using Janus.Messages;

namespace Janus.IntegrationTests.Races;

/// <summary>What the races of one database have in common; each is run many times, and what must hold afterwards is asked of the database.</summary>
public abstract class RaceFixture : DatastoreFixture
{
    protected const int Rounds = 25;

    /// <summary>Nobody holds a lease of a job that has ended, every shard belongs to a job that has, and no report is counted twice.</summary>
    protected async Task AssertSoundAsync()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                await CountAsync($"aggregation_jobs WHERE lease_token IS NOT NULL AND state <> {AggregationJobState.InProgress:d}"),
                Is.Zero,
                "leases of aggregation jobs that have ended");
            Assert.That(
                await CountAsync($"collection_jobs WHERE lease_token IS NOT NULL AND state NOT IN ({CollectionJobState.Waiting:d}, {CollectionJobState.Fenced:d})"),
                Is.Zero,
                "leases of collection jobs that have ended");
            Assert.That(
                await CountAsync($"batch_bucket_shards AS s JOIN aggregation_jobs AS j USING (task_key, aggregation_job_id) WHERE j.state NOT IN ({AggregationJobState.Finished:d}, {AggregationJobState.Deleted:d})"),
                Is.Zero,
                "shards of jobs that have not committed");
            Assert.That(
                await CountAsync("unaggregated_reports AS r WHERE NOT EXISTS (SELECT FROM report_ids AS i WHERE i.task_key = r.task_key AND i.report_id = r.report_id)"),
                Is.Zero,
                "reports that would not be known as replayed");
            Assert.That(
                await CountAsync("collected_batches AS a JOIN collected_batches AS b USING (task_key) WHERE a.first_bucket < b.first_bucket AND a.last_bucket >= b.first_bucket"),
                Is.Zero,
                "batches that were collected twice");
        }
    }

    /// <summary>The rows of a table, or of whatever follows FROM.</summary>
    protected Task<long> CountAsync(string source) => ScalarAsync<long>($"SELECT count(*) FROM {source}");

    /// <summary>How many reports of a task are aggregated.</summary>
    protected Task<long> AggregatedAsync(DapTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return ScalarAsync<long>($"SELECT coalesce(sum(report_count), 0)::bigint FROM batch_bucket_shards WHERE task_key = {task.Key}");
    }

    /// <summary>A Helper's job of one step that accepts these reports.</summary>
    protected static HelperCommit CommitOf(DapTask task, ulong time, params ReportId[] ids)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(ids);
        HelperAggregationJob job = new()
        {
            TaskKey = task.Key,
            Id = AggregationJobId.Random(),
            RequestHash = RandomNumberGenerator.GetBytes(32),
            AggParam = [],
            ReportCount = ids.Length,
            MinTime = time,
            MaxTime = time,
            Response = RandomNumberGenerator.GetBytes(20),
        };
        return new HelperCommit
        {
            Job = job,
            Accepted = [.. ids.Select(id => new AcceptedReport(id, time, 0, 0))],
            Shards = [Shard(job.Id, BatchRange.BucketOf(time), ids, time)],
        };
    }

    protected static ReportId[] NewIds(int count) => [.. Enumerable.Range(0, count).Select(_ => ReportId.Random())];

    /// <summary>Reads a batch and fences it, as a driver does, until it is fenced or cannot be.</summary>
    protected async Task<FenceOutcome> FenceUntilFinalAsync(Lease<CollectionJob> lease, BatchRange range)
    {
        while (true)
        {
            FenceOutcome outcome = await FenceAsync(lease, range, Now);
            if (outcome != FenceOutcome.Changed)
            {
                return outcome;
            }
        }
    }
}
