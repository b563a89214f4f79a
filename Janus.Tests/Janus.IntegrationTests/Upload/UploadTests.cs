using System.Net;
using Janus.Dap;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Upload;

/// <summary>DAP §4.4.2 (upload-request) over HTTP, against a Leader.</summary>
public sealed class UploadTests : EndpointFixture
{
    private const string MediaType = "application/ppm-dap;message=upload-req";
    private static readonly string[] InvalidMessages = [.. Breakages.InvalidMessage.Keys];

    [Test]
    public async Task Accepted_reports_are_stored_and_answered_with_an_empty_body()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        HttpAnswer answer = await UploadAsync(task, Reports(task).Make(0, 1, 2));
        await AssertAcceptedAsync(answer, task, 3);
    }

    [Test]
    public async Task An_upload_without_reports_is_accepted()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        await AssertAcceptedAsync(await UploadAsync(task), task, 0);
    }

    [Test]
    public async Task Upload_under_an_unknown_hpke_config_is_refused_as_outdated()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        MadeReport report = Reports(task).Make(Breakages.UnknownHpkeConfig);
        AssertRefused(await UploadAsync(task, report), (report, ReportError.OutdatedConfig));
        await AssertStoredAsync(task, 0);
    }

    [Test]
    public async Task A_ciphertext_that_was_changed_is_refused()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        MadeReport report = Reports(task).Make(Breakages.BadCiphertext);
        AssertRefused(await UploadAsync(task, report), (report, ReportError.HpkeDecryptError));
        await AssertStoredAsync(task, 0);
    }

    [Test]
    public async Task A_report_that_was_made_for_another_task_is_refused()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        TestTask other = await AddTaskAsync(Role.Leader);
        MadeReport report = Reports(other).Make(ReportShape.Valid);
        MadeReport withOtherId = Reports(task).Make(Breakages.OtherTask);
        AssertRefused(
            await UploadAsync(task, report, withOtherId),
            (report, ReportError.HpkeDecryptError),
            (withOtherId, ReportError.HpkeDecryptError));
        await AssertStoredAsync(task, 0);
    }

    [TestCaseSource(nameof(InvalidMessages))]
    public async Task A_report_that_breaks_a_rule_is_refused_alone(string breakage)
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        MadeReport bad = Reports(task).Make(Breakages.InvalidMessage[breakage]);
        MadeReport good = Reports(task).Make(ReportShape.Valid);
        AssertRefused(await UploadAsync(task, bad, good), (bad, ReportError.InvalidMessage));
        await AssertStoredAsync(task, 1);
    }

    [Test]
    public async Task A_report_from_the_future_is_refused_and_welcome_when_its_time_has_come()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        Time latest = Time.FromDateTimeOffset(Clock.GetUtcNow().AddMinutes(5), TestTask.Precision);
        MadeReport onTime = Reports(task).Make(new ReportShape { Time = latest });
        MadeReport early = Reports(task).Make(new ReportShape { Time = new Time(latest.Value + 1) });
        MadeReport never = Reports(task).Make(new ReportShape { Time = new Time(ulong.MaxValue) });
        MadeReport negative = Reports(task).Make(new ReportShape { Time = new Time(1UL << 63) });
        HttpAnswer answer = await UploadAsync(task, onTime, early, never, negative);
        AssertRefused(
            answer, (early, ReportError.ReportTooEarly), (never, ReportError.ReportTooEarly), (negative, ReportError.ReportTooEarly));
        await AssertStoredAsync(task, 1);

        Clock.Advance(TimeSpan.FromMinutes(1));
        await AssertAcceptedAsync(await UploadAsync(task, early), task, 2);
    }

    [Test]
    public async Task A_report_outside_the_task_interval_is_dropped()
    {
        Time start = new(CurrentTime.Value - 10);
        TestTask task = await AddTaskAsync(Role.Leader, new TestTaskOptions { TaskInterval = new Interval(start, new Duration(5)) });
        MadeReport[] reports = [.. new ulong[] { start.Value - 1, start.Value, start.Value + 4, start.Value + 5 }
            .Select(time => Reports(task).Make(new ReportShape { Time = new Time(time) }))];
        AssertRefused(
            await UploadAsync(task, reports), (reports[0], ReportError.ReportDropped), (reports[3], ReportError.ReportDropped));
        await AssertStoredAsync(task, 2);
    }

    [Test]
    public async Task A_report_of_a_collected_interval_is_refused_in_the_time_interval_mode_alone()
    {
        TestTask byTime = await AddTaskAsync(Role.Leader);
        TestTask byLeader = await AddTaskAsync(Role.Leader, new TestTaskOptions { BatchMode = BatchMode.LeaderSelected });
        Time time = CurrentTime;
        await MarkCollectedAsync(byTime, new Time(time.Value - 1), time);
        MadeReport late = Reports(byTime).Make(new ReportShape { Time = time });
        MadeReport before = Reports(byTime).Make(new ReportShape { Time = new Time(time.Value - 2) });
        AssertRefused(await UploadAsync(byTime, late, before), (late, ReportError.ReportReplayed));
        await AssertStoredAsync(byTime, 1);
        await AssertAcceptedAsync(await UploadAsync(byLeader, Reports(byLeader).Make(1)), byLeader, 1);
    }

    [Test]
    public async Task Replayed_report_is_stored_once()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        MadeReport report = Reports(task).Make(ReportShape.Valid);
        MadeReport sameId = Reports(task).Make(new ReportShape { Id = report.Id, Time = new Time(CurrentTime.Value - 3) });
        AssertRefused(await UploadAsync(task, report, report), (report, ReportError.ReportReplayed));
        AssertRefused(await UploadAsync(task, report), (report, ReportError.ReportReplayed));
        AssertRefused(await UploadAsync(task, sameId), (report, ReportError.ReportReplayed));
        await AssertStoredAsync(task, 1);
    }

    [Test]
    public async Task The_same_report_uploaded_many_times_at_once_is_stored_once()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        MadeReport report = Reports(task).Make(ReportShape.Valid);
        HttpAnswer[] answers = await RaceAsync(8, () => UploadAsync(task, report));
        HttpAnswer[] refused = [.. answers.Where(answer => answer.Body.Length > 0)];
        Assert.That(refused, Has.Length.EqualTo(7));
        foreach (HttpAnswer answer in refused)
        {
            AssertRefused(answer, (report, ReportError.ReportReplayed));
        }

        await AssertStoredAsync(task, 1);
    }

    [Test]
    public async Task A_whole_request_that_is_repeated_stores_nothing_new()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        MadeReport[] reports = Reports(task).Make(0, 1, 2);
        MadeReport bad = Reports(task).Make(Breakages.BadCiphertext);
        MadeReport[] request = [reports[0], reports[1], bad, reports[2]];
        AssertRefused(await UploadAsync(task, request), (bad, ReportError.HpkeDecryptError));
        AssertRefused(
            await UploadAsync(task, request),
            (reports[0], ReportError.ReportReplayed),
            (reports[1], ReportError.ReportReplayed),
            (bad, ReportError.HpkeDecryptError),
            (reports[2], ReportError.ReportReplayed));
        await AssertStoredAsync(task, 3);
    }

    [Test]
    public async Task A_request_that_turns_out_malformed_can_be_repeated_whole()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        MadeReport[] reports = Reports(task).Make(new ulong[300]);
        byte[] body = ReportFactory.UploadBody(reports);
        AssertProblem(await RawHttp.PostAsync(Resource(task), MediaType, body[..^1]), DapProblemType.InvalidMessage, task.Id);
        long taken = await CountAsync("unaggregated_reports", task);
        Assert.That(taken, Is.InRange(1, 299), "reports are taken as they arrive");
        HttpAnswer answer = await RawHttp.PostAsync(Resource(task), MediaType, body);
        AssertRefused(answer, [.. reports.Take((int)taken).Select(report => (report, ReportError.ReportReplayed))]);
        await AssertStoredAsync(task, 300);
    }

    [Test]
    public async Task Whatever_a_client_presents_to_authenticate_itself_makes_no_difference()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        foreach (string authorization in new[] { "Bearer nonsense", "Basic QTpC", "?" })
        {
            using HttpRequestMessage request = new(HttpMethod.Post, Resource(task));
            request.Content = new ByteArrayContent(ReportFactory.UploadBody(Reports(task).Make(1)));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", MediaType);
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
            HttpAnswer answer = await RawHttp.SendAsync(request);
            AssertOk(answer);
            Assert.That(answer.Body, Is.Empty);
        }

        await AssertStoredAsync(task, 3);
    }

    [Test]
    public async Task The_same_report_id_in_another_task_is_another_report()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        TestTask other = await AddTaskAsync(Role.Leader);
        MadeReport report = Reports(task).Make(ReportShape.Valid);
        await AssertAcceptedAsync(await UploadAsync(task, report), task, 1);
        await AssertAcceptedAsync(await UploadAsync(other, Reports(other).Make(new ReportShape { Id = report.Id })), other, 1);
    }

    [Test]
    public async Task Errors_come_in_the_order_of_the_reports()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        ReportFactory reports = Reports(task);
        MadeReport first = reports.Make(ReportShape.Valid);
        MadeReport[] upload =
        [
            first,
            reports.Make(Breakages.BadCiphertext),
            reports.Make(ReportShape.Valid),
            first,
            reports.Make(Breakages.UnknownHpkeConfig),
            reports.Make(Breakages.InvalidMessage["public share too long"]),
            reports.Make(ReportShape.Valid),
            reports.Make(new ReportShape { Time = new Time(CurrentTime.Value + 100) }),
        ];
        AssertRefused(
            await UploadAsync(task, upload),
            (upload[1], ReportError.HpkeDecryptError),
            (first, ReportError.ReportReplayed),
            (upload[4], ReportError.OutdatedConfig),
            (upload[5], ReportError.InvalidMessage),
            (upload[7], ReportError.ReportTooEarly));
        await AssertStoredAsync(task, 3);
    }

    [TestCase("application/octet-stream")]
    [TestCase("application/ppm-dap;message=upload-errors")]
    [TestCase("application/ppm-dap")]
    [TestCase(null)]
    public async Task Another_media_type_is_refused(string? mediaType)
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        byte[] body = ReportFactory.UploadBody(Reports(task).Make(1));
        AssertProblem(await RawHttp.PostAsync(Resource(task), mediaType, body), HttpStatusCode.UnsupportedMediaType);
        await AssertStoredAsync(task, 0);
    }

    [TestCase("GET")]
    [TestCase("PUT")]
    [TestCase("DELETE")]
    public async Task Another_method_than_post_is_not_allowed(string method)
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        HttpAnswer answer = await RawHttp.SendAsync(new HttpMethod(method), Resource(task));
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
    }

    [Test]
    public async Task A_body_that_is_cut_off_anywhere_is_an_invalid_message()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        byte[] body = ReportFactory.UploadBody(Reports(task).Make(1));
        for (int length = 1; length < body.Length; length += 13)
        {
            AssertProblem(await RawHttp.PostAsync(Resource(task), MediaType, body[..length]), DapProblemType.InvalidMessage, task.Id);
        }

        AssertProblem(await RawHttp.PostAsync(Resource(task), MediaType, [.. body, 0]), DapProblemType.InvalidMessage, task.Id);
        await AssertAcceptedAsync(await RawHttp.PostAsync(Resource(task), MediaType, body), task, 1);
    }

    [Test]
    public async Task A_length_that_no_report_can_have_is_refused_without_waiting_for_it()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        // A report ID, a time, no extensions, and a public share said to be 4 GiB long.
        byte[] body = [.. new byte[24], 0, 0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3];
        AssertProblem(await RawHttp.PostAsync(Resource(task), MediaType, body), DapProblemType.InvalidMessage, task.Id);
    }

    [Test]
    public async Task An_upload_for_an_unknown_task_is_refused()
    {
        TaskId unknown = TaskId.Random();
        HttpAnswer answer = await RawHttp.PostAsync(At($"tasks/{unknown}/reports"), MediaType, []);
        AssertProblem(answer, DapProblemType.UnrecognizedTask, unknown);
    }

    [TestCase("abc")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB")]
    public async Task A_path_without_a_task_id_in_base64url_is_refused(string taskId) =>
        AssertProblem(await RawHttp.PostAsync(At($"tasks/{taskId}/reports"), MediaType, []), DapProblemType.InvalidMessage, null);

    [Test]
    public async Task A_helper_takes_no_uploads()
    {
        TestTask task = await AddTaskAsync(Role.Helper);
        HttpAnswer answer = await UploadAsync(task, Reports(task).Make(1));
        AssertProblem(answer, DapProblemType.UnrecognizedTask, task.Id);
        await AssertStoredAsync(task, 0);
    }

    [Test]
    public async Task Two_thousand_reports_arrive_in_drips_and_are_all_stored()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        byte[] body = ReportFactory.UploadBody(Reports(task).Make([.. Enumerable.Range(0, 2000).Select(i => (ulong)i % 4)]));
        using DrippingContent content = new(body, octets: 1500, piece: 7001);
        HttpAnswer answer = await RawHttp.SendAsync(HttpMethod.Post, Resource(task), null, MediaType, content);
        await AssertAcceptedAsync(answer, task, 2000);
    }

    private ReportFactory Reports(TestTask task) => new(task, HpkeConfig, null, CurrentTime);

    private Uri Resource(TestTask task) => At($"tasks/{task.Id}/reports");

    private Task<HttpAnswer> UploadAsync(TestTask task, params MadeReport[] reports) =>
        RawHttp.PostAsync(Resource(task), MediaType, ReportFactory.UploadBody(reports));

    private async Task AssertAcceptedAsync(HttpAnswer answer, TestTask task, int stored)
    {
        AssertOk(answer);
        Assert.That(answer.Body, Is.Empty);
        await AssertStoredAsync(task, stored);
    }

    private async Task AssertStoredAsync(TestTask task, int reports)
    {
        long waiting = await CountAsync("unaggregated_reports", task);
        long remembered = await CountAsync("report_ids", task);
        Assert.That((waiting, remembered), Is.EqualTo((reports, reports)), "reports waiting, report IDs remembered");
    }

    private static void AssertRefused(HttpAnswer answer, params (MadeReport Report, ReportError Error)[] expected)
    {
        AssertOk(answer);
        Assert.That(answer.ContentType, Is.EqualTo("application/ppm-dap;message=upload-errors"));
        Assert.That(
            answer.Decode<UploadErrors>().Status.Select(status => (status.Id, status.Error)),
            Is.EqualTo(expected.Select(one => (one.Report.Id, one.Error))));
    }
}
