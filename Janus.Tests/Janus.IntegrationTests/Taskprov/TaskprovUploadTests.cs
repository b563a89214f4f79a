using Janus.Aggregator;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Taskprov;

/// <summary>A Leader that is told of tasks by Clients: Taskprov, upload protocol.</summary>
public sealed class TaskprovUploadTests() : TaskprovFixture(Role.Leader)
{
    private static readonly string[] MalformedHeaders = ["", "x", "42", "?1", "\"a\"", "::", ":AAAA:", ":AA AA:", ":{0}", "{0}, {0}", "({0})", "{0};A"];

    [Test]
    public async Task The_first_upload_opts_in_and_later_ones_need_no_header()
    {
        (TestAgreement agreement, Uri url, TaskprovPeer peer) = await AddPeerAsync();
        TestTask task = NewTask(agreement, url);

        AssertOk(await UploadAsync(task, task.TaskprovHeader));
        AssertOk(await UploadAsync(task, null));
        AssertOk(await UploadAsync(task, $" {task.TaskprovHeader};a=1;b "));

        DapTask stored = (await FindAsync(task))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(stored.Configuration.Encoded.ToArray(), Is.EqualTo(task.Configuration.Encoded.ToArray()));
            Assert.That(stored.Role, Is.EqualTo(Role.Leader));
            Assert.That(stored.VerifyKey, Is.EqualTo(task.VerifyKey));
            Assert.That(stored.TaskprovPeerKey, Is.EqualTo(peer.Key));
            Assert.That(stored.TokenToPresentAt(Clock.GetUtcNow())!.Token, Is.EqualTo(agreement.AggregatorToken));
            Assert.That(await CountAsync("report_ids", task), Is.EqualTo(3));
        }
    }

    [Test]
    public async Task A_task_that_is_neither_known_nor_advertised_is_not_recognized()
    {
        (TestAgreement agreement, Uri url, _) = await AddPeerAsync();
        TestTask task = NewTask(agreement, url);

        AssertProblem(await UploadAsync(task, null), DapProblemType.UnrecognizedTask, task.Id);
        Assert.That(await FindAsync(task), Is.Null);
    }

    [Test]
    public async Task A_task_id_that_does_not_follow_from_the_header_is_not_recognized()
    {
        (TestAgreement agreement, Uri url, _) = await AddPeerAsync();
        TestTask task = NewTask(agreement, url);
        TestTask other = NewTask(agreement, url);

        AssertProblem(await UploadAsync(task, other.TaskprovHeader), DapProblemType.UnrecognizedTask, task.Id);
        Assert.That(await FindAsync(task), Is.Null);

        AssertOk(await UploadAsync(task, task.TaskprovHeader));
        AssertProblem(await UploadAsync(task, other.TaskprovHeader), DapProblemType.UnrecognizedTask, task.Id);
        Assert.That(await FindAsync(other), Is.Null);
    }

    [Test]
    public async Task A_task_gets_the_expiry_age_and_the_noise_of_its_peer_and_one_that_cannot_have_the_noise_is_refused()
    {
        (TestAgreement agreement, Uri url, TaskprovPeer peer) = await AddPeerAsync();
        TaskprovPeerStore peers = Aggregator.Get<TaskprovPeerStore>();
        TestTask task = NewTask(agreement, url, new TestTaskOptions { TaskInterval = Days, Vdaf = VdafDescription.Sum(1000) });
        DifferentialPrivacyStrategy tooWide = DifferentialPrivacyStrategy.Parse("laplace:epsilon=1/1000000000000000");
        await ChangeAsync(() => peers.UpdateAsync(peer with { ReportExpiryAge = TimeSpan.FromSeconds(601), DifferentialPrivacy = tooWide }, Token));
        HttpAnswer refused = await UploadAsync(task, task.TaskprovHeader);
        AssertProblem(refused, DapProblemType.InvalidTask, task.Id);
        Assert.That(refused.Problem.Detail, Does.Contain("too wide"));

        DifferentialPrivacyStrategy noise = DifferentialPrivacyStrategy.Parse("laplace:epsilon=1/2");
        await ChangeAsync(() => peers.UpdateAsync(peer with { ReportExpiryAge = TimeSpan.FromSeconds(601), DifferentialPrivacy = noise }, Token));
        AssertOk(await UploadAsync(task, task.TaskprovHeader));

        DapTask stored = (await FindAsync(task))!;
        Assert.That((stored.ReportExpiryAge, stored.DifferentialPrivacy), Is.EqualTo((11UL, noise)), "in units of a minute, rounded up");
    }

    [TestCaseSource(nameof(MalformedHeaders))]
    public async Task A_malformed_header_is_ignored(string format)
    {
        (TestAgreement agreement, Uri url, _) = await AddPeerAsync();
        TestTask task = NewTask(agreement, url);
        string header = format.Replace("{0}", task.TaskprovHeader, StringComparison.Ordinal);

        AssertProblem(await UploadAsync(task, header), DapProblemType.UnrecognizedTask, task.Id);
        await Aggregator.AddTaskAsync(task.For(Role.Leader));
        AssertOk(await UploadAsync(task, header));
    }

    [TestCase("vdaf", "Taskprov.Vdafs")]
    [TestCase("another vdaf", "not among those allowed here")]
    [TestCase("sum", "expected measurements of at most 1000, got 1001 (Taskprov.MaximumMeasurement)")]
    [TestCase("sumvec", "Taskprov.MaximumMeasurement")]
    [TestCase("histogram", "expected a length of at most 10000, got 10001 (Taskprov.MaximumLength)")]
    [TestCase("report", "Taskprov.MaximumReportBytes")]
    [TestCase("chunks", "Taskprov.MaximumReportBytes")]
    [TestCase("chunk", "Taskprov.MaximumReportBytes")]
    [TestCase("no chunk", "chunkLength")]
    [TestCase("batch size", "expected a minimum batch size of at least 3, got 2 (Taskprov.MinimumBatchSize)")]
    [TestCase("batch mode", "batch_mode: expected time_interval (1) or leader_selected (2)")]
    [TestCase("precision", "Taskprov.MinimumTimePrecision")]
    [TestCase("no interval", "Taskprov.RequireTaskInterval")]
    [TestCase("ended", "the task has ended")]
    [TestCase("lifetime", "Taskprov.MaximumLifetime")]
    [TestCase("start", "a task_interval that starts within")]
    [TestCase("last time", "a task_interval that starts within")]
    [TestCase("extension", "extensions: type 65280 is not supported")]
    [TestCase("order", "strictly increasing order")]
    [TestCase("leader", "is not an endpoint of this Leader (Taskprov.Endpoints)")]
    [TestCase("helper", "no peer of this Leader")]
    public async Task A_task_outside_the_allow_list_is_refused_with_a_reason_and_leaves_nothing(string what, string reason)
    {
        (TestAgreement agreement, Uri url, _) = await AddPeerAsync();
        TestTask sample = NewTask(agreement, url);
        TaskConfiguration configuration = new(Change(sample.Configuration.Fields, what));
        TaskId id = TaskprovDerivation.TaskIdOf(configuration);

        HttpAnswer answer = await RawHttp.PostAsync(
            At($"tasks/{id}/reports"), DapVersion.Newest.MediaTypes.UploadRequest, Body(sample), taskprov: TaskprovHeader.Format(configuration));

        AssertProblem(answer, DapProblemType.InvalidTask, id);
        Assert.That(answer.Problem.Detail, Does.Contain(reason));
        Assert.That(await Aggregator.Get<TaskStore>().FindAsync(id, Token), Is.Null);
    }

    [Test]
    public async Task A_browser_may_advertise_a_task()
    {
        using HttpRequestMessage preflight = new(HttpMethod.Options, At($"tasks/{TaskId.Random()}/reports"));
        preflight.Headers.Add("Origin", "https://app.example");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "content-type, dap-taskprov");

        HttpAnswer answer = await RawHttp.SendAsync(preflight);

        Assert.That(answer.Header("Access-Control-Allow-Headers"), Does.Contain("DAP-Taskprov").IgnoreCase);
    }

    [Test]
    public async Task New_tasks_of_a_peer_are_limited_in_rate_and_number()
    {
        (TestAgreement agreement, Uri url, TaskprovPeer peer) = await AddPeerAsync();
        (TestAgreement other, Uri otherUrl, _) = await AddPeerAsync();
        TestTask[] tasks = [.. Enumerable.Range(0, MaximumTasks + 1).Select(_ => NewTask(agreement, url))];
        foreach (TestTask task in tasks[..NewTasksPerHour])
        {
            AssertOk(await UploadAsync(task, task.TaskprovHeader));
            Clock.Advance(TimeSpan.FromMinutes(1));
        }

        HttpAnswer limited = await UploadAsync(tasks[NewTasksPerHour], tasks[NewTasksPerHour].TaskprovHeader);
        HttpAnswer again = await UploadAsync(tasks[NewTasksPerHour], tasks[NewTasksPerHour].TaskprovHeader);
        AssertOk(await UploadAsync(tasks[0], tasks[0].TaskprovHeader));
        TestTask fair = NewTask(other, otherUrl);
        AssertOk(await UploadAsync(fair, fair.TaskprovHeader));
        Clock.Advance(TimeSpan.FromMinutes(58));
        AssertOk(await UploadAsync(tasks[NewTasksPerHour], tasks[NewTasksPerHour].TaskprovHeader));
        HttpAnswer full = await UploadAsync(tasks[MaximumTasks], tasks[MaximumTasks].TaskprovHeader);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(((int)limited.Status, limited.RetryAfter), Is.EqualTo((429, "3420")));
            Assert.That(((int)again.Status, again.RetryAfter), Is.EqualTo((429, "3420")));
            AssertOptedOut(full, tasks[MaximumTasks], "Taskprov.MaximumTasks");
            Assert.That(await ScalarAsync<long>($"SELECT count(*) FROM tasks WHERE taskprov_peer_key = {peer.Key}"), Is.EqualTo(MaximumTasks));
        }
    }

    [Test]
    public async Task A_deleted_task_is_not_opted_into_again_though_all_that_it_had_is_removed()
    {
        (TestAgreement agreement, Uri url, TaskprovPeer peer) = await AddPeerAsync();
        TestTask task = NewTask(agreement, url);
        AssertOk(await UploadAsync(task, task.TaskprovHeader));
        await ChangeAsync(() => Aggregator.Get<TaskStore>().DeleteAsync(task.Id, Clock.GetUtcNow(), Token));
        AssertOptedOut(await UploadAsync(task, task.TaskprovHeader), task, "it was deleted here");
        AssertProblem(await UploadAsync(task, null), DapProblemType.UnrecognizedTask, task.Id);

        Clock.Advance(GarbageRemoval.DeletionDelay);
        await CollectGarbageAsync();
        Assert.That(await CountAsync("report_ids", task), Is.Zero);
        AssertOptedOut(await UploadAsync(task, task.TaskprovHeader), task, "it was deleted here");

        Assert.That(await ChangeAsync(() => Peers.RemoveAsync(peer.Key, Token)), Is.True, "only tasks that are served need their peer");
        await CollectGarbageAsync();
        Assert.That(await ScalarAsync<long>($"SELECT count(*) FROM tasks WHERE task_id = '\\x{Convert.ToHexString(task.Id.ToArray())}'"), Is.Zero);
        AssertOptedOut(await UploadAsync(task, task.TaskprovHeader), task, "no peer of this Leader");
    }

    [Test]
    public async Task Two_processes_that_opt_in_at_once_store_one_task()
    {
        (TestAgreement agreement, Uri url, TaskprovPeer peer) = await AddPeerAsync();
        TestTask task = NewTask(agreement, url);
        await using TestAggregator beside = await TestAggregator.StartAsync(Database, time: Clock, configure: Enable, datastoreKey: Aggregator.DatastoreKey);
        await using DatabaseGate gate = await DatabaseGate.BeforeRowLocksAsync(Database, "taskprov_peers");

        HttpAnswer[] answers = await gate.RaceAsync(
            () => UploadAsync(task, task.TaskprovHeader), () => UploadAsync(task, task.TaskprovHeader, beside.Endpoint));

        foreach (HttpAnswer answer in answers)
        {
            AssertOk(answer);
        }

        Assert.That(await ScalarAsync<long>($"SELECT count(*) FROM tasks WHERE taskprov_peer_key = {peer.Key}"), Is.EqualTo(1));
        Assert.That(await CountAsync("report_ids", task), Is.EqualTo(2));
    }

    [Test]
    public async Task Switched_off_the_header_is_ignored_and_tasks_that_are_here_go_on()
    {
        (TestAgreement agreement, Uri url, _) = await AddPeerAsync();
        TestTask known = NewTask(agreement, url);
        TestTask unknown = NewTask(agreement, url);
        AssertOk(await UploadAsync(known, known.TaskprovHeader));
        await using TestAggregator off = await TestAggregator.StartAsync(
            Database, time: Clock, configure: options => options.Taskprov.Enabled = false, datastoreKey: Aggregator.DatastoreKey);

        AssertOk(await UploadAsync(known, unknown.TaskprovHeader, off.Endpoint));
        AssertProblem(await UploadAsync(unknown, unknown.TaskprovHeader, off.Endpoint), DapProblemType.UnrecognizedTask, unknown.Id);
    }

    [Test]
    public async Task A_task_is_served_after_the_policy_has_changed()
    {
        (TestAgreement agreement, Uri url, TaskprovPeer peer) = await AddPeerAsync();
        TestTask task = NewTask(agreement, url);
        AssertOk(await UploadAsync(task, task.TaskprovHeader));
        await using TestAggregator strict = await TestAggregator.StartAsync(
            Database, time: Clock, configure: ((Action<AggregatorOptions>)Enable) + (options => options.Taskprov.Vdafs = []), datastoreKey: Aggregator.DatastoreKey);
        TestTask other = NewTask(agreement, url);
        AssertOptedOut(await UploadAsync(other, other.TaskprovHeader, strict.Endpoint), other, "Taskprov.Vdafs");
        await ChangeAsync(() => Peers.UpdateAsync(peer with { AcceptsNewTasks = false }, Token));

        AssertOk(await UploadAsync(task, task.TaskprovHeader, strict.Endpoint));
        AssertOptedOut(await UploadAsync(other, other.TaskprovHeader), other, "no new tasks are taken up with this peer");
    }

    [Test]
    public async Task A_collection_job_is_for_tasks_that_are_here()
    {
        (TestAgreement agreement, Uri url, _) = await AddPeerAsync();
        TestTask task = NewTask(agreement, url);

        AssertProblem(await CollectAsync(task), DapProblemType.UnrecognizedTask, task.Id);
        Assert.That(await FindAsync(task), Is.Null);
        AssertOk(await UploadAsync(task, task.TaskprovHeader));
        AssertOk(await CollectAsync(task));
        AssertProblem(await CollectAsync(task, NewTask(agreement, url).TaskprovHeader), DapProblemType.UnrecognizedTask, task.Id);
    }

    [Test]
    public async Task A_peers_settings_are_those_of_its_new_tasks()
    {
        (TestAgreement agreement, Uri url, TaskprovPeer peer) = await AddPeerAsync();
        await ChangeAsync(() => Peers.UpdateAsync(peer with { TargetBatchSize = 7, BatchTimeWindow = TimeSpan.FromMinutes(10), ReportExpiryAge = TimeSpan.FromSeconds(601) }, Token));
        TestTask selected = NewTask(agreement, url, new TestTaskOptions { BatchMode = BatchMode.LeaderSelected, TaskInterval = Days });
        TestTask large = NewTask(agreement, url, new TestTaskOptions { BatchMode = BatchMode.LeaderSelected, TaskInterval = Days, MinBatchSize = 8 });
        TestTask interval = NewTask(agreement, url);
        foreach (TestTask task in new[] { selected, large, interval })
        {
            AssertOk(await UploadAsync(task, task.TaskprovHeader));
        }

        Assert.That((await FindAsync(selected))!, Has.Property("TargetBatchSize").EqualTo(7).And.Property("BatchTimeWindow").EqualTo(10));
        Assert.That((await FindAsync(large))!.TargetBatchSize, Is.Null);
        Assert.That((await FindAsync(interval))!.ReportExpiryAge, Is.EqualTo(11), "rounded up");
        Assert.That((await FindAsync(interval))!, Has.Property("TargetBatchSize").Null.And.Property("BatchTimeWindow").Null);
    }

    private async Task CollectGarbageAsync() =>
        await Aggregator.Get<GarbageRemoval>().RunAsync(new GarbageCollectionLimits(TimeSpan.FromDays(1), 100, TimeSpan.Zero, 0), Token);

    private TaskConfigurationFields Change(TaskConfigurationFields fields, string what)
    {
        Time now = CurrentTime;
        return what switch
        {
            "vdaf" => fields with { VdafType = (VdafType)0xFFFF0000 },
            "another vdaf" => With(fields, VdafDescription.Count()),
            "sum" => With(fields, VdafDescription.Sum(1001)),
            "sumvec" => With(fields, VdafDescription.SumVec(2, 2000)),
            "histogram" => With(fields, VdafDescription.Histogram(10_001)),
            "report" => With(fields, VdafDescription.Histogram(10_000)),
            "chunks" => With(fields, VdafType.Prio3SumVec, new Prio3SumVecConfig(10_000, 1000, 1)),
            "chunk" => With(fields, VdafType.Prio3SumVec, new Prio3SumVecConfig(1, 1, int.MaxValue)),
            "no chunk" => With(fields, VdafType.Prio3SumVec, new Prio3SumVecConfig(1, 1, 0)),
            "batch size" => fields with { MinBatchSize = 2 },
            "batch mode" => fields with { BatchMode = (BatchMode)3 },
            "precision" => fields with { TimePrecision = new TimePrecision(59) },
            "no interval" => fields with { Extensions = [] },
            "ended" => With(fields, new Interval(new Time(now.Value - 10), new Duration(10))),
            "lifetime" => With(fields, new Interval(new Time(now.Value - 1), new Duration((10 * 1440) + 1))),
            "start" => With(fields, new Interval(new Time(now.Value + (10 * 1440) + 1), new Duration(1))),
            "last time" => With(fields, new Interval(new Time(ulong.MaxValue - 1), new Duration(1))),
            "extension" => fields with { Extensions = [.. fields.Extensions, new TaskExtension((TaskExtensionType)0xFF00, default)] },
            "order" => fields with { Extensions = [.. fields.Extensions, .. fields.Extensions] },
            "leader" => fields with { LeaderAggregatorEndpoint = new Url("https://this.example/other/") },
            _ => fields with { HelperAggregatorEndpoint = new Url("https://stranger.example/") },
        };
    }

    private static TaskConfigurationFields With<T>(TaskConfigurationFields fields, VdafType type, T configuration)
        where T : IWireMessage<T> => fields with { VdafType = type, VdafConfiguration = WireMessage.Encode(configuration) };

    private static TaskConfigurationFields With(TaskConfigurationFields fields, VdafDescription vdaf) =>
        fields with { VdafType = vdaf.Type, VdafConfiguration = vdaf.EncodeConfiguration() };

    private static TaskConfigurationFields With(TaskConfigurationFields fields, Interval interval) =>
        fields with { Extensions = [TaskExtension.TaskInterval(interval)] };

    private byte[] Body(TestTask task) =>
        ReportFactory.UploadBody(new ReportFactory(task, HpkeConfig, null, CurrentTime).Make(1));

    private Task<HttpAnswer> UploadAsync(TestTask task, string? header, Uri? aggregator = null) => RawHttp.PostAsync(
        new Uri(aggregator ?? Aggregator.Endpoint, $"tasks/{task.Id}/reports"), DapVersion.Newest.MediaTypes.UploadRequest, Body(task), taskprov: header);

    private Task<HttpAnswer> CollectAsync(TestTask task, string? header = null) => RawHttp.PostAsync(
        At($"tasks/{task.Id}/collection_jobs"),
        DapVersion.Newest.MediaTypes.CollectionJobReq,
        WireMessage.Encode(new CollectionJobReq(Query.TimeInterval(new Interval(CurrentTime, new Duration(1))), default, [])),
        task.CollectorToken,
        header ?? task.TaskprovHeader);
}
