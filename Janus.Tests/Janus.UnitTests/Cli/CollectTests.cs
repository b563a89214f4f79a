using System.CommandLine;
using System.Text.RegularExpressions;
using Janus.Cli;
using Janus.Cli.Collecting;
using Janus.Cli.Commands;
using Janus.Cli.Values;
using Janus.Collector;
using Janus.Dap;
using Janus.Messages;
using Janus.UnitTests.Client;
using Janus.UnitTests.Collector;
using Janus.Vdaf;
using Microsoft.Extensions.Time.Testing;

namespace Janus.UnitTests.Cli;

/// <summary><c>janus collect</c> against a Leader whose answers a test decides.</summary>
[TestFixture]
public sealed partial class CollectTests
{
    private const string Interval = "1970-01-04T05:00Z/1h";

    private TemporaryFolder _folder = null!;
    private ScriptedLeader _leader = null!;

    [SetUp]
    public async Task StartLeader()
    {
        _folder = new TemporaryFolder();
        _leader = new ScriptedLeader(VdafDescription.Sum(100));
        _leader.Add([Measurement.FromNumber(40), Measurement.FromNumber(2)]);
        TestTask task = _leader.DapTask;
        await TaskFile.WriteNewAsync(_folder.File("collector.json"), ParametersOf(task));
        await CollectorKeyFile.WriteNewAsync(_folder.File("key file.json"), task.Collector.Config, task.Collector.KeyPair);
    }

    [TearDown]
    public async Task StopLeader()
    {
        await _leader.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_result_that_does_not_come_in_time_is_explained_and_its_job_resumed_and_deleted()
    {
        _leader.Deferrals = int.MaxValue;
        Run late = await RunAsync("--batch-interval", Interval, "--timeout", "1s");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(late.Failure?.Message, Is.EqualTo("no result within 1s"));
            Assert.That(late.Error, Does.Contain("collecting interval 1970-01-04T05:00:00Z to 1970-01-04T06:00:00Z (1h)"));
            Assert.That(late.Error, Does.Contain("needs   at least 1 valid report").And.Contain("the Helper is down").IgnoreCase);
            Assert.That(late.Error, Does.Contain($"janus task status {_leader.DapTask.Id}"));
            Assert.That(late.Error, Does.Contain($"janus collect --task-file {_folder.File("collector.json")} --key '{_folder.File("key file.json")}' --resume '"));
            Assert.That(late.Error, Does.Not.Contain(_leader.DapTask.CollectorToken.Secret));
        }

        string handle = Handle().Match(late.Error).Groups["handle"].Value;
        _leader.Deferrals = 1;
        Run resumed = await RunAsync("--resume", handle, "--json");
        Assert.That(resumed.Output, Does.Contain("\"report_count\": 2").And.Contain("42"), resumed.Error);

        Run deleted = await RunAsync("--delete", handle);
        Assert.That(deleted.Output.Trim(), Is.EqualTo("the collection job is deleted"));
        Assert.That(_leader.Methods(), Does.StartWith("POST GET").And.EndsWith("DELETE"));
        Run gone = await RunAsync("--resume", handle);
        Assert.That(gone.Failure?.Message, Does.Contain("the Leader does not know the collection job"));
    }

    [Test]
    public async Task Interrupting_the_wait_tells_how_to_go_on()
    {
        using CancellationTokenSource interrupt = new();
        _leader.Deferrals = int.MaxValue;
        _leader.Script = (request, count, normally) =>
        {
            if (request.Method == "GET" && count == 2)
            {
                interrupt.Cancel();
            }

            return normally();
        };

        Run run = await RunAsync(interrupt.Token, "--batch-interval", Interval);

        Assert.That(run.Failure, Is.InstanceOf<OperationCanceledException>());
        Assert.That(Handle().IsMatch(run.Error), Is.True, run.Error);
    }

    [Test]
    public async Task A_failure_before_there_is_a_job_offers_nothing_to_resume()
    {
        _leader.Script = (_, _, _) => new Answer(401);
        Run run = await RunAsync("--batch-interval", Interval);
        Assert.That(run.Failure?.Message, Does.Contain("does not take the collector_token of the task file").And.Contain(_leader.DapTask.Id.ToString()));
        Assert.That(run.Error, Does.Not.Contain("--resume"));
    }

