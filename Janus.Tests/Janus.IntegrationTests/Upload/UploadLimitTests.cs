using System.Net;
using Janus.Aggregator;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;
using Npgsql;

namespace Janus.IntegrationTests.Upload;

/// <summary>A Leader that is asked for more than it takes.</summary>
public sealed class UploadLimitTests : EndpointFixture
{
    private const string MediaType = "application/ppm-dap;message=upload-req";

    [Test]
    public async Task A_full_queue_is_answered_with_503_and_a_time_to_come_back()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        ReportFactory reports = new(task, HpkeConfig, null, CurrentTime);
        MadeReport[] second = reports.Make(2);
        Task<HttpAnswer> first;
        await using (NpgsqlConnection connection = new(Database.ConnectionString))
        {
            await connection.OpenAsync();
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
            await using NpgsqlCommand block = new("LOCK TABLE unaggregated_reports IN ACCESS EXCLUSIVE MODE", connection, transaction);
            await block.ExecuteNonQueryAsync();
            first = UploadAsync(task, reports.Make(1));
            Assert.That(
                () => ScalarAsync<long>("SELECT count(*) FROM pg_locks WHERE NOT granted"), Is.GreaterThan(0).After(10_000, 20));

            HttpAnswer shed = await UploadAsync(task, second);
            AssertProblem(shed, HttpStatusCode.ServiceUnavailable);
            Assert.That(shed.RetryAfter, Is.EqualTo("1"));
            Assert.That(first.IsCompleted, Is.False, "an upload is acknowledged only after its transaction");
        }

        Assert.That((await first).Status, Is.EqualTo(HttpStatusCode.OK));
        HttpAnswer again = await UploadAsync(task, second);
        Assert.That((again.Status, again.Body.Length), Is.EqualTo((HttpStatusCode.OK, 0)));
        Assert.That(await CountAsync("unaggregated_reports", task), Is.EqualTo(2));
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
        options.Upload.QueueCapacity = 1;
        options.Upload.Writers = 1;
        options.Upload.MaximumReportsPerRequest = 2;
    }

    private Uri Resource(TestTask task) => At($"tasks/{task.Id}/reports");

    private Task<HttpAnswer> UploadAsync(TestTask task, MadeReport[] reports) =>
        RawHttp.PostAsync(Resource(task), MediaType, ReportFactory.UploadBody(reports));
}
