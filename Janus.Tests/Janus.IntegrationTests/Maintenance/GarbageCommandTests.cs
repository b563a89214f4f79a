using System.CommandLine;
using Janus.Cli;
using Janus.Cli.Commands;
using Janus.Datastore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Janus.IntegrationTests.Maintenance;

/// <summary>What <c>janus gc run</c> says and does.</summary>
public sealed class GarbageCommandTests : GarbageFixture
{
    [Test]
    public async Task A_round_by_hand_keeps_the_grace_period_of_the_configuration_unless_another_is_given()
    {
        DapTask task = await AddExpiringTaskAsync();
        await FillAsync(task, NowHour - Age - (3 * 24));

        Assert.That(await RunAsync("gc run"), Does.Contain("unaggregated_reports").And.Not.Contain("aggregation_jobs"));
        Assert.That((await RowsAsync(task))["aggregation_jobs"], Is.EqualTo(1), "a collection that began before may need it for a week");
        Assert.That(await RunAsync("gc run --grace-period 1d"), Does.Match("aggregation_jobs +1 row deleted"));
        Assert.That((await RowsAsync(task))["aggregation_jobs"], Is.Zero);
    }

    private async Task<string> RunAsync(string line)
    {
        await using ServiceProvider stores = new ServiceCollection()
            .AddSingleton(new GarbageRemoval(Get<GarbageCollectionStore>(), new FakeTimeProvider(Now)))
            .BuildServiceProvider();
        Command root = new("janus") { GarbageCommand.Create(new Access(stores)) };
        ParseResult parsed = root.Parse(line.Split(' '));
        Assert.That(parsed.Errors, Is.Empty);
        StringWriter output = new();
        Assert.That(await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output }), Is.Zero);
        return output.ToString();
    }

    /// <summary>A configuration with a grace period of a week.</summary>
    private sealed class Access(IServiceProvider stores) : IProcessHost, IDatastoreAccess
    {
        public IReadOnlyList<string> Roles => [];

        public string ConnectionString => throw new NotSupportedException();

        public HpkeRotationPolicy HpkeRotation => throw new NotSupportedException();

        public GarbageCollectionLimits GarbageCollection { get; } = Limits with { GracePeriod = TimeSpan.FromDays(7) };

        public IServiceProvider Stores => stores;

        public Task<int> RunAsync(RunArguments arguments, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IDatastoreAccess> OpenDatastoreAsync(ConfigurationArguments arguments, bool migrate, CancellationToken cancellationToken) =>
            Task.FromResult<IDatastoreAccess>(this);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