    [Test]
    public async Task An_interval_that_is_not_over_is_collected_only_when_told_so()
    {
        string open = $"{InstantText.Format(TimeProvider.System.GetUtcNow().UtcDateTime.Date)}/2d";
        Run refused = await RunAsync("--batch-interval", open);
        Assert.That(refused.Failure?.Message, Does.Contain("the interval is not over (--yes collects it all the same)"));
        Assert.That(refused.Error, Does.Contain("The interval ends only at").And.Contain("report_replayed"));
        Assert.That(_leader.Server.Requests, Is.Empty);

        Run agreed = await RunAsync("--batch-interval", open, "--yes");
        Assert.That(agreed.Failure, Is.Null);
        Assert.That(agreed.Error, Does.Contain("The interval ends only at"));
    }

    [Test]
    public async Task A_handle_of_another_task_is_refused()
    {
        CollectionJobHandle other = new(
            TaskId.Random(), new Uri(_leader.Server.Uri, "x"), new CollectionJobReq(Query.LeaderSelected, ReadOnlyMemory<byte>.Empty, []));
        Run run = await RunAsync("--resume", other.Serialize());
        Assert.That(run.Failure?.Message, Does.StartWith("--resume: a collection job of task " + _leader.DapTask.Id));
        Assert.That(_leader.Server.Requests, Is.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Who_waits_without_a_timeout_is_told_why_it_may_take_long()
    {
        using CollectorTask task = await CollectorTask.LoadAsync(_folder.File("collector.json"), _folder.File("key file.json"));
        CollectionTexts texts = new(task, null);
        CollectionJobHandle job = new(task.Id, _leader.Server.Uri, new CollectionJobReq(Query.LeaderSelected, ReadOnlyMemory<byte>.Empty, []));
        CollectionResult result = new(1, default, []) { Job = job };
        TaskCompletionSource<CollectionResult> arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        FakeTimeProvider clock = new();
        ListeningWriter error = new("No result after");
        CollectionWait wait = new(Terminal.On(error), texts, "janus collect", clock);

        Task<CollectionResult> waiting = wait.RunAsync(
            progress =>
            {
                progress.Report(new CollectionProgress(job, 1, TimeSpan.Zero));
                return arrived.Task;
            },
            null,
            null);
        TimeSpan passed = TimeSpan.Zero;
        for (; !error.Heard.IsCompleted; passed += TimeSpan.FromSeconds(1))
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, TestContext.CurrentContext.CancellationToken);
        }

        for (int i = 0; i < 5; i++)
        {
            clock.Advance(CollectionWait.ExplainAfter);
            await Task.Delay(1, TestContext.CurrentContext.CancellationToken);
        }

        arrived.SetResult(result);
        Assert.That(await waiting, Is.SameAs(result));
        Assert.That(passed, Is.GreaterThanOrEqualTo(CollectionWait.ExplainAfter - TimeSpan.FromSeconds(1)));
        Assert.That(error.ToString().Split("No result after"), Has.Length.EqualTo(2), "told once");
        Assert.That(error.ToString(), Does.Contain("the next batch that the Leader selects"));
    }

    [GeneratedRegex("--resume '(?<handle>[^']+)'")]
    private static partial Regex Handle();

    private static TaskParameters ParametersOf(TestTask task) => new()
    {
        Recipient = Role.Collector,
        Id = task.Id,
        Configuration = task.Configuration,
        Measurement = new MeasurementEncoding(VdafDescription.Of(task.Configuration)),
        CollectorHpkeConfig = task.Collector.Config,
        CollectorToken = task.CollectorToken,
    };

    private Task<Run> RunAsync(params string[] arguments) => RunAsync(CancellationToken.None, arguments);

    private async Task<Run> RunAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        Command root = new("janus") { CollectCommand.Create() };
        ParseResult parsed = root.Parse(["collect", "--task-file", _folder.File("collector.json"), "--key", _folder.File("key file.json"), .. arguments]);
        Assert.That(parsed.Errors, Is.Empty);
        StringWriter output = new();
        StringWriter error = new();
        InvocationConfiguration configuration = new() { EnableDefaultExceptionHandler = false, Output = output, Error = error };
        try
        {
            await parsed.InvokeAsync(configuration, cancellationToken);
            return new Run(output.ToString(), error.ToString(), null);
        }
        catch (Exception failure) when (failure is CliException or OperationCanceledException)
        {
            return new Run(output.ToString(), error.ToString(), failure);
        }
    }

    /// <summary>Tells when a text has been written.</summary>
    private sealed class ListeningWriter(string text) : StringWriter
    {
        private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Heard => _heard.Task;

        public override void Write(string? value)
        {
            base.Write(value);
            if (ToString().Contains(text, StringComparison.Ordinal))
            {
                _heard.TrySetResult();
            }
        }
    }

    private sealed record Run(string Output, string Error, Exception? Failure);
}
