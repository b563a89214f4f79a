using Janus.Client;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.UnitTests.Client;

[TestFixture]
public sealed class DapClientTests
{
    private readonly HttpClient _http = new(DapHttpHandler.Create());
    private HastyTimeProvider _clock = null!;
    private ScriptedAggregators _aggregators = null!;

    [SetUp]
    public void StartAggregators()
    {
        _clock = new HastyTimeProvider();
        _aggregators = new ScriptedAggregators(VdafDescription.Sum(100));
    }

    [TearDown]
    public async Task StopAggregators() => await _aggregators.DisposeAsync();

    [OneTimeTearDown]
    public void DisposeHttpClient() => _http.Dispose();

    [TestCaseSource(typeof(Prio3Cases), nameof(Prio3Cases.All))]
    public async Task Both_aggregators_can_open_verify_and_add_up_what_was_uploaded(
        VdafDescription vdaf, Measurement[] measurements, UInt128[] aggregate)
    {
        await using ScriptedAggregators aggregators = new(vdaf);
        DapClient client = new(aggregators.DapTask.Id, aggregators.DapTask.Configuration, _http);

        foreach (Measurement measurement in measurements)
        {
            await client.UploadAsync(measurement);
        }

        Assert.That(aggregators.DapTask.AggregateResult(aggregators.Stored), Is.EqualTo(aggregate));
    }

    [Test]
    public async Task Report_carries_the_returned_id_and_the_current_time_rounded_down()
    {
        ReportId id = await Client().UploadAsync(Measurement.FromNumber(1));

        ReportMetadata metadata = _aggregators.Stored.Single().ReportMetadata;
        Assert.That(metadata.ReportId, Is.EqualTo(id));
        Assert.That(
            metadata.Time.ToDateTimeOffset(_aggregators.DapTask.Configuration.TimePrecision),
            Is.EqualTo(new DateTimeOffset(2026, 5, 4, 3, 0, 0, TimeSpan.Zero)));
    }

    [Test]
    public async Task Report_carries_a_given_time_rounded_down()
    {
        await Client().UploadAsync(Measurement.FromNumber(1), DateTimeOffset.FromUnixTimeSeconds((3600 * 11) + 3599));

        Assert.That(_aggregators.Stored.Single().ReportMetadata.Time, Is.EqualTo(new Time(11)));
    }

    [Test]
    public void Out_of_range_measurement_is_refused_before_anything_is_sent()
    {
        Assert.That(
            () => Client().UploadAsync(Measurement.FromNumber(101)), Throws.InstanceOf<InvalidMeasurementException>());
        Assert.That(_aggregators.Server.Requests, Is.Empty);
    }

