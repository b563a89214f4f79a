using Janus.Aggregator;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Janus.IntegrationTests.Telemetry;

/// <summary>When the operator of a task is warned, and how often.</summary>
public sealed class RejectionWatchTests
{
    private readonly FakeTimeProvider _time = new();
    private AggregatorMetrics _metrics = null!;
    private CapturedLogs _logs = null!;
    private RejectionWatch _watch = null!;

    [SetUp]
    public void Watch()
    {
        _logs = new CapturedLogs();
        _metrics = new AggregatorMetrics();
        _watch = new RejectionWatch(_metrics, _time, new Logger<RejectionWatch>(new LoggerFactory([_logs])));
    }

    [TearDown]
    public void Dispose()
    {
        _metrics.Dispose();
        _logs.Dispose();
    }

    [Test]
    public void A_task_all_of_whose_reports_fail_is_warned_of_once_in_ten_minutes()
    {
        AggregatorTask task = NewTask();
        for (int minute = 0; minute < 25; minute++)
        {
            _watch.Record(task, RejectionStage.Aggregation, 30, [.. Enumerable.Repeat(ReportError.VdafVerifyError, 30)]);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.That(_logs.Lines, Has.Count.EqualTo(3));
        Assert.That(_logs.Lines[0], Does.Contain($"Warning: task {task.Id}: 30 of 30 reports failed verification (vdaf_verify_error): do both sides have the same verify key and task configuration?"));
        Assert.That(_logs.Lines[1], Does.Contain("300 of 300 reports"), "those since the last warning");
    }

    [Test]
    public void Every_task_and_stage_is_warned_of_by_itself()
    {
        (AggregatorTask first, AggregatorTask second) = (NewTask(1), NewTask(2));
        foreach (AggregatorTask task in new[] { first, second })
        {
            _watch.Record(task, RejectionStage.Aggregation, 1, [ReportError.HpkeDecryptError]);
            _watch.Record(task, RejectionStage.Upload, 1, [ReportError.InvalidMessage]);
        }

        Assert.That(_logs.Lines, Has.Count.EqualTo(4));
        Assert.That(_logs.Lines[0], Does.Contain($"{first.Id}").And.Contain("could not be decrypted"));
        Assert.That(_logs.Lines[3], Does.Contain($"{second.Id}").And.Contain("1 of 1 uploaded report refused (invalid_message)"));
    }

    [Test]
    public void A_few_wrong_reports_among_many_are_no_warning()
    {
        AggregatorTask task = NewTask();
        for (int minute = 0; minute < 30; minute++)
        {
            _watch.Record(task, RejectionStage.Aggregation, 100, []);
            _watch.Record(task, RejectionStage.Aggregation, 1, [ReportError.VdafVerifyError]);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.That(_logs.Lines, Is.Empty);
    }

    [Test]
    public void Replays_and_late_reports_are_no_warning()
    {
        _watch.Record(NewTask(), RejectionStage.Aggregation, 3, [ReportError.ReportReplayed, ReportError.BatchCollected, ReportError.ReportDropped]);
        Assert.That(_logs.Lines, Is.Empty);
    }

    private static AggregatorTask NewTask(int key = 1) =>
        new(new TestTask(new TestTaskOptions()).For(Role.Leader) with { Key = key }, new SupportedVdafs());
}
