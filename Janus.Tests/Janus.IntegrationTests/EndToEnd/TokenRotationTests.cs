using System.Net;
using Janus.Aggregator;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.IntegrationTests.Embedded;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.EndToEnd;

/// <summary>The procedure of docs/authentication.md, with two aggregators on the Leader's database: DAP §3.5 (request-authentication).</summary>
public sealed class TokenRotationTests
{
    private TestDirectory _directory = null!;
    private TestDeployment _deployment = null!;
    private TestAggregator _second = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _directory = new TestDirectory();
        _deployment = await TestDeployment.StartAsync();
        _second = await _deployment.StartBesideLeaderAsync(AggregatorRoles.All);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _second.DisposeAsync();
        await _deployment.DisposeAsync();
        _directory.Dispose();
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Both_tokens_are_changed_while_reports_flow_and_no_request_is_refused(CancellationToken cancellationToken)
    {
        TestTask task = await _deployment.AddTaskAsync(new TestTaskOptions { BatchMode = BatchMode.LeaderSelected });
        ReportFlow flow = new(_deployment, _second, task);
        Task flowing = flow.RunAsync();
        string id = task.Id.ToString();
        string file = _directory.Path("new-token");
        await flow.AwaitMoreAsync(1, cancellationToken);

        // Helper and Leader, in the order of the document.
        await ChangeAsync(helper: true, "task", "token", "add", id, "--label", "second", "--output", file);
        string secret = (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        await ChangeAsync(helper: false, "task", "token", "add", id, "--label", "second", "--purpose", "to-helper", "--token-file", file);
        await flow.AwaitMoreAsync(2, cancellationToken);
        Assert.That(_deployment.Between.Requests[^1].Authorization, Is.EqualTo($"Bearer {secret}"), "the newest is presented");
        await Task.WhenAll(
            ChangeAsync(helper: true, "task", "token", "remove", id, "first-from-leader"),
            ChangeAsync(helper: false, "task", "token", "remove", id, "first-to-helper"));
        await flow.AwaitMoreAsync(1, cancellationToken);

        // Leader and Collector.
        string printed = await ChangeAsync(helper: false, "task", "token", "add", id, "--label", "collector-2", "--purpose", "from-collector");
        flow.CollectorToken = BearerToken.Parse(printed.Trim());
        await flow.AwaitMoreAsync(2, cancellationToken);
        await ChangeAsync(helper: false, "task", "token", "remove", id, "first-from-collector");
        await flow.AwaitMoreAsync(1, cancellationToken);
        flow.Stop();
        await flowing;

        DapTask leader = (await _second.Get<TaskStore>().FindAsync(task.Id, cancellationToken))!;
        HttpAnswer old = await RawHttp.GetAsync(new Uri(_deployment.Leader.Endpoint, $"tasks/{id}/collection_jobs/{new string('A', 22)}"), task.CollectorToken);
        string[] logs = [.. _deployment.Helper.Logs.Lines, .. _deployment.Leader.Logs.Lines, .. _second.Logs.Lines];
        string[] refused = [.. logs.Where(line => (line.Contains(" Debug: ", StringComparison.Ordinal) && line.Contains("not authenticated", StringComparison.Ordinal)) || line.Contains("answered 401", StringComparison.Ordinal))];
        await TestContext.Out.WriteLineAsync($"{flow.Uploaded} reports in {flow.Rounds} batches, {_deployment.Between.Requests.Count} requests to the Helper");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused, Has.Length.EqualTo(1), "only the old token, presented at the end");
            Assert.That(old.Status, Is.EqualTo(HttpStatusCode.Unauthorized));
            Assert.That(flow.Collected, Is.EqualTo(flow.Uploaded), "every report is counted");
            Assert.That(leader.Tokens.Select(token => token.Label), Is.EquivalentTo((string[])["second", "collector-2"]));
            SecretSearch secrets = new();
            secrets.Add(task);
            secrets.Add("the new token", secret);
            secrets.Add("the Collector's new token", printed.Trim());
            Assert.That(secrets.FindIn(logs), Is.Empty);
        }
    }

    [Test]
    public async Task A_command_refuses_what_would_lock_a_peer_out()
    {
        TestTask task = await _deployment.AddTaskAsync();
        string id = task.Id.ToString();
        await using HostProcess last = Command(helper: true, "task", "token", "remove", id, "first-from-leader");
        await using HostProcess unknown = Command(helper: false, "task", "token", "add", id, "--purpose", "to-helper");
        await using HostProcess role = Command(helper: true, "task", "token", "add", id, "--purpose", "from-collector");
        await using HostProcess list = Command(helper: false, "task", "token", "list", id);
        int[] codes = await Task.WhenAll(last.WaitForExitAsync(), unknown.WaitForExitAsync(), role.WaitForExitAsync());
        Assert.That(await list.WaitForExitAsync(), Is.Zero, list.Error);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(codes, Is.All.EqualTo(1));
            Assert.That(list.Output, Does.Contain("first-to-helper").And.Contain("presented").And.Contain("first-from-collector"));
            Assert.That(list.Output, Does.Not.Contain(task.AggregatorToken.Secret));
            Assert.That(last.Error, Does.Contain("is the last one that is valid then").And.Contain("--force"));
            Assert.That(unknown.Error, Does.Contain("--token-file expected"));
            Assert.That(role.Error, Does.Contain("we are the task's Helper"));
        }
    }

    // Runs a command, and waits until the aggregators of that side have heard of the change.
    private async Task<string> ChangeAsync(bool helper, params string[] arguments)
    {
        WorkSignal[] signals = [.. (helper ? [_deployment.Helper] : new[] { _deployment.Leader, _second }).Select(aggregator => aggregator.Get<WorkSignal>())];
        long[] before = [.. signals.Select(signal => signal.VersionOf(WorkKind.Tasks))];
        string output = await RunAsync(helper, arguments);
        Assert.That(() => signals.Select(signal => signal.VersionOf(WorkKind.Tasks)).Zip(before).All(pair => pair.First > pair.Second), Is.True.After(10_000, 10));
        return output;
    }

    private async Task<string> RunAsync(bool helper, params string[] arguments)
    {
        await using HostProcess command = Command(helper, arguments);
        Assert.That(await command.WaitForExitAsync(), Is.Zero, command.Error);
        return command.Output;
    }

    private HostProcess Command(bool helper, params string[] arguments) => HostProcess.Start(arguments, new Dictionary<string, string>
    {
        ["JANUS_DATABASE_URL"] = (helper ? _deployment.HelperDatabase : _deployment.LeaderDatabase).ConnectionString,
        ["JANUS__Database__DatastoreKeys"] = (helper ? _deployment.Helper : _deployment.Leader).DatastoreKey,
    });

    /// <summary>Uploads and collects one batch after the other, through both aggregators of the Leader by turns.</summary>
    private sealed class ReportFlow(TestDeployment deployment, TestAggregator second, TestTask task)
    {
        private static readonly ulong[] Measurements = [0, 1, 2];
        private volatile bool _stopped;
        private volatile int _rounds;
        private string _collectorToken = task.CollectorToken.Secret;
        private Exception? _failure;

        public int Rounds => _rounds;

        public int Uploaded { get; private set; }

        public ulong Collected { get; private set; }

        public BearerToken CollectorToken
        {
            set => Volatile.Write(ref _collectorToken, value.Secret);
        }

        public void Stop() => _stopped = true;

        public async Task RunAsync()
        {
            try
            {
                while (!_stopped)
                {
                    await deployment.UploadAsync(task, Measurements);
                    Uploaded += Measurements.Length;
                    Collected += await CollectAsync();
                    _rounds++;
                }
            }
            catch (Exception exception)
            {
                _failure = exception;
                throw;
            }
        }

        /// <summary>Waits for batches that begin from now on.</summary>
        public async Task AwaitMoreAsync(int rounds, CancellationToken cancellationToken)
        {
            for (int until = _rounds + rounds + 1; _rounds < until;)
            {
                Assert.That(_failure, Is.Null);
                await Task.Delay(10, cancellationToken);
            }
        }

        private async Task<ulong> CollectAsync()
        {
            // A collection keeps the token that it began with.
            BearerToken token = BearerToken.Parse(Volatile.Read(ref _collectorToken));
            Uri leader = (_rounds % 2 == 0 ? deployment.Leader : second).Endpoint;
            HttpAnswer answer = await RawHttp.PostAsync(
                new Uri(leader, $"tasks/{task.Id}/collection_jobs"), DapVersion.Newest.MediaTypes.CollectionJobReq, WireMessage.Encode(TestDeployment.RequestFor(task)), token);
            Uri job = new(leader, answer.Location!);
            while (answer.Status == HttpStatusCode.OK && answer.Body.Length == 0)
            {
                await Task.Delay(10);
                answer = await RawHttp.GetAsync(job, token);
            }

            Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK));
            Assert.That((await RawHttp.DeleteAsync(job, token)).Status, Is.EqualTo(HttpStatusCode.OK));
            return answer.Decode<CollectionJobResp>().ReportCount;
        }
    }
}
