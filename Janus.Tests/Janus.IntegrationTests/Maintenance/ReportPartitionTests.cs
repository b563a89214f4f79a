using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Janus.IntegrationTests.Maintenance;

public sealed class ReportPartitionTests : GarbageFixture
{
    private const string LastUnpartitioned = "20261125175955_FailedCollections";

    private static int OldWeek => ReportWeek.Of(LongAgo, new TimePrecision(3600));

    [TestCase(0UL, ExpectedResult = 0)]
    [TestCase(1_735_689_599UL, ExpectedResult = 0)]
    [TestCase(1_735_689_600UL + 604_799UL, ExpectedResult = 0)]
    [TestCase(1_735_689_600UL + 604_800UL, ExpectedResult = 1)]
    [TestCase(ulong.MaxValue, ExpectedResult = int.MaxValue)]
    public int Weeks_count_from_2025(ulong seconds) => ReportWeek.Of(seconds, new TimePrecision(1));

    [Test]
    public async Task Writers_that_need_a_new_week_at_once_make_one_partition()
    {
        int week = 40_000;
        await RaceAsync(8, async i =>
        {
            // Each as a process of its own.
            ReportPartitions partitions = new(Get<TransactionRunner>());
            await partitions.EnsureAsync([week, week + (i % 2)], Token);
            return true;
        });

        Assert.That((await Get<GarbageCollectionStore>().ListWeeksAsync(Token)).Where(one => one >= week && one < week + 10).ToArray(), Is.EqualTo([week, week + 1]));
    }

    [Test]
    public async Task A_week_that_was_dropped_is_made_again_by_a_process_that_thinks_it_is_there()
    {
        DapTask leader = await AddExpiringTaskAsync(age: null);
        DapTask helper = await AddExpiringTaskAsync(role: Role.Helper, age: null);
        int week = 41_000;
        await Reports.PutAsync([Report(leader, 5) with { Week = week }], Now, Token);
        await ExecuteAsync($"DROP TABLE {ReportPartitions.NameOf(week)}");

        Assert.That(await Reports.PutAsync([Report(leader, 5) with { Week = week }], Now, Token), Is.All.EqualTo(UploadOutcome.Stored));
        await ExecuteAsync($"DROP TABLE {ReportPartitions.NameOf(week)}");
        HelperAggregationJob job = new()
        {
            TaskKey = helper.Key,
            Id = AggregationJobId.Random(),
            State = AggregationJobState.Finished,
            RequestHash = new byte[32],
            AggParam = [],
            ReportCount = 1,
            MinTime = 5,
            MaxTime = 5,
            Response = [1],
        };
        ReportId id = ReportId.Random();
        HelperCommit commit = new()
        {
            Job = job,
            Accepted = [new AcceptedReport(id, 5, week, 0)],
            Shards = [Shard(job.Id, BatchRange.BucketOf(5), [id], 5)],
        };
        Assert.That(await HelperJobs.CreateAsync(commit, Now, Token), Is.InstanceOf<HelperCommitOutcome.Committed>());
        Assert.That(
            await HelperJobs.CheckAsync(helper.Key, [id], [week], [BatchRange.BucketOf(6)], Token), Is.EqualTo([ReportError.ReportReplayed]));
    }

    [Test]
    public async Task One_id_under_two_far_times_is_two_reports_that_do_not_wait_side_by_side()
    {
        DapTask task = await AddExpiringTaskAsync(age: null);
        UploadedReport first = Report(task, 5);
        await Reports.PutAsync([first], Now, Token);
        UploadedReport second = Report(task, 900_000, first.Id) with { Week = 42_000 };
        UploadedReport bystander = Report(task, 7);

        Assert.That(
            await Reports.PutAsync([bystander, second], Now, Token), Is.EqualTo([UploadOutcome.Stored, UploadOutcome.Replayed]), "nobody else is hurt");
        Assert.That(await Reports.PutAsync([first], Now, Token), Is.EqualTo([UploadOutcome.Replayed]));

        await ExecuteAsync("DELETE FROM unaggregated_reports");
        Assert.That(await Reports.PutAsync([second], Now, Token), Is.EqualTo([UploadOutcome.Stored]), "the first one was aggregated");
        Assert.That(await Reports.PutAsync([second, first], Now, Token), Is.All.EqualTo(UploadOutcome.Replayed));
    }

    [Test]
    public async Task A_week_is_dropped_when_no_task_needs_it_and_emptied_of_the_others_until_then()
    {
        DapTask task = await AddExpiringTaskAsync();
        DapTask longer = await AddExpiringTaskAsync(age: Age * 10);
        await FillAsync(task, LongAgo, 250);
        await FillAsync(longer, LongAgo, 2);

        GarbageCollectionRound round = await CollectAsync();
        Assert.That(round.DroppedWeeks, Has.None.EqualTo(OldWeek));
        Assert.That(round.Deleted[GarbageKind.ReportIds], Is.EqualTo(250));
        Assert.That((await RowsAsync(longer))["report_ids"], Is.EqualTo(2));

        round = await CollectAsync(at: Now.AddHours(Age * 10));
        Assert.That(round.DroppedWeeks, Has.Some.EqualTo(OldWeek));
        Assert.That(await ScalarAsync<long>("SELECT count(*) FROM report_ids"), Is.Zero);
    }

