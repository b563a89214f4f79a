using Janus.Datastore;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;
using Npgsql;

namespace Janus.IntegrationTests.Maintenance;

/// <summary>Old data are collected on both sides while live data are uploaded, aggregated and collected.</summary>
public sealed class GarbageUnderLoadTests : DeploymentFixture
{
    private const ulong Age = 120;
    private const int Batches = 6;
    private static readonly GarbageCollectionLimits Limits = new(TimeSpan.FromMinutes(1), 50, TimeSpan.Zero, 500);

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [Test]
    public async Task Every_batch_that_has_not_expired_is_collected_exactly_while_old_data_go_and_their_space_returns()
    {
        int rows = int.TryParse(Environment.GetEnvironmentVariable("JANUS_GARBAGE_ROWS"), out int given) ? given : 3000;
        TestTask byTime = await Deployment.AddTaskAsync(new TestTaskOptions { ReportExpiryAge = Age });
        TestTask byLeader = await Deployment.AddTaskAsync(
            new TestTaskOptions { ReportExpiryAge = Age, BatchMode = BatchMode.LeaderSelected, TargetBatchSize = 4 });
        (TestAggregator Aggregator, TestDatabase Database)[] sides = [(Deployment.Leader, Deployment.LeaderDatabase), (Deployment.Helper, Deployment.HelperDatabase)];
        ulong now = TestDeployment.CurrentTime.Value;
        Dictionary<string, long> before = [];
        foreach ((TestAggregator aggregator, TestDatabase database) in sides)
        {
            await FillAsync(aggregator, database, [byTime, byLeader], now - (10 * 24 * 60), rows);
            before[database.ConnectionString] = await SizeAsync(database);
        }

        using CancellationTokenSource stop = new();
        Task<long>[] collectors = [.. sides.SelectMany(side => Enumerable.Range(0, 2).Select(_ => CollectGarbageAsync(side.Aggregator, stop.Token)))];

        // Half of the batches are collected under load, the others afterwards.
        await Task.WhenAll(Enumerable.Range(0, Batches).Select(async i =>
        {
            ReportFactory factory = await Deployment.ReportsAsync(byTime);
            await Deployment.UploadAsync(byTime, [.. new ulong[] { 0, 1, 1, 2 }.Select(measurement =>
                factory.Make(new ReportShape { Measurement = measurement, Time = TimeOf(i) }))]);
            await Deployment.UploadAsync(byLeader, 1, 2, 2, 3);
            if (i % 2 == 0)
            {
                await AssertExactAsync(i);
            }
        }));
        while (await OldRowsAsync(sides, now) > 0)
        {
            await Task.Delay(20, Token);
        }

        await stop.CancelAsync();
        long deleted = (await Task.WhenAll(collectors)).Sum();
        foreach (int i in Enumerable.Range(0, Batches).Where(i => i % 2 == 1))
        {
            await AssertExactAsync(i);
        }

        for (int i = 0; i < Batches; i++)
        {
            CollectedBatch collected = await Deployment.CollectAsync(byLeader);
            Assert.That(collected.ReportCount, Is.EqualTo(4));

            // The same request, once more, is for the next batch.
            await RawHttp.DeleteAsync(collected.Job, byLeader.CollectorToken);
        }

        foreach ((_, TestDatabase database) in sides)
        {
            long after = await SizeAsync(database);
            await TestContext.Progress.WriteLineAsync($"{deleted} rows deleted on both sides; report IDs {before[database.ConnectionString] / 1024} KiB -> {after / 1024} KiB");
            Assert.That(after, Is.LessThan(before[database.ConnectionString] / 3));
        }

        Time TimeOf(int batch) => new(now - Age + 20 + (ulong)batch);

        async Task AssertExactAsync(int batch)
        {
            CollectedBatch collected = await Deployment.CollectAsync(
                byTime, new CollectionJobReq(Query.TimeInterval(Interval.Of(TimeOf(batch))), default, []));
            Assert.That(collected.Aggregate, Is.EqualTo(new UInt128[] { 1, 2, 1, 0 }));
        }
    }

    private static async Task<long> CollectGarbageAsync(TestAggregator aggregator, CancellationToken stop)
    {
        long rows = 0;
        while (!stop.IsCancellationRequested)
        {
            rows += (await aggregator.Get<GarbageRemoval>().RunAsync(Limits, Token)).Rows;
            await Task.Delay(5, Token);
        }

        return rows;
    }

    private static async Task FillAsync(TestAggregator aggregator, TestDatabase database, IEnumerable<TestTask> tasks, ulong time, int rows)
    {
        await aggregator.Get<GarbageCollectionStore>().EnsurePartitionsAsync([ReportWeek.Of(time, TestTask.Precision)], Token);
        foreach (TestTask task in tasks)
        {
            DapTask stored = (await aggregator.Get<TaskStore>().FindAsync(task.Id, Token))!;
            await ScalarAsync<object?>(database, OldRows.Of(stored, time, rows) + "SELECT 1");
        }

        await ScalarAsync<object?>(database, "VACUUM ANALYZE");
    }

    private static async Task<long> OldRowsAsync(IEnumerable<(TestAggregator Aggregator, TestDatabase Database)> sides, ulong now)
    {
        long rows = 0;
        foreach ((_, TestDatabase database) in sides)
        {
            rows += await ScalarAsync<long>(
                database,
                $"""
                SELECT (SELECT count(*) FROM report_ids WHERE report_time < {now - Age - 60})
                    + (SELECT count(*) FROM batch_bucket_shards WHERE max_time < {now - Age - 60})
                    + (SELECT count(*) FROM aggregation_jobs WHERE max_time < {now - Age - 60})
                    + (SELECT count(*) FROM aggregate_shares WHERE created_at < now() - interval '1 day')
                """);
        }

        return rows;
    }

    // Of the other tables, live rows may stand at the end, so that the space before them is reused and not returned.
    private static Task<long> SizeAsync(TestDatabase database) => ScalarAsync<long>(
        database, "SELECT coalesce(sum(pg_total_relation_size(inhrelid)), 0)::bigint FROM pg_inherits WHERE inhparent = 'report_ids'::regclass");

    private static async Task<T> ScalarAsync<T>(TestDatabase database, string sql)
    {
        await using NpgsqlConnection connection = new(database.ConnectionString);
        await connection.OpenAsync(Token);
#pragma warning disable CA2100 // texts of tests
        await using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        return (T)(await command.ExecuteScalarAsync(Token))!;
    }
}
