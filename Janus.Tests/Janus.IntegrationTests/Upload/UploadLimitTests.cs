using System.Net;
using Janus.Aggregator;
using Janus.Dap;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Upload;

/// <summary>A Leader that is asked for more than it takes.</summary>
public sealed class UploadLimitTests : EndpointFixture
{
    private const string MediaType = "application/ppm-dap;message=upload-req";

    // About 36 KB a report.
    private static readonly TestTaskOptions Large = new() { Vdaf = VdafDescription.Histogram(2000, 44) };

    [Test]
    public async Task A_task_over_its_share_is_answered_with_429_others_are_let_in_until_the_memory_is_full_and_then_503()
    {
        TestTask noisy = await AddTaskAsync(Role.Leader, Large);
        List<MadeReport> refused = [];
        List<Task<HttpAnswer>> waiting = [];
        await using (DatabaseGate gate = await DatabaseGate.BeforeWritesAsync(Database, "unaggregated_reports"))
        {
            MadeReport[] reports = MakeReports(noisy, 14);
            foreach (MadeReport report in reports)
            {
                if (await TryEnterAsync(noisy, report) is { } answer)
                {
                    AssertProblem(answer, HttpStatusCode.TooManyRequests);
                    Assert.That(answer.RetryAfter, Is.EqualTo("1"));
                    refused.Add(report);
                }
            }

            Assert.That(refused, Has.Count.InRange(1, reports.Length - 1));
            HttpAnswer? full = null;
            int others = 0;
            for (; full is null; others++)
            {
                TestTask other = await AddTaskAsync(Role.Leader, Large);
                full = await TryEnterAsync(other, MakeReports(other, 1)[0]);
            }

            AssertProblem(full, HttpStatusCode.ServiceUnavailable);
            Assert.That((full.RetryAfter, others), Is.EqualTo(("1", others)));
            Assert.That(others, Is.GreaterThan(1), "others are let in while the noisy task is not");
            Assert.That(waiting.Any(task => task.IsCompleted), Is.False, "an upload is acknowledged only after its transaction");
            await gate.OpenAsync();
        }

        foreach (HttpAnswer answer in await Task.WhenAll(waiting))
        {
            Assert.That((answer.Status, answer.Body.Length), Is.EqualTo((HttpStatusCode.OK, 0)));
        }

        Assert.That(Aggregator.Get<UploadAdmission>().Held, Is.Zero);
        HttpAnswer again = await UploadAsync(noisy, [refused[0]]);
        Assert.That((again.Status, again.Body.Length), Is.EqualTo((HttpStatusCode.OK, 0)));
        Assert.That(await CountAsync("unaggregated_reports", noisy), Is.EqualTo(14 - refused.Count + 1));

        // Sends an upload, and waits until it is let in, or returns its refusal.
        async Task<HttpAnswer?> TryEnterAsync(TestTask task, MadeReport report)
        {
            long waitingReports = Aggregator.Get<ReportWriter>().WaitingReports;
            Task<HttpAnswer> upload = UploadAsync(task, [report]);
            while (!upload.IsCompleted && Aggregator.Get<ReportWriter>().WaitingReports == waitingReports)
            {
                await Task.Delay(5);
            }

            if (upload.IsCompleted)
            {
                return await upload;
            }

            waiting.Add(upload);
            return null;
        }
    }

