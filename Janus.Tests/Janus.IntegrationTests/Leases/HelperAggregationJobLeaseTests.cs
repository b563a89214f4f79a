using System.Security.Cryptography;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.IntegrationTests.Leases;

public sealed class HelperAggregationJobLeaseTests : LeaseContract<HelperAggregationJob>
{
    protected override ILeaseStore<HelperAggregationJob> Store => HelperJobs;

    protected override Role Role => Role.Helper;

    protected override async Task AddJobAsync(DapTask task, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(task);
        HelperAggregationJob job = new()
        {
            TaskKey = task.Key,
            Id = AggregationJobId.Random(),
            RequestHash = RandomNumberGenerator.GetBytes(32),
            AggParam = [],
            ReportCount = 1,
            MinTime = 5,
            MaxTime = 5,
            Response = null,
        };
        Assert.That(await HelperJobs.DeferAsync(job, [1], at, Token), Is.True);
    }

    protected override async Task<bool> EndAsync(Lease<HelperAggregationJob> lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        HelperCommit commit = new() { Job = lease.Job with { State = AggregationJobState.Finished, Response = [1] } };
        return await HelperJobs.FinishStepAsync(lease, commit, Now, Token) is HelperCommitOutcome.Committed;
    }
}
