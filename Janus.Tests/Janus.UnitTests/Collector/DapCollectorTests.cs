using System.Net;
using System.Numerics;
using Janus.Collector;
using Janus.Dap;
using Janus.Messages;
using Janus.UnitTests.Client;
using Janus.Vdaf;
using Microsoft.Extensions.Time.Testing;

namespace Janus.UnitTests.Collector;

[TestFixture]
public sealed class DapCollectorTests
{
    private static readonly Query Batch = Query.TimeInterval(new Interval(new Time(70), new Duration(10)));

    private readonly HttpClient _http = new(DapHttpHandler.Create());
    private HastyTimeProvider _clock = null!;
    private ScriptedLeader _leader = null!;

    [SetUp]
    public void StartLeader()
    {
        _clock = new HastyTimeProvider();
        _leader = new ScriptedLeader(VdafDescription.Sum(100));
        _leader.Add([Measurement.FromNumber(40), Measurement.FromNumber(2)]);
    }

    [TearDown]
    public async Task StopLeader() => await _leader.DisposeAsync();

    [OneTimeTearDown]
    public void DisposeHttpClient() => _http.Dispose();

    [TestCaseSource(typeof(Prio3Cases), nameof(Prio3Cases.All))]
    public async Task Result_is_the_aggregate_of_the_measurements(
        VdafDescription vdaf, Measurement[] measurements, UInt128[] aggregate)
    {
        await using ScriptedLeader leader = new(vdaf);
        leader.Add(measurements);

        CollectionResult result = await Collector(leader).CollectAsync(Batch);

        Assert.That(result.AggregateResult, Is.EqualTo(aggregate.Select(element => (BigInteger)element)));
        Assert.That(result.ReportCount, Is.EqualTo((ulong)measurements.Length));
        Assert.That(result.Interval, Is.EqualTo(Interval.Of(new Time(77))));
    }

    // Three reports of 2^63 − 1 add up to 27670116110564327421, in a field of 18446744069414584321 elements.
    [TestCase("sum:9223372036854775807", 3UL, "9223372041149743100", true)]
    [TestCase("sum:9223372036854775807", 1UL, "9223372036854775807", false)]
    [TestCase("sum:100", 3UL, "300", false)]
    [TestCase("sumvec:1:18446744073709551615", 3UL, "55340232221128654845", false)]
    [TestCase("sumvec:1:18446744073709551615", ulong.MaxValue, "18446744073709551615", true)]
    [TestCase("multihot:1:1", ulong.MaxValue, "1", false)]
    [TestCase("histogram:1", ulong.MaxValue, "1", false)]
    [TestCase("count", ulong.MaxValue, "1", true)]
    public async Task A_result_is_flagged_when_so_many_reports_may_have_wrapped_around(string text, ulong reportCount, string expected, bool flagged)
    {
        VdafDescription vdaf = VdafDescription.Parse(text);
        await using ScriptedLeader leader = new(vdaf) { Tamper = response => response with { ReportCount = reportCount } };
        ulong maximum = (ulong)vdaf.MaximumElement;
        Measurement measurement = vdaf switch
        {
            Prio3HistogramDescription => Measurement.FromNumber(0),
            Prio3VectorDescription => Measurement.FromVector(maximum),
            _ => Measurement.FromNumber(maximum),
        };
        leader.Add(Enumerable.Repeat(measurement, reportCount == ulong.MaxValue ? 1 : (int)reportCount));

        CollectionResult result = await Collector(leader).CollectAsync(Batch);

        Assert.That(result.AggregateResult, Is.EqualTo(new[] { BigInteger.Parse(expected, System.Globalization.CultureInfo.InvariantCulture) }));
        Assert.That(result.IsPossiblyWrapped, Is.EqualTo(flagged));
    }

    [Test]
    public async Task Finished_job_is_deleted()
    {
        CollectionResult result = await Collector(_leader).CollectAsync(Batch);

        Assert.That(_leader.Methods(), Is.EqualTo("POST DELETE"));
        Assert.That(result.JobDeleted, Is.True);
    }

