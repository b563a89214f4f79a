using System.Diagnostics;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Janus.IntegrationTests.Maintenance;

public sealed class GarbageRemovalTests : GarbageFixture
{
    [TestCase(BatchMode.TimeInterval, Role.Leader)]
    [TestCase(BatchMode.TimeInterval, Role.Helper)]
    [TestCase(BatchMode.LeaderSelected, Role.Leader)]
    [TestCase(BatchMode.LeaderSelected, Role.Helper)]
    public async Task What_has_expired_goes_from_every_table_and_what_has_not_stays(BatchMode batchMode, Role role)
    {
        DapTask task = await AddExpiringTaskAsync(batchMode, role);
        DapTask forEver = await AddExpiringTaskAsync(batchMode, role, age: null);
        await FillAsync(task, NowHour - 2, 3);
        Dictionary<string, long> live = await RowsAsync(task);
        await FillAsync(task, LongAgo, 250);
        await FillAsync(forEver, LongAgo, 3);
        Dictionary<string, long> kept = await RowsAsync(forEver);

        GarbageCollectionRound round = await CollectAsync();

        Assert.That(await RowsAsync(task), Is.EqualTo(live));
        Assert.That(await RowsAsync(forEver), Is.EqualTo(kept));
        Assert.That(round.Deleted[GarbageKind.AggregationJobs], Is.EqualTo(250));
        Assert.That(round.Lag, Is.EqualTo(TimeSpan.Zero));
        Assert.That((await CollectAsync()).Rows, Is.Zero, "a second round has nothing to do");
    }

    [Test]
    public async Task Data_are_kept_for_the_grace_period_but_for_reports_that_nobody_can_use_any_more()
    {
        DapTask task = await AddExpiringTaskAsync();
        await FillAsync(task, NowHour - Age - 1);
        Dictionary<string, long> all = await RowsAsync(task);

        await CollectAsync();
        Dictionary<string, long> left = await RowsAsync(task);
        Assert.That(left.Where(pair => pair.Key != "unaggregated_reports"), Is.EquivalentTo(all.Where(pair => pair.Key != "unaggregated_reports")));
        Assert.That(left["unaggregated_reports"], Is.Zero);

        await CollectAsync(at: Now.AddDays(1));
        Assert.That((await RowsAsync(task)).Where(pair => pair is { Value: > 0, Key: not "report_ids" }), Is.Empty);
        await CollectAsync(at: Now.AddDays(8));
        Assert.That((await RowsAsync(task))["report_ids"], Is.Zero, "its week is over, too");
    }

