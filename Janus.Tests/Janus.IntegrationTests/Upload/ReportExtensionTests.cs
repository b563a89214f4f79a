using System.Net;
using System.Text.Json;
using Janus.Dap;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Upload;

/// <summary>DAP §4.4.3 (report-extensions) at upload: none is defined yet, so every one is unrecognized.</summary>
public sealed class ReportExtensionTests : EndpointFixture
{
    private const string MediaType = "application/ppm-dap;message=upload-req";

    [TestCase(new ushort[] { 23 }, new ushort[0], "[23]")]
    [TestCase(new ushort[0], new ushort[] { 42 }, "[42]")]
    [TestCase(new ushort[] { 42 }, new ushort[] { 23 }, "[23,42]")]
    [TestCase(new ushort[] { 0, 65535 }, new ushort[] { 7 }, "[0,7,65535]")]
    [TestCase(new ushort[] { 42, 23 }, new ushort[] { 42, 42 }, "[23,42]")]
    public async Task A_single_report_with_unrecognized_extensions_aborts_with_their_code_points(
        ushort[] publicTypes, ushort[] privateTypes, string expected)
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        MadeReport report = Make(task, publicTypes, privateTypes);
        for (int attempt = 0; attempt < 2; attempt++)
        {
            HttpAnswer answer = await UploadAsync(task, report);
            AssertProblem(answer, DapProblemType.UnsupportedExtension, task.Id);
            using JsonDocument document = JsonDocument.Parse(answer.Body);
            Assert.That(document.RootElement.GetProperty("unsupported_extensions").GetRawText(), Is.EqualTo(expected));
            Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        }

        Assert.That(await CountAsync("report_ids", task), Is.Zero, "the report is not remembered");
    }

    [Test]
    public async Task Among_others_a_report_with_unrecognized_extensions_is_refused_alone([Values] bool isPublic)
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        MadeReport good = Make(task, [], []);
        MadeReport bad = isPublic ? Make(task, [23], []) : Make(task, [], [23]);
        foreach (MadeReport[] request in new MadeReport[][] { [bad, good], [bad, bad] })
        {
            HttpAnswer answer = await UploadAsync(task, request);
            AssertOk(answer);
            Assert.That(
                answer.Decode<UploadErrors>().Status,
                Is.EqualTo(request.Where(report => report == bad).Select(report => new ReportUploadStatus(report.Id, ReportError.InvalidMessage))));
        }

        Assert.That(await CountAsync("unaggregated_reports", task), Is.EqualTo(1));
    }

    [Test]
    public async Task A_single_report_that_breaks_another_rule_does_not_abort()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        MadeReport report = new ReportFactory(task, HpkeConfig, null, CurrentTime).Make(Breakages.InvalidMessage["input share too short"]);
        HttpAnswer answer = await UploadAsync(task, report);
        AssertOk(answer);
        Assert.That(answer.Decode<UploadErrors>().Status.Single().Error, Is.EqualTo(ReportError.InvalidMessage));
    }

    private MadeReport Make(TestTask task, ushort[] publicTypes, ushort[] privateTypes) =>
        new ReportFactory(task, HpkeConfig, null, CurrentTime).Make(new ReportShape
        {
            PublicExtensions = Extensions(publicTypes),
            PrivateExtensions = Extensions(privateTypes),
        });

    private static ReportExtension[] Extensions(ushort[] types) =>
        [.. types.Select(type => new ReportExtension((ReportExtensionType)type, new byte[] { 1 }))];

    private Task<HttpAnswer> UploadAsync(TestTask task, params MadeReport[] reports) =>
        RawHttp.PostAsync(At($"tasks/{task.Id}/reports"), MediaType, ReportFactory.UploadBody(reports));
}
