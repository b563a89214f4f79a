using System.Security.Cryptography;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.IntegrationTests.Leases;

public sealed class CollectionJobLeaseTests : LeaseContract<CollectionJob>
{
    protected override ILeaseStore<CollectionJob> Store => CollectionJobs;

    protected override Role Role => Role.Leader;

    protected override async Task AddJobAsync(DapTask task, DateTimeOffset at)
    {
        byte[] body = RandomNumberGenerator.GetBytes(8);
        Assert.That(
            await CollectionJobs.CreateAsync(task, CollectionJobId.Random(), body, SHA256.HashData(body), [], Range(5, 1), at, Token),
            Is.InstanceOf<CollectionJobCreation.Created>());
    }

    protected override Task<bool> EndAsync(Lease<CollectionJob> lease) => CollectionJobs.FailAsync(lease, "urn:example", "over", Now, Token);
}
