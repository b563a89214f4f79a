using Janus.Collector;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Janus.IntegrationTests.EndToEnd;

/// <summary>Drivers of a Helper's deferred jobs and aggregate shares that end with SIGKILL.</summary>
public sealed class KilledHelperDriverTests() : EndToEndFixture(asynchronous: true)
{
    private static readonly (string, string)[] Settings =
    [
        ("Aggregator__AggregationJobs__MaximumReports", "10"),
        ("Aggregator__AggregationJobs__MinimumReports", "10"),
        ("Aggregator__AggregationJobDriver__LeaseDuration", "2s"),
        ("Aggregator__AggregationJobDriver__PollInterval", "200ms"),
        ("Aggregator__CollectionJobDriver__LeaseDuration", "2s"),
        ("Aggregator__CollectionJobDriver__PollInterval", "200ms"),
        ("Aggregator__CollectionJobDriver__InitialRetryDelay", "100ms"),
        ("Aggregator__CollectionJobDriver__MaximumRetryDelay", "500ms"),
    ];

    [Test]
    [CancelAfter(300_000)]
    public async Task Killed_drivers_of_deferred_jobs_lose_and_double_nothing()
    {
        const int Reports = 300;
        Deployment deployment = await DeployAsync(Settings);
        await Task.WhenAll(
            deployment.StartHelperAsync([Deployment.Aggregator, Deployment.CollectionJobDriver], Token),
            deployment.StartLeaderAsync([Deployment.All], Token));
        DeployedTask task = await AddTaskAsync(deployment, VdafDescription.SumVec(400, 255), BatchMode.TimeInterval, Reports);
        TestMeasurement[] measurements = await UploadAsync(task, Reports);
        for (int kills = 1; kills <= 2; kills++)
        {
            AggregatorProcess driver = await deployment.StartHelperAsync([Deployment.AggregationJobDriver], Token);
            while ((await task.SummarizeAsync(Role.Helper, Token)).ReportCount < kills * 50)
            {
                await Task.Delay(2, Token);
            }

            await driver.KillAsync();
        }

        await deployment.StartHelperAsync([Deployment.AggregationJobDriver], Token);
        AssertAggregate(await task.CollectAsync(Then, Token), measurements);
        await AssertAggregatedByBothAsync(task, Reports);
    }

    [TestCase(BatchMode.TimeInterval)]
    [TestCase(BatchMode.LeaderSelected)]
    [CancelAfter(300_000)]
    public async Task A_driver_that_is_killed_while_it_gives_an_aggregate_share_leaves_it_to_the_next_one(BatchMode batchMode)
    {
        const int Reports = 30;
        Deployment deployment = await DeployAsync(Settings);
        string[] serverRoles = [Deployment.Aggregator, Deployment.AggregationJobDriver];
        AggregatorProcess[] processes = await Task.WhenAll(
            deployment.StartHelperAsync(serverRoles, Token), deployment.StartLeaderAsync([Deployment.All], Token));
        DeployedTask task = await AddTaskAsync(deployment, VdafDescription.Sum(100), batchMode, Reports);
        TestMeasurement[] measurements = await UploadAsync(task, Reports);
        CollectionJobHandle job = (await task.Collector.CreateAsync(task.QueryFrom(Then), Token)).Job;
        AggregateShareStore shares = deployment.HelperStores.GetRequiredService<AggregateShareStore>();
        await UntilAsync(async () => await shares.FirstDueAsync(Token) is not null);

        // The request is stored. A driver computes the share, and is held up and killed before it can commit.
        NpgsqlDataSource database = deployment.HelperStores.GetRequiredService<NpgsqlDataSource>();
        await using (NpgsqlConnection connection = await database.OpenConnectionAsync(Token))
        await using (NpgsqlTransaction transaction = await connection.BeginTransactionAsync(Token))
        {
            await using NpgsqlCommand hold = new("LOCK TABLE collected_batches IN EXCLUSIVE MODE", connection, transaction);
            await hold.ExecuteNonQueryAsync(Token);
            AggregatorProcess driver = await deployment.StartHelperAsync([Deployment.CollectionJobDriver], Token);
            await using NpgsqlCommand waiters = new(
                "SELECT count(*) FROM pg_locks WHERE relation = 'collected_batches'::regclass AND NOT granted", connection, transaction);
            await UntilAsync(async () => await waiters.ExecuteScalarAsync(Token) is > 0L);
            await driver.KillAsync();
        }

        // The server too; the Leader finds another one on the same database.
        await processes[0].KillAsync();
        Assert.That((await task.Collector.PollAsync(job, Token)).IsReady, Is.False);
        Assert.That((await task.SummarizeAsync(Role.Helper, Token)).IsCollected, Is.False);
        await Task.WhenAll(
            deployment.StartHelperAsync(serverRoles, Token), deployment.StartHelperAsync([Deployment.CollectionJobDriver], Token));
        AssertAggregate(await task.Collector.CollectAsync(job, cancellationToken: Token), measurements);
        await AssertAggregatedByBothAsync(task, Reports);
        Assert.That((await task.SummarizeAsync(Role.Helper, Token)).IsCollected, Is.True);
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        while (!await isSo())
        {
            await Task.Delay(20, Token);
        }
    }
}