    [Test]
    public async Task What_is_in_flight_survives()
    {
        DapTask task = await AddExpiringTaskAsync();
        DapTask helper = await AddExpiringTaskAsync(role: Role.Helper);
        await UploadAsync(task, 5, LongAgo, DateTimeOffset.FromUnixTimeSeconds((long)LongAgo * 3600));
        await FillAsync(task, LongAgo);
        await FillAsync(helper, LongAgo);
        await ExecuteAsync($"""
            UPDATE aggregation_jobs SET state = 1, finished_at = NULL WHERE task_key = {task.Key};
            UPDATE unaggregated_reports SET aggregation_job_id = (SELECT aggregation_job_id FROM aggregation_jobs WHERE task_key = {task.Key}), ord = 1
                WHERE task_key = {task.Key};
            UPDATE aggregation_jobs SET state = 1, finished_at = NULL, request_hash = '' WHERE task_key = {helper.Key};
            UPDATE collection_jobs SET state = 1 WHERE task_key = {task.Key};
            UPDATE aggregate_shares SET state = 1, response = NULL WHERE task_key = {helper.Key};
            """);

        await CollectAsync();

        Dictionary<string, long> rows = await RowsAsync(task);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows["aggregation_jobs"], Is.EqualTo(1));
            Assert.That(rows["unaggregated_reports"], Is.EqualTo(6), "those of the job");
            Assert.That(rows["collection_jobs"], Is.EqualTo(1));
            Assert.That(rows["batch_bucket_shards"], Is.EqualTo(1), "the collection job waits for them");
            Assert.That((await RowsAsync(helper))["aggregation_jobs"], Is.EqualTo(1), "a deferred job");
            Assert.That((await RowsAsync(helper))["aggregate_shares"], Is.EqualTo(1), "a deferred share");
        }

        await ExecuteAsync("UPDATE aggregation_jobs SET state = 6");
        await CollectAsync();
        Assert.That((await RowsAsync(task))["aggregation_jobs"], Is.EqualTo(1), "a job that is being settled");
    }

    [Test]
    public async Task A_batch_of_the_leaders_choice_is_as_old_as_its_newest_report()
    {
        DapTask task = await AddExpiringTaskAsync(BatchMode.LeaderSelected);
        await FillAsync(task, LongAgo, 2);
        await ExecuteAsync($"""
            UPDATE batch_bucket_shards SET bucket = (SELECT batch_id FROM leader_selected_batches WHERE task_key = {task.Key} ORDER BY batch_id LIMIT 1);
            UPDATE aggregation_jobs SET batch_id = (SELECT batch_id FROM leader_selected_batches WHERE task_key = {task.Key} ORDER BY batch_id LIMIT 1);
            UPDATE batch_bucket_shards SET max_time = {NowHour} WHERE aggregation_job_id = (SELECT min(aggregation_job_id::text)::uuid FROM aggregation_jobs);
            """);

        await CollectAsync();

        Dictionary<string, long> rows = await RowsAsync(task);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows["batch_bucket_shards"], Is.EqualTo(2), "of one batch, all or none");
            Assert.That(rows["aggregation_jobs"], Is.EqualTo(2), "they tell of their shards");
            Assert.That(rows["leader_selected_batches"], Is.EqualTo(1), "the other one is empty");
            Assert.That(rows["collected_batches"], Is.EqualTo(1));
        }
    }

    [Test]
    public async Task A_killed_collector_leaves_the_rest_to_the_next_one()
    {
        DapTask task = await AddExpiringTaskAsync();
        DapTask other = await AddExpiringTaskAsync(BatchMode.LeaderSelected);
        await FillAsync(task, NowHour);
        Dictionary<string, long> live = await RowsAsync(task);
        await FillAsync(task, LongAgo, 60);
        await FillAsync(other, LongAgo, 60);
        long before = (await RowsAsync(task)).Values.Sum();
        ServiceProvider victim = new ServiceCollection()
            .AddJanusDatastore(options =>
            {
                options.ConnectionString = new NpgsqlConnectionStringBuilder(Database.ConnectionString) { ApplicationName = "victim" }.ConnectionString;
                options.Keys.Add(Key);
            })
            .BuildServiceProvider();
        Task killed = new GarbageRemoval(victim.GetRequiredService<GarbageCollectionStore>(), new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Now))
            .RunAsync(Limits with { RowsPerTransaction = 1 }, Token);
        while ((await RowsAsync(task)).Values.Sum() > before - 20)
        {
            await Task.Delay(1, Token);
        }

        await victim.GetRequiredService<NpgsqlDataSource>().DisposeAsync();
        await ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'");
        Assert.That(async () => await killed, Throws.Exception);
        Assert.That((await RowsAsync(task)).Values.Sum(), Is.GreaterThan(live.Values.Sum()), "it was not done");

        await CollectAsync();
        Assert.That(await RowsAsync(task), Is.EqualTo(live));
        Assert.That((await RowsAsync(other)).Values, Is.All.Zero);
    }

    [Test]
    public async Task Collectors_at_once_delete_everything_once()
    {
        DapTask[] tasks = [await AddExpiringTaskAsync(), await AddExpiringTaskAsync(BatchMode.LeaderSelected), await AddExpiringTaskAsync(role: Role.Helper)];
        long rows = 0;
        foreach (DapTask task in tasks)
        {
            await FillAsync(task, LongAgo, 120);
            rows += (await RowsAsync(task)).Where(pair => pair.Key != "report_ids").Sum(pair => pair.Value);
        }

        GarbageCollectionRound[] rounds = await RaceAsync(3, _ => CollectAsync(Limits with { RowsPerTransaction = 7 }));

        foreach (DapTask task in tasks)
        {
            Assert.That((await RowsAsync(task)).Values, Is.All.Zero);
        }

        Assert.That(rounds.Sum(round => round.Rows), Is.EqualTo(rows));
        Assert.That(rounds.SelectMany(round => round.DroppedWeeks), Has.Some.EqualTo(ReportWeek.Of(LongAgo, new TimePrecision(3600))));
    }

    [Test]
    public async Task Aggregate_shares_without_an_answer_go_even_where_nothing_expires()
    {
        DapTask task = await AddExpiringTaskAsync(role: Role.Helper, age: null);
        await FillAsync(task, NowHour - 30, 4);
        await ExecuteAsync("""
            UPDATE aggregate_shares SET state = 3, response = NULL WHERE aggregate_share_id IN (SELECT aggregate_share_id FROM aggregate_shares LIMIT 1);
            UPDATE aggregate_shares SET state = 4, response = NULL WHERE aggregate_share_id IN (SELECT aggregate_share_id FROM aggregate_shares WHERE state = 2 LIMIT 1);
            UPDATE aggregate_shares SET state = 4 WHERE aggregate_share_id IN (SELECT aggregate_share_id FROM aggregate_shares WHERE state = 2 LIMIT 1);
            """);

        await CollectAsync();

        Assert.That(await ScalarAsync<short[]>("SELECT array_agg(state ORDER BY state) FROM aggregate_shares"), Is.EqualTo((short[])[2, 4]), "those with an answer");
    }

    [Test]
    public async Task A_deleted_task_is_invisible_at_once_and_gone_after_a_moment()
    {
        DapTask task = await AddExpiringTaskAsync(age: null);
        DapTask other = await AddExpiringTaskAsync(age: null);
        await FillAsync(task, NowHour, 250);
        await FillAsync(other, NowHour, 2);
        Dictionary<string, long> kept = await RowsAsync(other);
        TaskStore tasks = Get<TaskStore>();

        Assert.That(await tasks.DeleteAsync(task.Id, Now, Token), Is.True);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await tasks.FindAsync(task.Id, Token), Is.Null);
            Assert.That(await tasks.FindAsync(task.Key, Token), Is.Null);
            Assert.That((await tasks.ListAsync(Token)).Select(one => one.Key), Is.EqualTo([other.Key]));
            Assert.That(await Get<AuthTokenStore>().KnowsAsync([HashOf(task)], Now, Token), Is.False);
            Assert.That(await Get<AuthTokenStore>().KnowsAsync([HashOf(other)], Now, Token), Is.True);
            Assert.That(await tasks.DeleteAsync(task.Id, Now, Token), Is.False, "twice");
        }

        await CollectAsync();
        Assert.That((await RowsAsync(task))["report_ids"], Is.EqualTo(250), "other processes may not have heard of it");

        GarbageCollectionRound round = await CollectAsync(at: Now + GarbageRemoval.DeletionDelay);
        Assert.That((await RowsAsync(task)).Values, Is.All.Zero);
        Assert.That(await ScalarAsync<long>($"SELECT count(*) FROM tasks WHERE task_key = {task.Key}"), Is.Zero);
        Assert.That(round.RemovedTasks, Is.EqualTo([task.Id]));
        Assert.That(await RowsAsync(other), Is.EqualTo(kept));
    }

    [Test]
    public async Task A_task_goes_when_its_interval_has_ended_and_nothing_of_it_is_left()
    {
        ulong end = LongAgo + 10;
        DapTask plain = NewTask() with { ReportExpiryAge = Age };
        DapTask ended = await Get<TaskStore>().AddAsync(Within(plain, end), Token);
        DapTask running = await Get<TaskStore>().AddAsync(Within(plain with { Id = TaskId.Random() }, NowHour), Token);
        DapTask forEver = await Get<TaskStore>().AddAsync(Within(plain with { Id = TaskId.Random(), ReportExpiryAge = null }, end), Token);
        await FillAsync(ended, LongAgo, 2);
        await ExecuteAsync($"UPDATE aggregation_jobs SET state = 1 WHERE task_key = {ended.Key}");

        await CollectAsync();
        await CollectAsync();
        Assert.That(await Get<TaskStore>().FindAsync(ended.Id, Token), Is.Not.Null, "a job is in flight");

        await ExecuteAsync("UPDATE aggregation_jobs SET state = 3");
        await CollectAsync();
        await CollectAsync();
        Assert.That(await Get<TaskStore>().FindAsync(ended.Id, Token), Is.Null);
        await CollectAsync(at: Now + GarbageRemoval.DeletionDelay);
        Assert.That(
            await ScalarAsync<int[]>("SELECT array_agg(task_key ORDER BY task_key) FROM tasks"), Is.EqualTo((int[])[running.Key, forEver.Key]));

        static DapTask Within(DapTask task, ulong end) => task with
        {
            Configuration = new TaskConfiguration(new TaskConfigurationFields
            {
                TaskInfo = task.Configuration.TaskInfo,
                LeaderAggregatorEndpoint = task.Configuration.LeaderAggregatorEndpoint,
                HelperAggregatorEndpoint = task.Configuration.HelperAggregatorEndpoint,
                TimePrecision = task.Configuration.TimePrecision,
                MinBatchSize = task.Configuration.MinBatchSize,
                BatchMode = task.Configuration.BatchMode,
                VdafType = task.Configuration.VdafType,
                VdafConfiguration = task.Configuration.VdafConfiguration,
                Extensions = [TaskExtension.TaskInterval(new Interval(new Time(end - 10), new Duration(10)))],
            }),
        };
    }

    [Test]
    public async Task Disk_space_returns()
    {
        int rows = int.TryParse(Environment.GetEnvironmentVariable("JANUS_GARBAGE_ROWS"), out int given) ? given : 20_000;
        DapTask old = await AddExpiringTaskAsync();
        await FillAsync(old, NowHour - 1, 100);
        await FillAsync(old, LongAgo, rows);
        await ExecuteAsync("VACUUM ANALYZE");
        Dictionary<string, long> before = await SizesAsync();
        Dictionary<string, long> rowsBefore = await SizesAsync("pg_table_size");
        long began = Stopwatch.GetTimestamp();

        GarbageCollectionRound round = await CollectAsync(Limits with { RowsPerTransaction = 1000, VacuumAfterRows = 1000 });

        TimeSpan took = Stopwatch.GetElapsedTime(began);
        Dictionary<string, long> after = await SizesAsync();
        Dictionary<string, long> rowsAfter = await SizesAsync("pg_table_size");
        await TestContext.Progress.WriteLineAsync($"{rows} old reports: {round.Rows} rows deleted, {round.DroppedWeeks.Count} weeks dropped in {took.TotalSeconds:0.0} s");
        foreach ((string table, long size) in before)
        {
            await TestContext.Progress.WriteLineAsync($"  {table,-24} {size / 1024,8} KiB -> {after[table] / 1024,8} KiB, without indexes {rowsBefore[table] / 1024,8} KiB -> {rowsAfter[table] / 1024,8} KiB");
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(after["report_ids"], Is.LessThan(before["report_ids"] / 10));
            foreach (string table in new[] { "unaggregated_reports", "aggregation_jobs", "batch_bucket_shards", "collection_jobs", "aggregate_shares" })
            {
                // Of an index, PostgreSQL keeps empty pages for later.
                Assert.That(rowsAfter[table], Is.LessThan(rowsBefore[table] / 5), table);
                Assert.That(after[table], Is.LessThan(before[table] * 9 / 10), table);
            }
        }
    }

    private async Task<Dictionary<string, long>> SizesAsync(string size = "pg_total_relation_size")
    {
        Dictionary<string, long> sizes = [];
        foreach (string table in Tables)
        {
            sizes[table] = await ScalarAsync<long>(
                $"SELECT (SELECT coalesce(sum({size}(inhrelid)), 0)::bigint FROM pg_inherits WHERE inhparent = '{table}'::regclass) + {size}('{table}')");
        }

        return sizes;
    }

    private static byte[] HashOf(DapTask task) => task.Tokens.Single(token => token.Hash is not null).Hash!;
}
