using System.Numerics;
using Janus.Aggregator;
using Janus.Client;
using Janus.Collector;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;
using Janus.Vdaf;
using Microsoft.Extensions.Options;

namespace Janus.IntegrationTests.Taskprov;

/// <summary>Tasks that nobody has added, from a Client's first upload to the collected result, between a real Leader and a real Helper.</summary>
public sealed class TaskprovEndToEndTests
{
    private static readonly BackOff Quick = new() { InitialDelay = TimeSpan.FromMilliseconds(20), MaximumDelay = TimeSpan.FromMilliseconds(200), MaximumAttempts = 30 };

    private readonly TestAgreement _agreement = new();
    private readonly HttpClient _http = new(DapHttpHandler.Create());
    private TestDeployment _deployment = null!;

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [OneTimeSetUp]
    public async Task Deploy()
    {
        _deployment = await TestDeployment.StartAsync(configure: options =>
        {
            options.Taskprov.Enabled = true;
            options.Taskprov.MinimumBatchSize = 3;
        });
        EndpointOf(_deployment.Leader, _deployment.Leader.Endpoint);
        EndpointOf(_deployment.Helper, _deployment.Between.Endpoint);
        await _deployment.Leader.Get<TaskprovPeerStore>().AddAsync(_agreement.PeerOf(Role.Leader, _deployment.Between.Endpoint), Token);
        await _deployment.Helper.Get<TaskprovPeerStore>().AddAsync(
            _agreement.PeerOf(Role.Helper, _deployment.Leader.Endpoint) with { Asynchronous = true }, Token);
    }

    [OneTimeTearDown]
    public async Task EndDeployment()
    {
        _http.Dispose();
        _agreement.CollectorKeyPair.Dispose();
        if (_deployment is not null)
        {
            await _deployment.DisposeAsync();
        }
    }

    [TestCase(BatchMode.TimeInterval)]
    [TestCase(BatchMode.LeaderSelected)]
    public async Task A_task_is_served_from_the_first_upload_to_the_result(BatchMode batchMode)
    {
        TestTask task = NewTask(batchMode);
        _deployment.Between.Reset();
        DapClient client = DapClient.ForAdvertisedTask(task.Configuration, _http, new DapClientOptions { BackOff = Quick });
        UploadSummary uploaded = await client.UploadAsync([.. new ulong[] { 0, 1, 1, 3 }.Select(Measurement.FromNumber)], cancellationToken: Token);
        DapCollector collector = DapCollector.ForAdvertisedTask(
            task.Configuration,
            task.CollectorHpkeConfig,
            task.CollectorKeyPair,
            task.CollectorToken,
            _http,
            new DapCollectorOptions { BackOff = Quick, MaximumPollDelay = TimeSpan.FromMilliseconds(100) });
        CollectionResult result = await collector.CollectAsync(TestDeployment.RequestFor(task), cancellationToken: Token);

        ScriptedRequest[] requests = [.. _deployment.Between.Requests.Where(request => request.Path.StartsWith($"/tasks/{task.Id}/", StringComparison.Ordinal))];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(client.TaskId, Is.EqualTo(task.Id));
            Assert.That(collector.TaskId, Is.EqualTo(task.Id));
            Assert.That(uploaded.Accepted, Is.EqualTo(4));
            Assert.That(result.ReportCount, Is.GreaterThanOrEqualTo(3));
            Assert.That(result.AggregateResult.Aggregate(BigInteger.Zero, (sum, count) => sum + count), Is.EqualTo((BigInteger)result.ReportCount));
            Assert.That(batchMode == BatchMode.LeaderSelected || result.AggregateResult.SequenceEqual([1, 2, 0, 1]), Is.True);
            Assert.That(requests.Select(request => request.Taskprov), Is.All.EqualTo(task.TaskprovHeader));
            Assert.That(requests.Select(request => request.Method).Distinct(), Is.SupersetOf(new[] { "POST", "GET" }));
            Assert.That(requests, Has.Some.Property("IsAggregationJob").True.And.Some.Property("IsAggregateShare").True);
        }
    }

    [Test]
    public async Task Every_kind_of_request_to_the_helper_advertises_the_task()
    {
        // The policy takes no VDAF of several rounds, so the task is put in place.
        TestTask task = new(new TestTaskOptions
        {
            Agreement = _agreement,
            Leader = _deployment.Leader.Endpoint,
            Helper = _deployment.Between.Endpoint,
            MultiRound = new MultiRoundVdaf(3, hasAggParam: false),
            Asynchronous = true,
        });
        await StoreAsync(_deployment.Leader, task, Role.Leader);
        await StoreAsync(_deployment.Helper, task, Role.Helper);
        _deployment.Between.Reset();
        await _deployment.UploadAsync(task, 0, 1, 1);
        CollectedBatch batch = await _deployment.CollectAsync(task);
        Assert.That((int)(await RawHttp.DeleteAsync(batch.Job, task.CollectorToken)).Status, Is.EqualTo(200));
        bool IsDeletion(ScriptedRequest request) => request.Method == "DELETE" && request.IsToAggregateShare;
        while (!_deployment.Between.Requests.Any(IsDeletion))
        {
            await Task.Delay(10, Token);
        }

        ScriptedRequest[] requests = [.. _deployment.Between.Requests.Where(request => request.Path.StartsWith($"/tasks/{task.Id}/", StringComparison.Ordinal))];
        Assert.That(requests.Select(request => request.Taskprov), Is.All.EqualTo(task.TaskprovHeader));
        Assert.That(requests, Has.Some.Matches<ScriptedRequest>(request => request!.Method == "POST" && request.IsToAggregationJob), "a continuation");
        Assert.That(requests, Has.Some.Matches<ScriptedRequest>(request => request!.Method == "GET" && request.IsToAggregationJob), "a poll of a job");
    }

    [Test]
    public async Task A_task_that_was_added_is_not_advertised()
    {
        TestTask task = await _deployment.AddTaskAsync();
        _deployment.Between.Reset();
        await _deployment.UploadAsync(task, 0, 1, 1);
        await _deployment.CollectAsync(task);

        Assert.That(_deployment.Between.Requests.Select(request => request.Taskprov), Is.All.Null);
        Assert.That(_deployment.Between.Requests, Is.Not.Empty);
    }

    private static void EndpointOf(TestAggregator aggregator, Uri endpoint) =>
        aggregator.Get<IOptions<AggregatorOptions>>().Value.Taskprov.Endpoints = [endpoint];

    private static async Task StoreAsync(TestAggregator aggregator, TestTask task, Role role)
    {
        TaskprovPeer peer = (await aggregator.Get<TaskprovPeerStore>().ListAsync(Token)).Single();
        await aggregator.AddTaskAsync(task.For(role) with { TaskprovPeerKey = peer.Key, Tokens = [] });
    }

    private TestTask NewTask(BatchMode batchMode) => new(new TestTaskOptions
    {
        Agreement = _agreement,
        Leader = _deployment.Leader.Endpoint,
        Helper = _deployment.Between.Endpoint,
        BatchMode = batchMode,
        TaskInterval = new Interval(new Time(TestDeployment.CurrentTime.Value - 60), new Duration(1440)),
    });
}