    [Test]
    public async Task A_week_of_a_task_that_the_collector_has_not_heard_of_stays()
    {
        DapTask task = await AddExpiringTaskAsync(age: null);
        await FillAsync(task, LongAgo);

        Assert.That(await Get<GarbageCollectionStore>().TryDropWeekAsync(OldWeek, [], Token), Is.False);
        Assert.That(await Get<GarbageCollectionStore>().FindGoneAsync([task.Key, -1], Token), Is.EquivalentTo([-1]));
        Assert.That((await RowsAsync(task))["report_ids"], Is.EqualTo(1));
    }

    [Test]
    public async Task Dropping_does_not_wait_for_whoever_reads_for_long()
    {
        DapTask task = await AddExpiringTaskAsync();
        await FillAsync(task, LongAgo);
        await using NpgsqlConnection reader = await ConnectAsync();
        await using NpgsqlTransaction transaction = await reader.BeginTransactionAsync(Token);
        await using NpgsqlCommand read = new("SELECT count(*) FROM report_ids", reader, transaction);
        await read.ExecuteScalarAsync(Token);

        GarbageCollectionRound round = await CollectAsync();
        Assert.That(round.DroppedWeeks, Is.Empty);
        Assert.That(round.Lag, Is.GreaterThan(TimeSpan.Zero), "the operator sees that it is overdue");
        await transaction.RollbackAsync(Token);
        Assert.That((await CollectAsync()).DroppedWeeks, Has.Some.EqualTo(OldWeek));
    }

    [Test]
    public async Task The_migration_keeps_report_ids_both_ways()
    {
        await using TestDatabase database = await TestPostgres.CreateEmptyDatabaseAsync();
        await using ServiceProvider services = new ServiceCollection()
            .AddJanusDatastore(options =>
            {
                options.ConnectionString = database.ConnectionString;
                options.Keys.Add(Key);
            })
            .BuildServiceProvider();
        await using JanusDbContext context = await services.GetRequiredService<IDbContextFactory<JanusDbContext>>().CreateDbContextAsync(Token);
        IMigrator migrator = context.GetService<IMigrator>();
        await migrator.MigrateAsync(LastUnpartitioned, Token);
        DapTask task = NewTask();
        ulong[] times = [0, 5, (ulong)ReportWeek.Epoch / 3600, NowHour, NowHour + 168];
        await using NpgsqlConnection connection = new(database.ConnectionString);
        await connection.OpenAsync(Token);
        await using NpgsqlCommand insert = new(
            """
            INSERT INTO tasks (task_id, role, task_configuration, verify_key, verification_key_id, collector_hpke_config, created_at, asynchronous)
            VALUES ($1, 2, $2, '', 0, '', now(), false)
            """,
            connection);
        insert.Parameters.AddWithValue(task.Id.ToArray());
        insert.Parameters.AddWithValue(task.Configuration.Encoded.ToArray());
        await insert.ExecuteNonQueryAsync(Token);
        await using NpgsqlCommand ids = new("INSERT INTO report_ids SELECT 1, gen_random_uuid(), t FROM unnest($1::bigint[]) AS t", connection);
        ids.Parameters.AddWithValue(times.Select(time => (long)time).ToArray());
        await ids.ExecuteNonQueryAsync(Token);
        const string all = "SELECT string_agg(report_id::text || report_time::text, ',' ORDER BY report_time) FROM report_ids";
        await using NpgsqlCommand read = new(all, connection);
        object? before = await read.ExecuteScalarAsync(Token);

        await migrator.MigrateAsync(null, Token);
        Assert.That(await read.ExecuteScalarAsync(Token), Is.EqualTo(before));
        await using NpgsqlCommand weeks = new("SELECT array_agg(report_week ORDER BY report_time) FROM report_ids", connection);
        Assert.That(await weeks.ExecuteScalarAsync(Token), Is.EqualTo(times.Select(time => ReportWeek.Of(time, task.Configuration.TimePrecision)).ToArray()));

        await migrator.MigrateAsync(LastUnpartitioned, Token);
        Assert.That(await read.ExecuteScalarAsync(Token), Is.EqualTo(before));
        await using NpgsqlCommand kind = new("SELECT relkind::text FROM pg_class WHERE oid = 'report_ids'::regclass", connection);
        Assert.That(await kind.ExecuteScalarAsync(Token), Is.EqualTo("r"));
    }
}
