using System.CommandLine;
using System.Text.Json;
using Janus.Cli;
using Janus.Cli.Commands;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Janus.IntegrationTests.Datastore;

/// <summary>What <c>janus task status</c>, <c>task show</c> and <c>janus collection-job</c> say and do.</summary>
public sealed class StatusCommandTests : DatastoreFixture
{
    // In hours, the tasks' time precision.
    private static readonly ulong Today = (ulong)Now.ToUnixTimeSeconds() / 3600;

    [Test]
    public async Task Every_kind_of_waiting_is_told_in_words()
    {
        DapTask task = await AddTaskAsync(minBatchSize: 3);
        await AggregateAsync(task, 2, Today - 5);
        await AggregateAsync(task, 3, Today - 3);
        await UploadAsync(task, 1, Today - 5);
        await UploadAsync(task, 2, Today - 2);

        Assert.That(await WhyAsync(task, Range(Today - 5, 1)), Is.EqualTo(("reports_not_aggregated", "2 of 3 reports aggregated, and the rest is waited for")));
        Assert.That(await WhyAsync(task, Range(Today - 2, 1)), Is.EqualTo(("too_few_reports", "0 of 2 reports aggregated, and at least 3 are needed in its interval")));
        Assert.That(
            await WhyAsync(task, Range(Today - 9, 1)),
            Is.EqualTo(("too_few_reports", "0 of 0 reports aggregated, and at least 3 are needed in its interval: there is no report in it, is it the right one?")));
        Assert.That(
            await WhyAsync(task, Range(Today, 2)),
            Is.EqualTo(("interval_not_ended", "its interval has not ended, it does at 2026-03-04T07:00:00Z; so far 0 of 0 reports aggregated, and at least 3 are needed")));
        Assert.That((await WhyAsync(task, Range(Today - 3, 1))).Reason, Is.EqualTo("no_driver"));

        DapTask selected = await AddTaskAsync(BatchMode.LeaderSelected, minBatchSize: 3);
        Assert.That(await WhyAsync(selected, null), Is.EqualTo(("no_batch", "waits for a batch with 3 reports that are all aggregated")));
    }

    [Test]
    public async Task A_fenced_job_tells_since_when_it_waits_for_the_helper_and_what_the_helper_said()
    {
        DapTask task = await AddTaskAsync(minBatchSize: 3);
        await AggregateAsync(task, 3, Today - 3);
        BatchRange range = Range(Today - 3, 1);
        Lease<CollectionJob> lease = await CollectAsync(task, range, Now);
        Assert.That(await FenceAsync(lease, range, Now), Is.EqualTo(FenceOutcome.Fenced));
        await Get<TaskStatusStore>().RecordAsync([], new Dictionary<int, PeerContact> { [task.Key] = new(null, Now, "nothing listens at helper.example") }, Token);

        Assert.That(await RunAsync($"task status {task.Id}"), Does.Contain("fenced").And.Contain(
            "its batch of 3 reports is closed; waits for the Helper's aggregate share since 2026-03-04T05:06:07Z. "
                + "The Helper at 2026-03-04T05:06:07Z: nothing listens at helper.example"));
    }

    [Test]
    public async Task Status_shows_numbers_by_reason_buckets_and_the_peer()
    {
        DapTask task = await AddTaskAsync(minBatchSize: 3);
        await AggregateAsync(task, 4, Today - 3, ReportError.VdafVerifyError);
        await UploadAsync(task, 2, Today - 1);
        await Get<TaskStatusStore>().RecordAsync(
            [new ReportCount(task.Key, ReportStage.Refused, ReportError.OutdatedConfig, 7)],
            new Dictionary<int, PeerContact> { [task.Key] = new(Now, null, null) },
            Token);

        string text = await RunAsync($"task status {task.Id}");
        Assert.That(text, Does.Match("received +6\n").And.Match(@"refused at upload +7 \(7 outdated_config\)\n").And.Match("aggregated +3\n"));
        Assert.That(text, Does.Match(@"rejected +1 \(1 vdaf_verify_error\)\n").And.Match("waiting +2 ").And.Match("last contact +2026-03-04T05:06:07Z"));
        Assert.That(text, Does.Match(@"2026-03-04T02:00:00Z/3600s +3 +0 +no").And.Match(@"2026-03-04T04:00:00Z/3600s +0 +2 +no"));
        Assert.That(text, Does.Contain("no collection jobs"));

        using JsonDocument json = JsonDocument.Parse(await RunAsync($"task status --json {task.Id}"));
        Assert.That(json.RootElement.GetProperty("reports").GetProperty("rejected").GetProperty("vdaf_verify_error").GetInt64(), Is.EqualTo(1));
        Assert.That(json.RootElement.GetProperty("batch_buckets").GetArrayLength(), Is.EqualTo(2));
        Assert.That(json.RootElement.GetProperty("peer").GetProperty("failing").GetBoolean(), Is.False);
        Assert.That(await RunAsync($"task show {task.Id}"), Does.Match(@"reports rejected +1 \(1 vdaf_verify_error\)").And.Match("verify key fingerprint +[0-9a-f]{8}-"));
    }