    [Test]
    public async Task A_quiet_task_does_not_wait_for_what_a_noisy_one_has_in_the_queue()
    {
        const int Noise = 8;
        TestTask noisy = await AddTaskAsync(Role.Leader, Large);
        TestTask quiet = await AddTaskAsync(Role.Leader, Large);
        List<Task<HttpAnswer>> uploads = [];
        await using (DatabaseGate gate = await DatabaseGate.BeforeWritesAsync(Database, "unaggregated_reports"))
        {
            foreach (MadeReport report in MakeReports(noisy, Noise))
            {
                uploads.Add(UploadAsync(noisy, [report]));
            }

            await WaitForQueueAsync(Noise);
            uploads.Add(UploadAsync(quiet, MakeReports(quiet, 1)));
            await WaitForQueueAsync(Noise + 1);
            await gate.OpenAsync();
            await Task.WhenAll(uploads);
        }

        long before = await ScalarAsync<long>($"""
            SELECT count(*) FROM unaggregated_reports AS n JOIN tasks AS t ON t.task_key = n.task_key
            WHERE t.task_id = '\x{Convert.ToHexString(noisy.Id.ToArray())}' AND n.xmin::text::bigint < (
                SELECT min(q.xmin::text::bigint) FROM unaggregated_reports AS q JOIN tasks AS u ON u.task_key = q.task_key
                WHERE u.task_id = '\x{Convert.ToHexString(quiet.Id.ToArray())}')
            """);
        // What was being written, and a round of the noisy task.
        Assert.That(before, Is.InRange(1, 4));
    }

    [Test]
    public async Task An_upload_that_is_given_up_holds_its_memory_until_its_reports_are_written()
    {
        TestTask task = await AddTaskAsync(Role.Leader, Large);
        UploadAdmission admission = Aggregator.Get<UploadAdmission>();
        await using (DatabaseGate gate = await DatabaseGate.BeforeWritesAsync(Database, "unaggregated_reports"))
        {
            using HttpClient client = new();
            using CancellationTokenSource patience = new();
            using ByteArrayContent body = new(ReportFactory.UploadBody(MakeReports(task, 1)));
            body.Headers.TryAddWithoutValidation("Content-Type", MediaType);
            Task upload = client.PostAsync(Resource(task), body, patience.Token);
            await WaitForQueueAsync(1);
            long held = admission.Held;
            await patience.CancelAsync();
            Assert.That(async () => await upload, Throws.InstanceOf<OperationCanceledException>());

            // The connection is closed; meanwhile others are served.
            for (int i = 0; i < 20; i++)
            {
                await RawHttp.GetAsync(At("hpke_config"));
                Assert.That(admission.Held, Is.EqualTo(held), "whoever aborts uploads could fill the queue without end");
            }

            await gate.OpenAsync();
        }

        while (admission.Held > 0)
        {
            await Task.Delay(5);
        }

        Assert.That(await CountAsync("unaggregated_reports", task), Is.EqualTo(1));
    }

    [Test]
    public async Task A_body_larger_than_the_most_reports_need_is_refused([Values] bool withLength)
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        byte[] body = ReportFactory.UploadBody(new ReportFactory(task, HpkeConfig, null, CurrentTime).Make(new ulong[40]));
        using HttpContent content = withLength ? new ByteArrayContent(body) : new DrippingContent(body, octets: 0, piece: 512);
        HttpAnswer answer = await RawHttp.SendAsync(HttpMethod.Post, Resource(task), null, MediaType, content);
        AssertProblem(answer, HttpStatusCode.RequestEntityTooLarge);
    }

    protected override void Configure(AggregatorOptions options)
    {
        options.Upload.MaximumMemory = 1 << 20;
        options.Upload.Writers = 1;
        options.Upload.MaximumReportsPerTransaction = 1;
        options.Upload.MaximumReportsPerRequest = 2;
    }

    private MadeReport[] MakeReports(TestTask task, int count) => new ReportFactory(task, HpkeConfig, null, CurrentTime).Make(new ulong[count]);

    private async Task WaitForQueueAsync(int requests)
    {
        while (Aggregator.Get<ReportWriter>().WaitingReports < requests)
        {
            await Task.Delay(5);
        }
    }

    private Uri Resource(TestTask task) => At($"tasks/{task.Id}/reports");

    private Task<HttpAnswer> UploadAsync(TestTask task, MadeReport[] reports) =>
        RawHttp.PostAsync(Resource(task), MediaType, ReportFactory.UploadBody(reports));
}