    [Test]
    public async Task Finished_job_is_kept_on_request()
    {
        CollectionResult result = await Collector(_leader, new DapCollectorOptions { KeepFinishedJobs = true }).CollectAsync(Batch);

        Assert.That(_leader.Methods(), Is.EqualTo("POST"));
        Assert.That(result.JobDeleted, Is.False);
    }

    [Test]
    public async Task Result_is_not_lost_when_the_job_cannot_be_deleted()
    {
        _leader.Script = (request, _, normally) => request.Method == "DELETE" ? new Answer(403) : normally();

        CollectionResult result = await Collector(_leader).CollectAsync(Batch);

        Assert.That(result.AggregateResult, Is.EqualTo(new BigInteger[] { 42 }));
        Assert.That(result.JobDeleted, Is.False);
    }

    [Test]
    public async Task Leader_selected_batch_is_collected_with_an_empty_query()
    {
        await using ScriptedLeader leader = new(VdafDescription.Count(), BatchMode.LeaderSelected);
        leader.Add([Measurement.FromNumber(1)]);

        CollectionResult result = await Collector(leader).CollectAsync(Query.LeaderSelected);

        Assert.That(result.AggregateResult, Is.EqualTo(new BigInteger[] { 1 }));
    }

    [Test]
    public void Query_of_another_batch_mode_is_refused_before_anything_is_sent()
    {
        Assert.That(() => Collector(_leader).CollectAsync(Query.LeaderSelected), Throws.ArgumentException);
        Assert.That(_leader.Server.Requests, Is.Empty);
    }

