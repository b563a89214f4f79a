using Janus.Datastore;
using Janus.Messages;

namespace Janus.IntegrationTests.Leases;

public sealed class LeaderAggregationJobLeaseTests : LeaseContract<LeaderAggregationJob>
{
    protected override ILeaseStore<LeaderAggregationJob> Store => LeaderJobs;

    protected override Role Role => Role.Leader;

    protected override async Task AddJobAsync(DapTask task, DateTimeOffset at)
    {
        await UploadAsync(task, 1, 5, at);
        Assert.That(await LeaderJobs.CreateAsync(task, AnySize, at, Token), Is.EqualTo(1));
    }

    protected override Task<bool> EndAsync(Lease<LeaderAggregationJob> lease) => LeaderJobs.FinishAsync(lease, [], [], Now, Token);
}
