using System.Net;
using System.Text;
using Janus.Aggregator;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Janus.IntegrationTests.Http;

/// <summary>What a Helper that is away leaves in the Leader's log.</summary>
[TestFixture]
public sealed class PeerOutagesTests
{
    private static readonly Uri Helper = new("https://helper.example/");
    private static readonly Uri Resource = new(Helper, "tasks/x/aggregation_jobs");
    private static readonly DapRequest Creation = new(DapOperation.CreateAggregationJob, HttpMethod.Post, Resource);
    private static readonly HttpRequestException Refused = new(HttpRequestError.ConnectionError, "connection refused by https://helper.example");

    private readonly FakeTimeProvider _time = new();
    private CapturedLogs _logs = null!;
    private ILoggerFactory _factory = null!;
    private PeerOutages _outages = null!;

    [SetUp]
    public void Create()
    {
        _logs = new CapturedLogs();
        _factory = LoggerFactory.Create(logging => logging.AddProvider(_logs));
        _outages = new PeerOutages(_time, _factory.CreateLogger<PeerOutages>());
    }

    [TearDown]
    public void Dispose()
    {
        _factory.Dispose();
        _logs.Dispose();
    }

    [Test]
    public void Outage_is_a_line_with_its_cause_when_it_begins_and_one_with_counts_when_it_ends()
    {
        AggregatorTask[] tasks = [.. Enumerable.Range(0, 20).Select(_ => NewTask())];
        for (int second = 0; second < 60; second++)
        {
            foreach (AggregatorTask task in tasks)
            {
                Fail(task, Refused);
            }

            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.That(_logs.Lines, Has.Count.EqualTo(1));
        Assert.That(_logs.Lines[0], Does.Contain("Warning: requests to the Helper at https://helper.example/ fail").And.Contain(tasks[0].Id.ToString()).And.Contain(Refused.Message));
        Assert.That(_logs.Lines.Sum(Encoding.UTF8.GetByteCount), Is.LessThan(1024), "bytes in a minute of an outage");

        _time.Advance(TimeSpan.FromSeconds(30));
        tasks.ToList().ForEach(_outages.Answered);
        Assert.That(_logs.Lines, Has.Count.EqualTo(2));
        Assert.That(_logs.Lines[1], Does.Contain("Information: requests to the Helper at https://helper.example/ succeed again after 90 s; 1200 failed meanwhile"));
    }

    [Test]
    public void Long_outage_is_told_again_each_hour()
    {
        AggregatorTask task = NewTask();
        for (int minute = 0; minute <= 180; minute++)
        {
            Fail(task, Refused);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.That(_logs.Lines, Has.Count.EqualTo(4));
        Assert.That(_logs.Lines[3], Does.Contain("have failed for 3 h").And.Contain(Refused.Message));
    }

    [Test]
    public void Refused_token_is_of_the_task_and_other_tasks_do_not_end_it()
    {
        AggregatorTask task = NewTask();
        AggregatorTask other = NewTask();
        for (int i = 0; i < 100; i++)
        {
            Fail(task, new DapResponseException(Resource, HttpStatusCode.Unauthorized, new DapProblem { Type = "about:blank", Detail = "a bearer token expected" }));
            _time.Advance(TimeSpan.FromSeconds(30));
            _outages.Answered(other);
        }

        Assert.That(_logs.Lines, Has.Count.EqualTo(1));
        Assert.That(_logs.Lines[0], Does.Contain($"about task {task.Id}").And.Contain("401 Unauthorized: \"a bearer token expected\"").And.Contain("janus task token").And.Not.Contain("about:blank"));
        _outages.Answered(task);
        Assert.That(_logs.Lines[1], Does.Contain($"takes our requests about task {task.Id} again").And.Contain("100 failed meanwhile"));
    }

    [Test]
    public void Answers_that_are_right_and_wrong_in_turn_are_one_outage()
    {
        AggregatorTask task = NewTask();
        for (int i = 0; i < 100; i++)
        {
            _outages.Answered(task);
            _outages.Refused(task, "the Helper answered for more reports than it was asked about");
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.That(_logs.Lines, Has.Count.EqualTo(2), "the beginning, and a reminder after an hour");
    }

    [TestCase(401, null, nameof(PeerConduct.Unwilling))]
    [TestCase(403, null, nameof(PeerConduct.Unwilling))]
    [TestCase(404, null, nameof(PeerConduct.Unwilling))]
    [TestCase(404, "unrecognizedTask", nameof(PeerConduct.Unwilling))]
    [TestCase(400, "invalidMessage", nameof(PeerConduct.Refused))]
    [TestCase(400, "registeredLater", nameof(PeerConduct.Refused))]
    [TestCase(429, null, nameof(PeerConduct.Unavailable))]
    [TestCase(503, null, nameof(PeerConduct.Unavailable))]
    [TestCase(501, null, nameof(PeerConduct.Unwilling))]
    [TestCase(302, null, nameof(PeerConduct.Unwilling))]
    [TestCase(200, null, nameof(PeerConduct.Misbehaved))]
    public void Conduct_is_judged_in_one_place(int status, string? token, string expected)
    {
        DapProblem? problem = token is null ? null : new DapProblem { Type = $"urn:ietf:params:ppm:dap:error:{token}" };
        Assert.That(PeerVerdict.Of(Creation, new DapResponseException(Resource, (HttpStatusCode)status, problem))?.Conduct.ToString(), Is.EqualTo(expected));
    }

    [Test]
    public void Missing_resource_is_unknown_unless_it_was_to_be_made() =>
        Assert.That(PeerVerdict.Of(new DapRequest(DapOperation.PollAggregationJob, HttpMethod.Get, Resource), new DapResponseException(Resource, HttpStatusCode.NotFound, null))?.Conduct, Is.EqualTo(PeerConduct.Unknown));

    [Test]
    public void Cancellation_is_not_the_helpers_doing() =>
        Assert.That(PeerVerdict.Of(Creation, new OperationCanceledException()), Is.Null);

    private static AggregatorTask NewTask() => new(new TestTask(new TestTaskOptions { Helper = Helper }).For(Role.Leader), new SupportedVdafs());

    private void Fail(AggregatorTask task, Exception failure) => _outages.Failed(task, PeerVerdict.Of(Creation, failure)!.Value);
}
