using System.Net;
using System.Net.Sockets;
using System.Text;
using Janus.Dap;
using Janus.Messages;

namespace Janus.UnitTests.Dap;

/// <summary>What a person reads when an Aggregator does not answer, or refuses.</summary>
[TestFixture]
public sealed class FailureTextTests
{
    private static readonly Uri Resource = new("https://helper.example/tasks/AAAA/aggregation_jobs");

    [Test]
    public async Task Refused_connection_names_the_address() =>
        Assert.That(await MessageOfAsync(new Uri($"http://127.0.0.1:{UnusedPort()}/hpke_config")), Does.Match(@"^connection refused by http://127\.0\.0\.1:\d+$"));

    [Test]
    public async Task Unknown_name_is_told() =>
        Assert.That(await MessageOfAsync(new Uri("https://helper.invalid/hpke_config")), Does.StartWith("the name helper.invalid of https://helper.invalid is not known"));

    [Test]
    public async Task Server_that_does_not_speak_tls_is_told()
    {
        await using OneAnswerServer server = new("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        Assert.That(await MessageOfAsync(new Uri($"https://127.0.0.1:{server.Port}/")), Does.StartWith($"no TLS connection to https://127.0.0.1:{server.Port}: "));
    }

    [Test]
    public async Task Answer_that_breaks_off_is_told()
    {
        await using OneAnswerServer server = new("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        Assert.That(await MessageOfAsync(new Uri($"http://127.0.0.1:{server.Port}/x")), Does.StartWith($"the answer of http://127.0.0.1:{server.Port}/x broke off"));
    }

    [Test]
    public async Task Answer_that_is_not_http_is_told()
    {
        await using OneAnswerServer server = new("220 mail.example ESMTP\r\n");
        Assert.That(await MessageOfAsync(new Uri($"http://127.0.0.1:{server.Port}/x")), Does.Contain($"http://127.0.0.1:{server.Port}/x"));
    }

    [Test]
    public async Task Silence_is_told_with_the_time()
    {
        await using OneAnswerServer server = new("");
        Assert.That(
            await MessageOfAsync(new Uri($"http://127.0.0.1:{server.Port}/x"), TimeSpan.FromMilliseconds(300)),
            Is.EqualTo($"http://127.0.0.1:{server.Port}/x did not answer in time (0.3 s)"));
    }

    [TestCase(401, """{"type":"about:blank","title":"not authenticated","detail":"a bearer token expected"}""", "401 Unauthorized: \"a bearer token expected\"")]
    [TestCase(404, """{"type":"urn:ietf:params:ppm:dap:error:unrecognizedTask","detail":"no such task"}""", "404 Not Found, unrecognizedTask: \"no such task\"")]
    [TestCase(400, """{"type":"urn:ietf:params:ppm:dap:error:batchInvalid","title":"the query"}""", "400 Bad Request, batchInvalid: \"the query\"")]
    [TestCase(400, """{"type":"https://x.example/\nforged"}""", "400 Bad Request, \"https://x.example/\\nforged\"")]
    [TestCase(503, null, "503 Service Unavailable without a problem document")]
    [TestCase(599, "{}", "599")]
    public void Refusal_is_told_in_words(int status, string? problem, string expected)
    {
        DapResponseException failure = new(Resource, (HttpStatusCode)status, problem is null ? null : DapProblem.TryParse(Encoding.UTF8.GetBytes(problem)));
        Assert.That(failure.Message, Is.EqualTo($"{Resource} answered {expected}"));
    }

    [Test]
    public void What_the_aggregator_says_is_bounded()
    {
        string endless = new('x', 60_000);
        DapResponseException failure = new(Resource, HttpStatusCode.BadRequest, new DapProblem { Type = endless, Title = endless, Detail = endless });
        Assert.That(failure.Message, Has.Length.LessThan(450));
    }

    [TestCase(401, null, Role.Leader, "janus task token")]
    [TestCase(403, null, Role.Leader, "janus task token")]
    [TestCase(401, null, Role.Collector, "collector.json")]
    [TestCase(404, null, Role.Client, "no DAP aggregator at this URL")]
    [TestCase(404, "unrecognizedTask", Role.Leader, "janus task add --task-file")]
    [TestCase(404, "unrecognizedTask", Role.Client, "janus task add")]
    [TestCase(302, null, Role.Leader, "redirects are not followed")]
    public void Ordinary_cause_has_its_remedy(int status, string? token, Role asker, string expected)
    {
        DapProblem? problem = token is null ? null : new DapProblem { Type = $"urn:ietf:params:ppm:dap:error:{token}" };
        Assert.That(Remedy.For(new DapResponseException(Resource, (HttpStatusCode)status, problem), asker), Does.StartWith("; ").And.Contain(expected));
    }

    [TestCase(-600, "its clock is 600 s behind ours")]
    [TestCase(3600, "its clock is 3600 s ahead of ours")]
    public void Wrong_clock_is_told(int seconds, string expected)
    {
        DapResponseException failure = new(Resource, HttpStatusCode.BadRequest, null) { ClockSkew = TimeSpan.FromSeconds(seconds) };
        Assert.That(Remedy.For(failure, Role.Leader), Does.Contain(expected));
    }

    [Test]
    public void Nothing_ordinary_needs_no_remedy() =>
        Assert.That(Remedy.For(new DapResponseException(Resource, HttpStatusCode.BadGateway, null) { ClockSkew = TimeSpan.FromSeconds(5) }, Role.Leader), Is.Empty);

    private static async Task<string> MessageOfAsync(Uri resource, TimeSpan? timeout = null)
    {
        using HttpClient client = new(DapHttpHandler.Create()) { Timeout = timeout ?? TimeSpan.FromSeconds(20) };
        DapExchange exchange = new(client, new BackOff { MaximumAttempts = 1 }, TimeProvider.System);
        Exception? failure = await Assert.CatchAsync(() => exchange.SendAsync(new DapRequest(DapOperation.GetHpkeConfigs, HttpMethod.Get, resource)));
        Assert.That(HttpRetry.IsRetryable(failure!) || failure is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }, Is.True, "classed as before");
        return failure!.Message;
    }

    private static int UnusedPort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Answers whatever is sent with the same bytes, and closes unless there are none.</summary>
    private sealed class OneAnswerServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _loop;

        public OneAnswerServer(string answer)
        {
            _listener.Start();
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
            _loop = ServeAsync(Encoding.ASCII.GetBytes(answer));
        }

        public int Port { get; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _listener.Dispose();
            _stop.Dispose();
        }

        private async Task ServeAsync(byte[] answer)
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                NetworkStream stream = client.GetStream();
                _ = await stream.ReadAsync(new byte[4096], _stop.Token);
                await stream.WriteAsync(answer, _stop.Token);
                if (answer.Length == 0)
                {
                    await Task.Delay(Timeout.Infinite, _stop.Token);
                }
            }
        }
    }
}