    [Test]
    public void Refused_report_is_an_exception_with_the_leaders_reason()
    {
        _aggregators.Refuse = _ => ReportError.ReportTooEarly;

        Assert.That(
            () => Client().UploadAsync(Measurement.FromNumber(1)),
            Throws.InstanceOf<ReportRefusedException>().With.Property("Error").EqualTo(ReportError.ReportTooEarly));
        Assert.That(_aggregators.Uploads, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Report_that_is_too_early_is_uploaded_again_unchanged_where_the_application_waits()
    {
        _aggregators.Refuse = _ => _aggregators.Uploads.Count < 3 ? ReportError.ReportTooEarly : null;

        ReportId id = await Client(TimeSpan.FromMinutes(1)).UploadAsync(Measurement.FromNumber(7));

        Assert.That(_aggregators.Uploads, Has.Count.EqualTo(3));
        Assert.That(_aggregators.Uploads.Select(upload => upload.Body), Is.All.EqualTo(_aggregators.Uploads[0].Body));
        Assert.That(_aggregators.Stored.Single().ReportMetadata.ReportId, Is.EqualTo(id));
        Assert.That(_clock.Waits, Has.Count.EqualTo(2));
    }

    [Test]
    public void Report_that_stays_too_early_is_refused_when_the_application_has_waited_long_enough()
    {
        _aggregators.Refuse = _ => ReportError.ReportTooEarly;

        Assert.That(
            () => Client(TimeSpan.FromSeconds(20)).UploadAsync(Measurement.FromNumber(1)),
            Throws.InstanceOf<ReportRefusedException>().With.Property("Error").EqualTo(ReportError.ReportTooEarly));
        Assert.That(_clock.Waits.Aggregate(TimeSpan.Zero, (sum, wait) => sum + wait), Is.InRange(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20)));
        Assert.That(_aggregators.Uploads, Has.Count.EqualTo(_clock.Waits.Count + 1));
    }

    [Test]
    public async Task Only_the_reports_that_are_too_early_are_uploaded_again()
    {
        _aggregators.Refuse = position => (_aggregators.Uploads.Count, position) switch
        {
            (1, 1) => ReportError.InvalidMessage,
            (1, 0 or 3) => ReportError.ReportTooEarly,
            _ => null,
        };

        UploadSummary summary = await Client(TimeSpan.FromMinutes(1)).UploadAsync(Enumerable.Range(0, 5).Select(_ => Measurement.FromNumber(1)));

        Assert.That(summary.Accepted, Is.EqualTo(4));
        Assert.That(summary.Errors, Is.EquivalentTo(new Dictionary<ReportError, long> { [ReportError.InvalidMessage] = 1 }));
        Assert.That(
            _aggregators.Uploads.Select(upload => WireMessage.Decode<UploadRequest>(upload.Body).Reports.Count), Is.EqualTo(new[] { 5, 2 }));
    }

    [TestCase(201)]
    [TestCase(202)]
    [TestCase(204)]
    [TestCase(299)]
    public async Task Any_status_of_success_is_success(int status)
    {
        _aggregators.Script = (request, _, normally) =>
            ScriptedAggregators.IsUpload(request) || status != 204 ? normally() with { Status = status } : normally();

        await Client().UploadAsync(Measurement.FromNumber(1));

        Assert.That(_aggregators.Uploads, Has.Count.EqualTo(1));
    }

    [TestCase(300)]
    [TestCase(304)]
    [TestCase(404)]
    [TestCase(418)]
    [TestCase(499)]
    public void Any_other_status_is_a_refusal_that_is_not_retried(int status)
    {
        _aggregators.Script = (request, _, normally) => ScriptedAggregators.IsUpload(request) ? new Answer(status) : normally();

        Assert.That(
            () => Client().UploadAsync(Measurement.FromNumber(1)),
            Throws.InstanceOf<DapResponseException>().With.Property("Status").EqualTo((System.Net.HttpStatusCode)status));
        Assert.That(_aggregators.Uploads, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Errors_of_reports_that_were_not_sent_and_errors_that_are_repeated_change_nothing()
    {
        _aggregators.Script = (request, _, normally) => ScriptedAggregators.IsUpload(request) ? WithStrangeErrors(request) : normally();

        UploadSummary summary = await Client().UploadAsync([Measurement.FromNumber(1), Measurement.FromNumber(2), Measurement.FromNumber(3)]);

        Assert.That(summary.Accepted, Is.EqualTo(2));
        Assert.That(summary.Errors, Is.EquivalentTo(new Dictionary<ReportError, long> { [ReportError.InvalidMessage] = 1 }));
    }

    [Test]
    public void Errors_that_are_cut_off_are_an_answer_that_makes_no_sense()
    {
        _aggregators.Script = (request, _, normally) => ScriptedAggregators.IsUpload(request)
            ? Answer.Ok with { ContentType = DapVersion.Newest.MediaTypes.UploadErrors, Body = new byte[16] }
            : normally();

        Assert.That(() => Client().UploadAsync(Measurement.FromNumber(1)), Throws.InstanceOf<DapResponseException>());
    }

    [Test]
    public async Task Report_ids_and_shares_are_drawn_anew_for_every_report()
    {
        await using ScriptedAggregators aggregators = new(VdafDescription.Histogram(4, 2));
        DapClient client = new(aggregators.DapTask.Id, aggregators.DapTask.Configuration, _http);

        await client.UploadAsync(Enumerable.Range(0, 300).Select(_ => Measurement.FromNumber(3)));

        Assert.That(aggregators.Stored, Has.Count.EqualTo(300));
        Assert.That(aggregators.Stored.Select(report => report.ReportMetadata.ReportId), Is.Unique);
        Assert.That(aggregators.Stored.Select(report => Convert.ToHexString(report.PublicShare.Span)), Is.Unique, "joint randomness comes from rand");
        Assert.That(aggregators.Stored.Select(report => Convert.ToHexString(report.LeaderEncryptedInputShare.Enc.Span)), Is.Unique);
    }

    [Test]
    public void Problem_document_is_an_exception_with_type_and_detail_and_is_not_retried()
    {
        _aggregators.Script = (request, _, normally) => ScriptedAggregators.IsUpload(request)
            ? Answer.Problem(DapProblemType.UnrecognizedTask, "never heard of it")
            : normally();

        Assert.That(
            () => Client().UploadAsync(Measurement.FromNumber(1)),
            Throws.InstanceOf<DapResponseException>()
                .With.Property("Type").SameAs(DapProblemType.UnrecognizedTask)
                .And.Property("Detail").EqualTo("never heard of it")
                .And.Property("Status").EqualTo(System.Net.HttpStatusCode.BadRequest));
        Assert.That(_aggregators.Uploads, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Busy_leader_is_asked_again_with_the_same_bytes_after_the_time_it_asks_for()
    {
        _aggregators.Script = (request, count, normally) => ScriptedAggregators.IsUpload(request) && count == 1
            ? Answer.Text(503, "busy").With("Retry-After", "17")
            : normally();

        await Client().UploadAsync(Measurement.FromNumber(42));

        Assert.That(_aggregators.Uploads, Has.Count.EqualTo(2));
        Assert.That(_aggregators.Uploads[1].Body, Is.EqualTo(_aggregators.Uploads[0].Body));
        Assert.That(_clock.Waits, Is.EqualTo(new[] { TimeSpan.FromSeconds(17) }));
        Assert.That(_aggregators.DapTask.AggregateResult(_aggregators.Stored), Is.EqualTo(new UInt128[] { 42 }));
    }

    [TestCase(201)]
    [TestCase(202)]
    [TestCase(204)]
    [TestCase(299)]
    public async Task Any_status_code_of_success_is_success(int status)
    {
        _aggregators.Script = (request, _, normally) => normally() with { Status = ScriptedAggregators.IsUpload(request) ? status : 203 };

        await Client().UploadAsync(Measurement.FromNumber(42));

        Assert.That(_aggregators.Uploads, Has.Count.EqualTo(1));
        Assert.That(_aggregators.DapTask.AggregateResult(_aggregators.Stored), Is.EqualTo(new UInt128[] { 42 }));
    }

    [TestCase(408)]
    [TestCase(425)]
    [TestCase(429)]
    [TestCase(500)]
    [TestCase(502)]
    public async Task Passing_failure_is_retried(int status)
    {
        _aggregators.Script = (_, count, normally) => count == 1 ? new Answer(status) : normally();

        await Client().UploadAsync(Measurement.FromNumber(1));

        Assert.That(_aggregators.Stored, Has.Count.EqualTo(1));
        Assert.That(_aggregators.Server.Requests, Has.Count.EqualTo(6), "each of three resources twice");
    }

    [Test]
    public void Failure_that_does_not_pass_is_told_after_the_last_attempt()
    {
        _aggregators.Script = (request, _, normally) =>
            ScriptedAggregators.IsUpload(request) ? new Answer(503) : normally();

        Assert.That(
            () => Client(maximumAttempts: 3).UploadAsync(Measurement.FromNumber(1)),
            Throws.InstanceOf<DapResponseException>().With.Property("Status").EqualTo(System.Net.HttpStatusCode.ServiceUnavailable));
        Assert.That(_aggregators.Uploads, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Leader_out_of_reach_is_an_http_exception()
    {
        Uri nobody = (await Gone()).Uri;
        using TestTask task = new(nobody, VdafDescription.Count());
        DapClient client = new(task.Id, task.Configuration, _http, Options(maximumAttempts: 2));

        Assert.That(() => client.UploadAsync(Measurement.FromNumber(1)), Throws.InstanceOf<HttpRequestException>());
    }

    [Test]
    public async Task Report_whose_answer_broke_off_is_not_taken_for_replayed()
    {
        _aggregators.Script = (request, count, normally) => ScriptedAggregators.IsUpload(request) && count == 1
            ? normally() with { BreaksOff = true }
            : normally();

        ReportId id = await Client().UploadAsync(Measurement.FromNumber(9));

        Assert.That(_aggregators.Uploads, Has.Count.EqualTo(2));
        Assert.That(_aggregators.Uploads[1].Body, Is.EqualTo(_aggregators.Uploads[0].Body));
        Assert.That(_aggregators.Stored.Single().ReportMetadata.ReportId, Is.EqualTo(id));
    }

    [Test]
    public void Report_that_is_replayed_at_the_first_attempt_is_refused()
    {
        _aggregators.Refuse = _ => ReportError.ReportReplayed;

        Assert.That(
            () => Client().UploadAsync(Measurement.FromNumber(1)),
            Throws.InstanceOf<ReportRefusedException>().With.Property("Error").EqualTo(ReportError.ReportReplayed));
    }

    [Test]
    public void Slow_answer_is_given_up_after_the_http_clients_timeout()
    {
        using HttpClient impatient = new(DapHttpHandler.Create()) { Timeout = TimeSpan.FromMilliseconds(50) };
        TaskCompletionSource release = new();
        _aggregators.Script = (_, _, normally) =>
        {
            release.Task.Wait(TimeSpan.FromSeconds(10));
            return normally();
        };
        DapClient client = new(
            _aggregators.DapTask.Id, _aggregators.DapTask.Configuration, impatient, Options(maximumAttempts: 1));

        Assert.That(
            () => client.UploadAsync(Measurement.FromNumber(1)),
            Throws.InstanceOf<TimeoutException>());
        release.SetResult();
    }

    [Test]
    public void Task_that_cannot_be_taken_part_in_is_refused()
    {
        TaskConfigurationFields fields = _aggregators.DapTask.Configuration.Fields;

        Assert.That(() => Client(fields with { BatchMode = (BatchMode)77 }), Throws.ArgumentException);
        Assert.That(() => Client(fields with { VdafType = VdafType.Poplar1 }), Throws.InstanceOf<UnsupportedVdafException>());
        TaskExtension unknown = new((TaskExtensionType)5, new byte[] { 1 });
        TaskExtension interval = TaskExtension.TaskInterval(new Interval(new Time(1), new Duration(5)));
        foreach (TaskExtension[] extensions in new TaskExtension[][] { [unknown], [interval, unknown], [unknown, interval], [interval, interval] })
        {
            Assert.That(() => Client(fields with { Extensions = extensions }), Throws.ArgumentException.With.Message.Contains("extensions: "));
            Assert.That(() => Builder(fields with { Extensions = extensions }), Throws.ArgumentException.With.Message.Contains("extensions: "));
        }

        Assert.That(() => Client(fields with { Extensions = [interval] }), Throws.Nothing);
        Assert.That(() => Builder(fields with { Extensions = [interval] }), Throws.Nothing);
    }

    private static Answer WithStrangeErrors(ReceivedRequest request)
    {
        ReportId[] ids = [.. WireMessage.Decode<UploadRequest>(request.Body).Reports.Select(report => report.ReportMetadata.ReportId)];
        ReportUploadStatus refused = new(ids[1], ReportError.InvalidMessage);
        UploadErrors errors = new([refused, new ReportUploadStatus(ReportId.Random(), ReportError.ReportDropped), refused]);
        return Answer.Ok with { ContentType = DapVersion.Newest.MediaTypes.UploadErrors, Body = WireMessage.Encode(errors) };
    }

    private static async Task<LoopbackServer> Gone()
    {
        LoopbackServer server = new(_ => Answer.Ok);
        await server.DisposeAsync();
        return server;
    }

    private DapClientOptions Options(int maximumAttempts) => new()
    {
        TimeProvider = _clock,
        BackOff = new BackOff { MaximumAttempts = maximumAttempts },
    };

    private DapClient Client(int maximumAttempts = 4) =>
        new(_aggregators.DapTask.Id, _aggregators.DapTask.Configuration, _http, Options(maximumAttempts));

    private DapClient Client(TimeSpan maximumWaitForReportTime) => new(
        _aggregators.DapTask.Id,
        _aggregators.DapTask.Configuration,
        _http,
        Options(maximumAttempts: 4) with { MaximumWaitForReportTime = maximumWaitForReportTime });

    private DapClient Client(TaskConfigurationFields fields) =>
        new(_aggregators.DapTask.Id, new TaskConfiguration(fields), _http);

    private DapReportBuilder Builder(TaskConfigurationFields fields) => new(
        _aggregators.DapTask.Id, new TaskConfiguration(fields), _aggregators.DapTask.Leader.Config, _aggregators.DapTask.Helper.Config);
}
