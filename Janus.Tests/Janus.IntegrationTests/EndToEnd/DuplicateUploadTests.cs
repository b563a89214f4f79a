using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Janus.Client;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.EndToEnd;

[TestFixture(false)]
[TestFixture(true)]
public sealed class DuplicateUploadTests(bool asynchronous) : EndToEndFixture(asynchronous)
{
    private static readonly VdafDescription Vdaf = VdafDescription.Sum(100);

    [TestCase(BatchMode.TimeInterval)]
    [TestCase(BatchMode.LeaderSelected)]
    [CancelAfter(120_000)]
    public async Task Reports_uploaded_many_times_at_once_count_once(BatchMode batchMode)
    {
        DeployedTask task = await AddTaskAsync(Vdaf, batchMode, minBatchSize: 20);
        TestMeasurement[] measurements = Measurements(Vdaf, 20);
        Report[] reports = await BuildAsync(task, measurements);

        IReadOnlyList<ReportUploadStatus>[] refused = await Task.WhenAll(
            Enumerable.Range(0, 24).Select(i => task.PostAsync(i % 2 == 0 ? reports : reports.Reverse(), Token)));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused.Sum(errors => errors.Count), Is.EqualTo(23 * 20), "one of each is taken");
            Assert.That(refused.SelectMany(errors => errors.Select(error => error.Error)), Is.All.EqualTo(ReportError.ReportReplayed));
        }

        AssertAggregate(await task.CollectAsync(Then, Token), measurements);
        await AssertAggregatedByBothAsync(task, 20);
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Bulk_upload_that_breaks_off_and_is_repeated_counts_each_report_once()
    {
        DeployedTask task = await AddTaskAsync(Vdaf, BatchMode.TimeInterval, minBatchSize: 700);
        TestMeasurement[] measurements = Measurements(Vdaf, 700);
        Report[] reports = await BuildAsync(task, measurements);

        await SendPartAsync(task, reports, part: 0.8);
        IReadOnlyList<ReportUploadStatus> refused = await task.PostAsync(reports, Token);

        Assert.That(refused.Select(error => error.Error), Is.All.EqualTo(ReportError.ReportReplayed));
        AssertAggregate(await task.CollectAsync(Then, Token), measurements);
        Assert.That(refused, Is.Not.Empty, "the part that arrived was taken before the rest was missing");
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Upload_whose_answer_is_lost_is_repeated_by_the_client_and_counts_once()
    {
        Deployment deployment = await SharedDeployment.GetAsync();
        DeployedTask task = await AddTaskAsync(Vdaf, BatchMode.LeaderSelected, minBatchSize: 50);
        // From then on the client has the HPKE configurations, and only uploads are answered.
        TestMeasurement[] first = await UploadAsync(task, 1);

        deployment.Leader.HoldAnswers();
        TestMeasurement[] measurements = Measurements(Vdaf, 49);
        Task uploading = task.UploadAsync(measurements, Then, Token);
        await deployment.Leader.WaitForHeldAnswersAsync(1, Token);
        deployment.Leader.LoseHeldAnswers();
        await uploading;

        AssertAggregate(await task.CollectAsync(Then, Token), [.. first, .. measurements]);
        await AssertAggregatedByBothAsync(task, 50);
    }

    private static async Task<Report[]> BuildAsync(DeployedTask task, TestMeasurement[] measurements)
    {
        DapReportBuilder builder = await task.BuilderAsync(Token);
        return [.. measurements.Select(measurement => builder.Build(measurement.Measurement, Then))];
    }

    // Announces the whole body, sends a part of it, and lets the Leader take it in before the connection ends.
    private static async Task SendPartAsync(DeployedTask task, Report[] reports, double part)
    {
        byte[] body = [.. reports.SelectMany(report => WireMessage.Encode(report))];
        string head = string.Create(
            CultureInfo.InvariantCulture,
            $"POST {task.Reports.AbsolutePath} HTTP/1.1\r\nHost: {task.Reports.Authority}\r\nContent-Type: {DapVersion.Newest.MediaTypes.UploadRequest}\r\nContent-Length: {body.Length}\r\n\r\n");
        using TcpClient connection = new();
        await connection.ConnectAsync(task.Reports.Host, task.Reports.Port, Token);
        NetworkStream stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), Token);
        await stream.WriteAsync(body.AsMemory(0, (int)(body.Length * part)), Token);
        await stream.FlushAsync(Token);
        while ((await task.SummarizeAsync(Role.Leader, Token)) is { ReportCount: 0, PendingReports: 0 })
        {
            await Task.Delay(20, Token);
        }
    }
}
