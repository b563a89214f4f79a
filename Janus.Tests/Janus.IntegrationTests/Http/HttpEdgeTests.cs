using System.Net;
using System.Net.Sockets;
using System.Text;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Http;

/// <summary>What HTTP itself allows and forbids: HEAD, broken framing, senders who go away, and our own failures.</summary>
public sealed class HttpEdgeTests : ResourceFixture
{
    private static readonly IEnumerable<Resource> Readable = Resource.WithId.Where(resource => resource.Method == "GET");

    [TestCaseSource(nameof(Readable))]
    public async Task A_resource_that_can_be_read_answers_head_like_get_without_a_body(Resource resource)
    {
        TestTask task = await AddTaskAsync(resource);
        Uri uri = UriOf(resource, task.Id.ToString());
        foreach (BearerToken? token in new BearerToken?[] { null, TokenOf(resource, task) })
        {
            HttpAnswer get = await RawHttp.GetAsync(uri, token);
            HttpAnswer head = await RawHttp.SendAsync(HttpMethod.Head, uri, token);
            Assert.That((head.Status, head.ContentType, head.Authenticate), Is.EqualTo((get.Status, get.ContentType, get.Authenticate)));
            Assert.That(head.Body, Is.Empty);
        }
    }

    [Test]
    public async Task A_body_whose_chunks_are_malformed_is_answered_with_a_problem_document()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        string answer = await SendRawAsync($"{UploadHead(task)}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nnonsense\r\n");
        Assert.That(answer, Does.StartWith("HTTP/1.1 400 "));
        Assert.That(answer, Does.Contain("\r\nContent-Type: application/problem+json\r\n").And.Not.Contain("nonsense"));
        Assert.That(DapProblem.TryParse(Encoding.UTF8.GetBytes(answer.Split("\r\n\r\n")[1]))!.TaskId, Is.EqualTo(task.Id.ToString()));
    }

    [TestCase("GET /tasks/%00/reports HTTP/1.1\r\nHost: x\r\n\r\n")]
    [TestCase("nonsense\r\n\r\n")]
    [TestCase("GET /hpke_config HTTP/1.1\r\n\r\n")]
    [TestCase("GET /hpke_config HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n")]
    public async Task A_request_that_is_not_http_is_a_bad_request_without_an_explanation(string request)
    {
        string answer = await SendRawAsync(request);
        Assert.That(answer, Does.StartWith("HTTP/1.1 400 Bad Request\r\n"));
        Assert.That(answer.Split("\r\n\r\n")[1], Is.Empty);
    }

    // Whatever a proxy in front takes for the end, the octets behind ours are no second request.
    [TestCase("Content-Length: 5\r\nTransfer-Encoding: chunked")]
    [TestCase("Transfer-Encoding: chunked\r\nContent-Length: 5")]
    [TestCase("Transfer-Encoding: chunked\r\nContent-Length: 0")]
    [TestCase("Content-Length: 5\r\nContent-Length: 5")]
    [TestCase("Content-Length: 5\r\nContent-Length: 6")]
    [TestCase("Content-Length: 5, 5")]
    [TestCase("Content-Length: -5")]
    [TestCase("Content-Length: 0x5")]
    [TestCase("Content-Length: 99999999999999999999")]
    [TestCase("Content-Length : 5")]
    [TestCase("Content-Length: 5\r\nTransfer-Encoding: identity")]
    [TestCase("Content-Length: 5\r\nTransfer-Encoding: chunked, identity")]
    [TestCase("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity")]
    [TestCase("Transfer-Encoding: xchunked")]
    [TestCase("Transfer-Encoding: identity")]
    [TestCase("Transfer-Encoding : chunked")]
    [TestCase("Transfer-Encoding:\r\n chunked")]
    public async Task A_body_whose_end_is_ambiguous_is_refused_and_nothing_behind_it_is_answered(string framing)
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        string answer = await SendRawAsync($"{UploadHead(task)}{framing}\r\n\r\n0\r\n\r\nGET /hpke_config HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.That(answer, Does.StartWith("HTTP/1.1 400 ").Or.StartWith("HTTP/1.1 411 ").Or.StartWith("HTTP/1.1 501 "));
        Assert.That(answer, Does.Contain("Connection: close"));
        Assert.That(answer.Split("HTTP/1.1 "), Has.Length.EqualTo(2));
    }

    // As a page in a chunk's extension, or behind a bare line feed, that a proxy takes for something else.
    [TestCase("5;a=\n0\r\n01234\r\n0\r\n\r\n")]
    [TestCase("5\n01234\r\n0\r\n\r\n")]
    [TestCase("5\r\n01234xx0\r\n\r\n")]
    [TestCase("FFFFFFFFFFFFFFFFF\r\n01234\r\n0\r\n\r\n")]
    [TestCase("-5\r\n01234\r\n0\r\n\r\n")]
    public async Task A_chunk_that_two_servers_may_read_differently_is_refused(string body)
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        string answer = await SendRawAsync($"{UploadHead(task)}Transfer-Encoding: chunked\r\n\r\n{body}GET /hpke_config HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.That(answer, Does.StartWith("HTTP/1.1 400 "));
        Assert.That(answer.Split("HTTP/1.1 "), Has.Length.EqualTo(2));
    }

    [Test]
    public async Task A_sender_who_goes_away_in_the_middle_leaves_nothing_behind_and_is_no_failure_of_ours()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        byte[] body = ReportFactory.UploadBody(new ReportFactory(task, HpkeConfig, null, CurrentTime).Make(1, 2));
        int before = Aggregator.Logs.Lines.Count;
        foreach (int sent in new[] { 0, 10, body.Length - 1 })
        {
            using TcpClient client = new();
            await client.ConnectAsync(IPAddress.Loopback, Aggregator.Endpoint.Port);
            client.LingerState = new LingerOption(true, 0);
            byte[] head = Encoding.ASCII.GetBytes($"{UploadHead(task)}Content-Length: {body.Length}\r\n\r\n");
            await client.GetStream().WriteAsync(head.Concat(body.Take(sent)).ToArray());
            await client.GetStream().FlushAsync();
            await Task.Delay(50);
        }

        Assert.That(() => Aggregator.Logs.Lines.Skip(before).Count(line => line.Contains("aborted by the peer", StringComparison.Ordinal)
            || (line.Contains("RefusalLog Debug: ", StringComparison.Ordinal) && line.Contains("bad request", StringComparison.Ordinal))), Is.EqualTo(3).After(10_000, 50));
        Assert.That(Aggregator.Logs.Lines.Skip(before), Has.None.Contains("ProblemMiddleware Error: "));
        Assert.That(await CountAsync("unaggregated_reports", task), Is.Zero);
    }

    [Test]
    public async Task A_failure_of_ours_is_a_500_that_tells_nothing_of_its_reason()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        await ExecuteAsync($"UPDATE tasks SET verify_key = '\\x00' WHERE task_id = '\\x{Convert.ToHexString(task.Id.ToArray())}'");
        HttpAnswer answer = await RefuseAsync(() => RawHttp.PostAsync(
            At($"tasks/{task.Id}/reports"), DapVersion.Newest.MediaTypes.UploadRequest, []));
        AssertProblem(answer, HttpStatusCode.InternalServerError);
        Assert.That(answer.Problem.Detail, Is.EqualTo("the server failed to handle the request; try again later"));
        Assert.That(answer.Problem.TaskId, Is.EqualTo(task.Id.ToString()));
    }

    private static string UploadHead(TestTask task) =>
        $"POST /tasks/{task.Id}/reports HTTP/1.1\r\nHost: x\r\nContent-Type: {DapVersion.Newest.MediaTypes.UploadRequest}\r\n";

    // Until the server closes the connection, which it does after these.
    private async Task<string> SendRawAsync(string request)
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, Aggregator.Endpoint.Port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using StreamReader reader = new(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }
}
