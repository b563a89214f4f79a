using Janus.Datastore;
using Janus.Messages;

namespace Janus.IntegrationTests.Leases;

public sealed class AggregateShareLeaseTests : LeaseContract<StoredAggregateShare>
{
    protected override ILeaseStore<StoredAggregateShare> Store => AggregateShares;

    protected override Role Role => Role.Helper;

    protected override Task AddJobAsync(DapTask task, DateTimeOffset at) => AggregateShares.DeferAsync(NewShare(task, Range(5, 1)), at, Token);

    protected override Task<bool> EndAsync(Lease<StoredAggregateShare> lease) => AggregateShares.FailAsync(lease, "urn:example", "over", Token);
}
