using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Janus.Dap;

namespace Janus.UnitTests.Dap;

[TestFixture]
public sealed class HttpRetryTests
{
    private static readonly BackOff Quick = new()
    {
        InitialDelay = TimeSpan.FromMilliseconds(1),
        MaximumDelay = TimeSpan.FromMilliseconds(2),
        MaximumAttempts = 3,
    };

    [TestCase(408, true)]
    [TestCase(425, true)]
    [TestCase(429, true)]
    [TestCase(500, true)]
    [TestCase(503, true)]
    [TestCase(599, true)]
    [TestCase(501, false)]
    [TestCase(505, false)]
    [TestCase(200, false)]
    [TestCase(400, false)]
    [TestCase(404, false)]
    [TestCase(409, false)]
    public void Status_codes_are_classified(int status, bool retryable) =>
        Assert.That(HttpRetry.IsRetryable((HttpStatusCode)status), Is.EqualTo(retryable));

    [Test]
    public void Failures_of_the_transport_are_classified()
    {
        Assert.That(HttpRetry.IsRetryable(new HttpRequestException(HttpRequestError.ConnectionError)), Is.True);
        Assert.That(HttpRetry.IsRetryable(new HttpRequestException(HttpRequestError.NameResolutionError)), Is.True);
        Assert.That(HttpRetry.IsRetryable(new HttpRequestException(HttpRequestError.SecureConnectionError, "", new AuthenticationException())), Is.False);
        Assert.That(HttpRetry.IsRetryable(new SocketException()), Is.True);
        Assert.That(HttpRetry.IsRetryable(new TaskCanceledException("", new TimeoutException())), Is.True);
        Assert.That(HttpRetry.IsRetryable(new TaskCanceledException()), Is.False);
        Assert.That(HttpRetry.IsRetryable(new InvalidOperationException()), Is.False);
    }

    [Test]
    public void Delays_grow_up_to_the_maximum()
    {
        BackOff backOff = new() { InitialDelay = TimeSpan.FromSeconds(1), MaximumDelay = TimeSpan.FromSeconds(10), Jitter = 0 };

        Assert.That(
            Enumerable.Range(1, 6).Select(attempt => backOff.DelayAfter(attempt).TotalSeconds),
            Is.EqualTo(new[] { 1.0, 2, 4, 8, 10, 10 }));
        Assert.That(backOff.DelayAfter(100_000), Is.EqualTo(TimeSpan.FromSeconds(10)));
    }

    [Test]
    public void Jitter_only_shortens_a_delay()
    {
        BackOff backOff = new() { InitialDelay = TimeSpan.FromSeconds(1), Jitter = 0.5 };

        double[] delays = [.. Enumerable.Range(0, 200).Select(_ => backOff.DelayAfter(1).TotalSeconds)];

        Assert.That(delays, Is.All.InRange(0.5, 1.0));
        Assert.That(delays.Distinct().Count(), Is.GreaterThan(100));
    }

    [Test]
    public void A_server_can_only_make_a_delay_longer()
    {
        BackOff backOff = new() { InitialDelay = TimeSpan.FromSeconds(2), MaximumDelay = TimeSpan.FromSeconds(30), Jitter = 0 };

        Assert.That(backOff.DelayAfter(1, TimeSpan.FromSeconds(5)), Is.EqualTo(TimeSpan.FromSeconds(5)));
        Assert.That(backOff.DelayAfter(1, TimeSpan.Zero), Is.EqualTo(TimeSpan.FromSeconds(2)));
        Assert.That(backOff.DelayAfter(1, TimeSpan.FromDays(1)), Is.EqualTo(TimeSpan.FromSeconds(30)));
    }

    [Test]
    public async Task A_request_is_sent_again_until_it_succeeds()
    {
        using Answers answers = new(_ => throw new HttpRequestException(HttpRequestError.ConnectionError), Status(503), Status(200));

        using HttpResponseMessage response = await SendAsync(answers);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(answers.Requests, Is.EqualTo(3));
    }

    [Test]
    public async Task The_last_answer_is_returned_when_attempts_run_out()
    {
        using Answers answers = new(Status(503), Status(503), Status(502), Status(200));

        using HttpResponseMessage response = await SendAsync(answers);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadGateway));
        Assert.That(answers.Requests, Is.EqualTo(3));
    }

    [Test]
    public void The_last_failure_is_thrown_when_attempts_run_out()
    {
        using Answers answers = new(_ => throw new HttpRequestException(HttpRequestError.ConnectionError));

        Assert.That(async () => await SendAsync(answers), Throws.TypeOf<HttpRequestException>());
        Assert.That(answers.Requests, Is.EqualTo(3));
    }

    [Test]
    public async Task An_answer_that_will_not_change_is_returned_at_once()
    {
        using Answers answers = new(Status(400), Status(200));

        using HttpResponseMessage response = await SendAsync(answers);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public void The_wait_a_server_asks_for_is_read()
    {
        using HttpResponseMessage response = new(HttpStatusCode.ServiceUnavailable);
        Assert.That(HttpRetry.DelayOf(response, TimeProvider.System), Is.Null);

        response.Headers.TryAddWithoutValidation("Retry-After", "300");
        Assert.That(HttpRetry.DelayOf(response, TimeProvider.System), Is.EqualTo(TimeSpan.FromMinutes(5)));

        response.Headers.Remove("Retry-After");
        response.Headers.TryAddWithoutValidation("Retry-After", "whenever");
        Assert.That(HttpRetry.DelayOf(response, TimeProvider.System), Is.Null);
    }

    [Test]
    public void Cancellation_is_not_retried()
    {
        using CancellationTokenSource source = new();
        using Answers answers = new(_ =>
        {
            source.Cancel();
            throw new IOException();
        });

        Assert.That(async () => await SendAsync(answers, source.Token), Throws.InstanceOf<Exception>());
        Assert.That(answers.Requests, Is.EqualTo(1));
    }

    private static Func<int, HttpResponseMessage> Status(int status) => _ => new HttpResponseMessage((HttpStatusCode)status);

    private static async Task<HttpResponseMessage> SendAsync(Answers answers, CancellationToken cancellationToken = default)
    {
        using HttpClient client = new(answers, disposeHandler: false);
        return await HttpRetry.SendAsync(
            client, () => new HttpRequestMessage(HttpMethod.Get, "https://a.test/"), Quick, TimeProvider.System, cancellationToken);
    }

    private sealed class Answers(params Func<int, HttpResponseMessage>[] answers) : HttpMessageHandler
    {
        public int Requests { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            return Task.FromResult(answers[Math.Min(Requests, answers.Length) - 1](Requests));
        }
    }
}