    [Test]
    public async Task Helpers_and_leader_selected_tasks_have_a_status_too()
    {
        DapTask selected = await AddTaskAsync(BatchMode.LeaderSelected, minBatchSize: 3);
        await AggregateAsync(selected, 3, Today - 3);
        Assert.That(await RunAsync($"task status {selected.Id}"), Does.Match("[A-Za-z0-9_-]{43} +3 +0 +no"));

        DapTask helper = await AddTaskAsync(role: Role.Helper);
        Assert.That(await RunAsync($"task status {helper.Id}"), Does.Match("role +helper\n").And.Match("leader +https://leader.example/").And.Not.Contain("received"));
    }

    [Test]
    public async Task A_job_left_behind_by_a_typo_is_listed_and_deleted_and_its_batch_is_free()
    {
        DapTask task = await AddTaskAsync(minBatchSize: 3);
        Lease<CollectionJob> typo = await CollectAsync(task, Range(Today - 9, 1), Now);
        Assert.That(await RunAsync($"collection-job list {task.Id}"), Does.Contain($"{typo.Job.Id} waiting, 2026-03-03T20:00:00Z/3600s"));

        Assert.That(await RunAsync($"collection-job delete {task.Id} {typo.Job.Id}"), Is.EqualTo($"collection job {typo.Job.Id} deleted\n"));
        Assert.That(await RunAsync($"collection-job list {task.Id}"), Is.EqualTo("no collection jobs\n"));
        Assert.That(() => RunAsync($"collection-job delete {task.Id} {typo.Job.Id}"), Throws.InstanceOf<CliException>().With.Message.Contains("has no collection job"));
        await CollectAsync(task, Range(Today - 9, 1), Now);
    }

    [Test]
    public async Task A_job_whose_result_would_be_lost_is_deleted_only_when_that_is_meant()
    {
        DapTask task = await AddTaskAsync(minBatchSize: 3);
        await AggregateAsync(task, 3, Today - 3);
        BatchRange range = Range(Today - 3, 1);
        Lease<CollectionJob> lease = await CollectAsync(task, range, Now);
        await FenceAsync(lease, range, Now);

        Assert.That(() => RunAsync($"collection-job delete {task.Id} {lease.Job.Id}"), Throws.InstanceOf<CliException>().With.Message.Contains("--yes expected"));
        Assert.That((await CollectionJobs.FindAsync(task.Key, lease.Job.Id, Token))!.State, Is.EqualTo(CollectionJobState.Fenced));
        Assert.That(await RunAsync($"collection-job delete --yes {task.Id} {lease.Job.Id}"), Does.Contain("deleted"));
        DapTask helper = await AddTaskAsync(role: Role.Helper);
        Assert.That(() => RunAsync($"collection-job list {helper.Id}"), Throws.InstanceOf<CliException>().With.Message.Contains("collection jobs are at the leader"));
    }

