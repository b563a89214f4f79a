using System.Net;
using Janus.Aggregator;
using Janus.Dap;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Upload;

/// <summary>Senders who let a Leader wait, and the Clients beside them: everything that the former need is a public task ID.</summary>
public sealed class SlowSenderTests : EndpointFixture
{
    private const int Uploads = 20;
    private const long Memory = 2 << 20;

    // About 36 KB a report.
    private static readonly TestTaskOptions Large = new() { Vdaf = VdafDescription.Histogram(2000, 44) };

    private readonly List<RawConnection> _connections = [];

    [TearDown]
    public async Task CloseConnections()
    {
        _connections.ForEach(connection => connection.Dispose());
        _connections.Clear();
        while (Aggregator.Get<UploadAdmission>().Held > 0)
        {
            await Task.Delay(5);
        }
    }

    [Test]
    public async Task A_dozen_slow_connections_keep_nobody_out([Values] bool isChunked, [Values(1, 12)] int tasks)
    {
        TestTask[] slow = await AddTasksAsync(tasks);
        for (int i = 0; i < 12; i++)
        {
            // What is announced would be all of the memory, many times over.
            await StallAsync(slow[i % tasks], isChunked, 100);
        }

        await WaitForEntriesAsync(12);
        Assert.That(await UploadManyAsync(slow[0]), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That(_connections.Any(connection => connection.HasAnswer), Is.False, "whoever is slow is served as long as there is room");
    }

    [Test]
    public async Task Connections_that_stop_when_they_hold_much_give_way_to_uploads_beside_them([Values] bool isChunked, [Values(1, 12)] int tasks)
    {
        TestTask[] slow = await AddTasksAsync(tasks);
        MadeReport report = Make(slow[0]);
        int taken = 0;
        while (taken == 0 || !_connections.Any(connection => connection.HasAnswer))
        {
            long before = Aggregator.Get<UploadAdmission>().Held;
            RawConnection last = await StallAsync(slow[taken++ % tasks], isChunked, ReportFactory.UploadBody(report).Length - 100);
            while (Aggregator.Get<UploadAdmission>().Held < before + (60 << 10) && !last.HasAnswer)
            {
                await Task.Delay(2);
            }
        }

        TestTask beside = slow[0];
        Assert.That((await UploadManyAsync(beside))[0], Is.AnyOf(HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable));
        Clock.Advance(TimeSpan.FromSeconds(3));

        Assert.That(await UploadManyAsync(beside), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That(await UploadManyAsync(await AddTaskAsync(Role.Leader, Large)), Is.All.EqualTo(HttpStatusCode.OK));
        string[] ended = await Task.WhenAll(_connections.SkipLast(1).Where(connection => connection.HasAnswer).Select(connection => connection.ReadToEndAsync()));
        // Beside the one that found no room while they filled the memory.
        string[] slowest = [.. ended.Where(answer => !answer.StartsWith("HTTP/1.1 429 ", StringComparison.Ordinal) && !answer.StartsWith("HTTP/1.1 503 ", StringComparison.Ordinal))];
        Assert.That(slowest, Is.Not.Empty.And.All.StartsWith("HTTP/1.1 408 ").And.All.Contains("Connection: close").And.All.Contains("\r\nRetry-After: 1\r\n").And.All.Contains("application/problem+json"));
        Assert.That(slowest, Has.Length.LessThan(_connections.Count - 1), "no more end than have to");
    }

    [Test]
    public async Task A_slow_client_is_served_however_long_it_takes_when_nobody_else_comes([Values] bool isChunked)
    {
        TestTask task = (await AddTasksAsync(1))[0];
        byte[] body = ReportFactory.UploadBody(Make(task));
        RawConnection client = await RawConnection.PostAsync(Resource(task), DapVersion.Newest.MediaTypes.UploadRequest, isChunked ? null : body.Length);
        _connections.Add(client);
        foreach (byte[] piece in body.Chunk(body.Length / 10))
        {
            await (isChunked ? client.SendChunkAsync(piece) : client.SendAsync(piece));
            Clock.Advance(TimeSpan.FromSeconds(7));
        }

        await client.SendAsync(isChunked ? "0\r\n\r\n" : "");
        Assert.That(await client.ReadStatusAsync(), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await CountAsync("unaggregated_reports", task), Is.EqualTo(1));
    }

    [Test]
    public async Task What_is_being_stored_never_ends_for_others_however_long_the_database_takes()
    {
        TestTask task = (await AddTasksAsync(1))[0];
        List<Task<HttpAnswer>> uploads = [];
        await using (DatabaseGate gate = await DatabaseGate.BeforeWritesAsync(Database, "unaggregated_reports"))
        {
            while (uploads.All(upload => !upload.IsCompleted))
            {
                uploads.Add(RawHttp.PostAsync(Resource(task), DapVersion.Newest.MediaTypes.UploadRequest, ReportFactory.UploadBody(Make(task))));
                await Task.WhenAny(uploads[^1], UntilAsync(() => Aggregator.Get<ReportWriter>().WaitingReports == uploads.Count));
                Clock.Advance(TimeSpan.FromMinutes(1));
            }

            await gate.OpenAsync();
        }

        HttpAnswer[] answers = await Task.WhenAll(uploads);
        Assert.That(answers[^1].Status, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(answers[..^1].Select(answer => answer.Status), Is.Not.Empty.And.All.EqualTo(HttpStatusCode.OK));
        Assert.That(await CountAsync("unaggregated_reports", task), Is.EqualTo(answers.Length - 1));
    }

    [Test]
    public async Task A_bulk_upload_stores_what_it_has_when_memory_is_short_and_needs_no_more()
    {
        TestTask task = (await AddTasksAsync(1))[0];
        for (int i = 0; i < 12; i++)
        {
            await StallAsync(task, false, 30_000);
        }

        await UntilAsync(() => Aggregator.Get<UploadAdmission>().Held > 12 * 60_000);
        byte[] bulk = ReportFactory.UploadBody(new ReportFactory(task, HpkeConfig, null, CurrentTime).Make(new ulong[60]));
        Assert.That(bulk.Length, Is.GreaterThan(Memory));
        AssertOk(await RawHttp.PostAsync(Resource(task), DapVersion.Newest.MediaTypes.UploadRequest, bulk));
        Assert.That(await CountAsync("unaggregated_reports", task), Is.EqualTo(60));
        Assert.That(_connections.Any(connection => connection.HasAnswer), Is.False);
    }

    protected override void Configure(AggregatorOptions options) => options.Upload.MaximumMemory = Memory;

    private async Task<TestTask[]> AddTasksAsync(int count)
    {
        TestTask[] tasks = new TestTask[count];
        for (int i = 0; i < count; i++)
        {
            tasks[i] = await AddTaskAsync(Role.Leader, Large);
        }

        return tasks;
    }

    private MadeReport Make(TestTask task) => new ReportFactory(task, HpkeConfig, null, CurrentTime).Make(1)[0];

    private Uri Resource(TestTask task) => At($"tasks/{task.Id}/reports");

    // Sends the beginning of a report in a body of any length, and no more.
    private async Task<RawConnection> StallAsync(TestTask task, bool isChunked, int octets)
    {
        RawConnection connection = await RawConnection.PostAsync(Resource(task), DapVersion.Newest.MediaTypes.UploadRequest, isChunked ? null : 8 << 20);
        _connections.Add(connection);
        byte[] beginning = ReportFactory.UploadBody(Make(task))[..octets];
        await (isChunked ? connection.SendChunkAsync(beginning) : connection.SendAsync(beginning));
        return connection;
    }

    private Task WaitForEntriesAsync(int count) => UntilAsync(() => Aggregator.Get<UploadAdmission>().Held >= count * (16 << 10));

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(2);
        }
    }

    private async Task<HttpStatusCode[]> UploadManyAsync(TestTask task)
    {
        HttpStatusCode[] statuses = new HttpStatusCode[Uploads];
        for (int i = 0; i < Uploads; i++)
        {
            statuses[i] = (await RawHttp.PostAsync(Resource(task), DapVersion.Newest.MediaTypes.UploadRequest, ReportFactory.UploadBody(Make(task)))).Status;
        }

        return statuses;
    }
}
