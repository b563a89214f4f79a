using System.Diagnostics.Metrics;
using Janus.Aggregator;
using Janus.Datastore;
using Janus.IntegrationTests.Datastore;
using Janus.Messages;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Janus.IntegrationTests.Aggregation;

/// <summary>The lease loop with jobs that are numbers of tasks.</summary>
public sealed class JobDriverTests : DatastoreFixture
{
    private static readonly Meter Meter = new("Janus.Tests");

    [Test]
    public async Task What_has_been_leased_is_driven_although_asking_for_more_fails()
    {
        using Driver driver = new(Get<WorkSignal>());
        await driver.StartAsync(Token);
        Assert.That(await driver.Second.WaitAsync(TimeSpan.FromSeconds(20), Token), Is.EqualTo(2));
        await driver.StopAsync(Token);
    }

    // Leases task 1, then task 2 when another is asked for, and fails whenever all are asked for then.
    private sealed class Driver(WorkSignal signal)
        : JobDriver<int>(new JobDriverOptions { Concurrency = 3 }, signal, WorkKind.AggregateShares, new JobMetrics(Meter), new FakeTimeProvider(Now), NullLogger.Instance)
    {
        private readonly TaskCompletionSource<int> _second = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _leased;

        public Task<int> Second => _second.Task;

        protected override Task<IReadOnlyList<Lease<int>>> AcquireAsync(
            int maximum, TimeSpan duration, DateTimeOffset now, IReadOnlyCollection<int> exceptTasks, CancellationToken cancellationToken)
        {
            if (_leased == 2 || (_leased == 1 && exceptTasks.Count == 0))
            {
                throw new TimeoutException("the database is away");
            }

            return Task.FromResult<IReadOnlyList<Lease<int>>>([new Lease<int>(++_leased, Guid.NewGuid(), now + duration, 1)]);
        }

        protected override int TaskKeyOf(int job) => job;

        protected override JobName NameOf(int job) => new("job", AggregationJobId.Random(), "of the test");

        protected override Task ReleaseAsync(Lease<int> lease, DateTimeOffset notBefore, CancellationToken cancellationToken) => Task.CompletedTask;

        protected override Task StepAsync(Lease<int> lease, CancellationToken cancellationToken)
        {
            if (lease.Job == 2)
            {
                _second.SetResult(lease.Job);
            }

            return Task.CompletedTask;
        }
    }
}