    [Test]
    public async Task A_job_that_is_fenced_while_it_is_deleted_stays()
    {
        DapTask task = await AddTaskAsync(minBatchSize: 3);
        await AggregateAsync(task, 3, Today - 3);
        BatchRange range = Range(Today - 3, 1);
        Lease<CollectionJob> lease = await CollectAsync(task, range, Now);
        StoredBatch batch = await Batches.ReadAsync(task.Key, range, Token);

        // The fence has the job's row when it stops; the deletion has read that the job waits, and stops for the row.
        await using (DatabaseGate gate = await DatabaseGate.BeforeWritesAsync(Database, "collected_batches"))
        {
            string[] done = await gate.QueueAsync<string>(
                async () => (await CollectionJobs.FenceAsync(lease, batch, [1], batch.ReportInterval, Now, Token)).ToString(),
                async () => (await FailureAsync($"collection-job delete {task.Id} {lease.Job.Id}")).Message);
            Assert.That(done[0], Is.EqualTo(nameof(FenceOutcome.Fenced)));
            Assert.That(done[1], Does.Contain("nothing was deleted").And.Contain("--yes expected"));
        }

        Assert.That((await CollectionJobs.FindAsync(task.Key, lease.Job.Id, Token))!.State, Is.EqualTo(CollectionJobState.Fenced));
        Assert.That(await CollectionJobs.DeleteUncollectedAsync(task.Key, lease.Job.Id, Token), Is.Null);
        Assert.That(await CollectionJobs.FinishAsync(lease, [7], null, Now, Token), Is.True);
        Assert.That(await CollectionJobs.DeleteUncollectedAsync(task.Key, lease.Job.Id, Token), Is.Null);
    }

    [Test]
    public async Task What_is_known_of_a_task_goes_with_it()
    {
        DapTask task = await AddTaskAsync();
        await Get<TaskStatusStore>().RecordAsync(
            [new ReportCount(task.Key, ReportStage.Refused, ReportError.OutdatedConfig, 7)],
            new Dictionary<int, PeerContact> { [task.Key] = new(Now, null, null) },
            Token);
        await Get<TaskStore>().DeleteAsync(task.Id, Now, Token);
        Assert.That(await Get<GarbageCollectionStore>().RemoveTaskAsync(task.Key, Token), Is.True);
        Assert.That(await ScalarAsync<long>("SELECT (SELECT count(*) FROM report_counts) + (SELECT count(*) FROM peer_contacts)"), Is.Zero);
    }

    private async Task AggregateAsync(DapTask task, int reports, ulong time, params ReportError[] rejected)
    {
        await UploadAsync(task, reports, time);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        foreach (Lease<LeaderAggregationJob> lease in await LeaderJobs.AcquireAsync(10, Minute, Now, Token))
        {
            await LeaderJobs.FinishAsync(lease, await ShardsOfAsync(lease.Job, rejected.Length), [], Now, Token, rejected);
        }
    }

    private async Task<(string Reason, string Text)> WhyAsync(DapTask task, BatchRange? range)
    {
        Lease<CollectionJob> lease = await CollectAsync(task, range, Now);
        await CollectionJobs.DeferAsync(lease, Now + Minute, Token);
        using JsonDocument json = JsonDocument.Parse(await RunAsync($"collection-job list --json {task.Id}"));
        JsonElement job = json.RootElement.EnumerateArray().Single(job => job.GetProperty("collection_job_id").GetString() == lease.Job.Id.ToString());
        return (job.GetProperty("reason").GetString()!, job.GetProperty("explanation").GetString()!);
    }

    private async Task<CliException> FailureAsync(string line)
    {
        try
        {
            throw new AssertionException($"it succeeded: {await RunAsync(line)}");
        }
        catch (CliException failure)
        {
            return failure;
        }
    }

    private async Task<string> RunAsync(string line)
    {
        await using ServiceProvider stores = new ServiceCollection()
            .AddSingleton(Get<TaskStore>())
            .AddSingleton(Get<TaskStatusStore>())
            .AddSingleton(CollectionJobs)
            .AddSingleton(new TaskStatusReader(Get<TaskStatusStore>(), CollectionJobs, Batches, new FakeTimeProvider(Now)))
            .BuildServiceProvider();
        Access access = new(stores);
        Command root = new("janus") { TaskCommand.Create(access), CollectionJobCommand.Create(access) };
        ParseResult parsed = root.Parse(line.Split(' '));
        Assert.That(parsed.Errors, Is.Empty);
        StringWriter output = new();
        Assert.That(await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output }), Is.Zero);
        return output.ToString();
    }

    private sealed class Access(IServiceProvider stores) : IProcessHost, IDatastoreAccess
    {
        public IReadOnlyList<string> Roles => [];

        public string ConnectionString => throw new NotSupportedException();

        public HpkeRotationPolicy HpkeRotation => throw new NotSupportedException();

        public GarbageCollectionLimits GarbageCollection => throw new NotSupportedException();

        public IServiceProvider Stores => stores;

        public Task<int> RunAsync(RunArguments arguments, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IDatastoreAccess> OpenDatastoreAsync(ConfigurationArguments arguments, bool migrate, CancellationToken cancellationToken) =>
            Task.FromResult<IDatastoreAccess>(this);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