    [TestCase("23", 23_000)]
    [TestCase(null, 1_000)]
    [TestCase("0", 100)]
    [TestCase("86400", 600_000)]
    public async Task Deferred_job_is_polled_after_the_time_the_leader_asks_for(string? retryAfter, int milliseconds)
    {
        _leader.Deferrals = 3;
        _leader.RetryAfter = retryAfter;
        List<CollectionProgress> progress = [];

        CollectionResult result = await Collector(_leader).CollectAsync(Batch, new Immediate<CollectionProgress>(progress.Add));

        TimeSpan wait = TimeSpan.FromMilliseconds(milliseconds);
        Assert.That(_clock.Waits, Is.EqualTo(new[] { wait, wait, wait }));
        Assert.That(_leader.Methods(), Is.EqualTo("POST GET GET GET DELETE"));
        Assert.That(progress.Select(one => one.Polls), Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(progress.Select(one => one.PollAfter), Is.All.EqualTo(wait));
        Assert.That(result.AggregateResult, Is.EqualTo(new BigInteger[] { 42 }));
    }

    [TestCase(201, 202)]
    [TestCase(202, 204)]
    [TestCase(299, 299)]
    public async Task Any_status_code_of_success_is_success(int status, int empty)
    {
        _leader.Deferrals = 2;
        _leader.Script = (_, _, normally) => normally() is { Status: 200 } answer
            ? answer with { Status = answer.Body.Length == 0 ? empty : status }
            : new Answer(500);

        CollectionResult result = await Collector(_leader).CollectAsync(Batch);

        Assert.That(result.AggregateResult, Is.EqualTo(new BigInteger[] { 42 }));
        Assert.That(_leader.Methods(), Is.EqualTo("POST GET GET DELETE"));
    }

    [Test]
    public async Task Absolute_location_on_the_leaders_server_is_followed()
    {
        _leader.Deferrals = 1;
        _leader.Location = path => new Uri(_leader.Server.Uri, path).AbsoluteUri;

        CollectionResult result = await Collector(_leader).CollectAsync(Batch);

        Assert.That(result.AggregateResult, Is.EqualTo(new BigInteger[] { 42 }));
    }

    [Test]
    public async Task Location_on_another_server_is_refused_and_never_asked()
    {
        await using LoopbackServer elsewhere = new(_ => Answer.Ok);
        _leader.Deferrals = 1;
        _leader.Location = path => new Uri(elsewhere.Uri, path).AbsoluteUri;

        Assert.That(() => Collector(_leader).CollectAsync(Batch), Throws.InstanceOf<DapResponseException>().With.Message.Contains("location"));
        Assert.That(elsewhere.Requests, Is.Empty);
    }

    [Test]
    public void Answer_without_a_location_is_refused()
    {
        _leader.Location = _ => null;

        Assert.That(() => Collector(_leader).CollectAsync(Batch), Throws.InstanceOf<DapResponseException>().With.Message.Contains("location"));
    }

    [Test]
    public async Task Redirect_is_not_followed_and_the_token_stays()
    {
        await using LoopbackServer elsewhere = new(_ => Answer.Ok);
        _leader.Script = (_, _, _) => new Answer(307).With("Location", elsewhere.Uri.AbsoluteUri);

        Assert.That(
            () => Collector(_leader).CollectAsync(Batch),
            Throws.InstanceOf<DapResponseException>().With.Property("Status").EqualTo(HttpStatusCode.TemporaryRedirect));
        Assert.That(elsewhere.Requests, Is.Empty);
    }

    [Test]
    public async Task Http_client_that_follows_redirects_takes_no_token_along_and_its_answer_is_refused()
    {
        using HttpClient following = new();
        await using LoopbackServer elsewhere = new(_ => Answer.Ok);
        _leader.Script = (_, _, _) => new Answer(307).With("Location", elsewhere.Uri.AbsoluteUri);

        Assert.That(
            () => Collector(_leader, http: following).CollectAsync(Batch),
            Throws.InstanceOf<DapResponseException>().With.Message.Contains("redirect"));
        Assert.That(elsewhere.Requests.Select(request => request.Authorization), Is.All.Null);
    }

    [Test]
    public void Failed_job_is_an_exception_with_type_and_detail()
    {
        _leader.Deferrals = 1;
        _leader.Script = (request, _, normally) => request.Method == "GET"
            ? Answer.Problem(DapProblemType.BatchMismatch, "5 reports here, 6 there")
            : normally();

        Assert.That(
            () => Collector(_leader).CollectAsync(Batch),
            Throws.InstanceOf<DapResponseException>()
                .With.Property("Type").SameAs(DapProblemType.BatchMismatch)
                .And.Property("Detail").EqualTo("5 reports here, 6 there"));
    }

    [Test]
    public void Wrong_token_is_refused_with_the_status()
    {
        DapCollector collector = Collector(_leader, token: BearerToken.Generate());

        Assert.That(
            () => collector.CollectAsync(Batch),
            Throws.InstanceOf<DapResponseException>().With.Property("Status").EqualTo(HttpStatusCode.Unauthorized)
                .And.Message.Not.Contains("Bearer"));
    }

    [Test]
    public async Task Lost_answers_are_asked_for_again_with_the_same_bytes_and_find_the_same_job()
    {
        _leader.Script = (request, count, normally) => count switch
        {
            1 when request.Method == "POST" => normally() with { BreaksOff = true },
            2 when request.Method == "POST" => Answer.Text(503, "busy").With("Retry-After", "9"),
            1 when request.Method == "GET" => new Answer(502),
            _ => normally(),
        };
        _leader.Deferrals = 2;

        CollectionResult result = await Collector(_leader).CollectAsync(Batch);

        ReceivedRequest[] posts = [.. _leader.Server.Requests.Where(request => request.Method == "POST")];
        Assert.That(posts, Has.Length.EqualTo(3));
        Assert.That(posts.Select(post => Convert.ToHexString(post.Body)).Distinct().Count(), Is.EqualTo(1));
        Assert.That(_leader.Methods(), Is.EqualTo("POST POST POST GET GET DELETE"));
        Assert.That(_clock.Waits, Does.Contain(TimeSpan.FromSeconds(9)));
        Assert.That(result.AggregateResult, Is.EqualTo(new BigInteger[] { 42 }));
    }

    [Test]
    public void Share_for_another_key_cannot_be_opened()
    {
        using TestKey other = new(3);
        _leader.SealFor = other.Config;

        Assert.That(
            () => Collector(_leader).CollectAsync(Batch),
            Throws.InstanceOf<AggregateShareException>().With.Property("Server").EqualTo(Role.Leader));
        Assert.That(_leader.Methods(), Is.EqualTo("POST"), "the job must stay");
    }

    [Test]
    public void Tampered_share_cannot_be_opened()
    {
        _leader.Tamper = response =>
        {
            byte[] payload = response.HelperEncryptedAggShare.Payload.ToArray();
            payload[^1] ^= 1;
            return response with { HelperEncryptedAggShare = response.HelperEncryptedAggShare with { Payload = payload } };
        };

        Assert.That(
            () => Collector(_leader).CollectAsync(Batch),
            Throws.InstanceOf<AggregateShareException>().With.Property("Server").EqualTo(Role.Helper));
    }

    [Test]
    public void Shares_in_each_others_place_cannot_be_opened()
    {
        _leader.Tamper = response => response with
        {
            LeaderEncryptedAggShare = response.HelperEncryptedAggShare,
            HelperEncryptedAggShare = response.LeaderEncryptedAggShare,
        };

        Assert.That(() => Collector(_leader).CollectAsync(Batch), Throws.InstanceOf<AggregateShareException>());
    }

    [Test]
    public void Share_of_the_wrong_length_is_refused()
    {
        AggregateShareSealer sealer = new(DapVersion.Newest, _leader.DapTask.Id, _leader.DapTask.Configuration, Role.Leader, _leader.SealFor);
        CollectionJobReq request = new(Batch, ReadOnlyMemory<byte>.Empty, []);
        _leader.Tamper = response => response with { LeaderEncryptedAggShare = sealer.Seal(request, new byte[3]) };

        Assert.That(() => Collector(_leader).CollectAsync(Batch), Throws.InstanceOf<AggregateShareException>());
        Assert.That(_leader.Methods(), Is.EqualTo("POST"), "the job must stay");
    }

    [Test]
    public void Malformed_or_empty_result_is_refused()
    {
        _leader.Tamper = response => response with { ReportCount = 0 };
        Assert.That(() => Collector(_leader).CollectAsync(Batch), Throws.InstanceOf<DapResponseException>());

        _leader.Script = (_, _, normally) => normally() with { Body = [1, 2, 3] };
        Assert.That(() => Collector(_leader).CollectAsync(Batch), Throws.InstanceOf<DapResponseException>());

        _leader.Script = (_, _, normally) => normally() with { Body = new byte[1 << 20] };
        Assert.That(() => Collector(_leader).CollectAsync(Batch), Throws.InstanceOf<DapResponseException>());
    }

    [Test]
    public async Task Job_goes_on_after_a_restart_from_its_serialized_handle()
    {
        _leader.Deferrals = 2;
        CollectionJobState created = await Collector(_leader).CreateAsync(Batch);
        string kept = created.Job.Serialize();

        CollectionJobState polled = await Collector(_leader).PollAsync(CollectionJobHandle.Parse(kept));
        CollectionResult result = await Collector(_leader).CollectAsync(CollectionJobHandle.Parse(kept));

        Assert.That(created.IsReady, Is.False);
        Assert.That(polled.IsReady, Is.False);
        Assert.That(CollectionJobHandle.Parse(kept), Is.EqualTo(created.Job));
        Assert.That(result.AggregateResult, Is.EqualTo(new BigInteger[] { 42 }));
        Assert.That(kept, Does.Not.Contain(_leader.DapTask.CollectorToken.Secret));
    }

    [TestCase("")]
    [TestCase("{}")]
    [TestCase("not json")]
    [TestCase("{\"task_id\":\"AA\",\"uri\":\"http://127.0.0.1/\",\"request\":\"\"}")]
    public void Text_that_is_no_handle_is_refused(string text) =>
        Assert.That(() => CollectionJobHandle.Parse(text), Throws.InstanceOf<FormatException>());

    [Test]
    public async Task Handle_that_points_elsewhere_is_refused_and_the_token_stays()
    {
        await using LoopbackServer elsewhere = new(_ => Answer.Ok);
        CollectionJobState created = await Collector(_leader).CreateAsync(Batch);
        CollectionJobHandle forged = created.Job with { Uri = new Uri(elsewhere.Uri, created.Job.Uri.AbsolutePath) };

        Assert.That(() => Collector(_leader).PollAsync(forged), Throws.ArgumentException);
        Assert.That(() => Collector(_leader).DeleteAsync(forged), Throws.ArgumentException);
        Assert.That(() => Collector(_leader).PollAsync(created.Job with { TaskId = TaskId.Random() }), Throws.ArgumentException);
        Assert.That(elsewhere.Requests, Is.Empty);
    }

    [Test]
    public async Task Deleting_a_job_that_is_gone_is_fine()
    {
        CollectionJobState created = await Collector(_leader).CreateAsync(Batch);

        await Collector(_leader).DeleteAsync(created.Job);
        await Collector(_leader).DeleteAsync(created.Job);

        Assert.That(_leader.Methods(), Is.EqualTo("POST DELETE DELETE"));
        Assert.That(
            () => Collector(_leader).PollAsync(created.Job),
            Throws.InstanceOf<DapResponseException>().With.Property("Status").EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Deadline_ends_waiting_and_leaves_the_job()
    {
        FakeTimeProvider clock = new();
        _leader.Deferrals = int.MaxValue;
        _leader.RetryAfter = "30";
        TaskCompletionSource waiting = new();
        DapCollector collector = Collector(
            _leader, new DapCollectorOptions { TimeProvider = clock, Deadline = TimeSpan.FromSeconds(45) });

        Task<CollectionResult> collection = collector.CollectAsync(
            Batch, new Immediate<CollectionProgress>(_ => waiting.TrySetResult()));
        await waiting.Task;
        while (!collection.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(10);
        }

        Assert.That(() => collection, Throws.InstanceOf<TimeoutException>());
        Assert.That(_leader.Methods(), Does.Not.Contain("DELETE"));
    }

    [Test]
    public void Waiting_can_be_canceled()
    {
        using CancellationTokenSource stop = new();
        _leader.Deferrals = int.MaxValue;
        DapCollector collector = Collector(_leader, new DapCollectorOptions { DefaultPollDelay = TimeSpan.FromMinutes(1) });

        Assert.That(
            () => collector.CollectAsync(Batch, new Immediate<CollectionProgress>(_ => stop.Cancel()), stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Key_pair_that_does_not_fit_the_configuration_is_refused()
    {
        using TestKey other = new(3);
        TestTask task = _leader.DapTask;

        Assert.That(
            () => new DapCollector(
                task.Id, task.Configuration, task.Collector.Config, other.KeyPair, task.CollectorToken, _http),
            Throws.ArgumentException);
    }

    [Test]
    public void Task_that_cannot_be_taken_part_in_is_refused()
    {
        TestTask task = _leader.DapTask;
        TaskExtension unknown = new((TaskExtensionType)5, new byte[] { 1 });
        TaskExtension interval = TaskExtension.TaskInterval(new Interval(new Time(1), new Duration(5)));
        foreach (TaskExtension[] extensions in new TaskExtension[][] { [unknown], [interval, unknown], [unknown, interval], [interval, interval] })
        {
            Assert.That(() => With(extensions), Throws.ArgumentException.With.Message.Contains("extensions: "));
        }

        Assert.That(() => With(interval), Throws.Nothing);

        DapCollector With(params TaskExtension[] extensions) => new(
            task.Id,
            new TaskConfiguration(task.Configuration.Fields with { Extensions = extensions }),
            task.Collector.Config,
            task.Collector.KeyPair,
            task.CollectorToken,
            _http);
    }

    private DapCollector Collector(
        ScriptedLeader leader, DapCollectorOptions? options = null, HttpClient? http = null, BearerToken? token = null)
    {
        TestTask task = leader.DapTask;
        return new DapCollector(
            task.Id,
            task.Configuration,
            task.Collector.Config,
            task.Collector.KeyPair,
            token ?? task.CollectorToken,
            http ?? _http,
            options ?? new DapCollectorOptions { TimeProvider = _clock });
    }

    private sealed class Immediate<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
