using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Janus.UnitTests.Dap;

/// <summary>What a check of a peer makes of its answers, whoever it is.</summary>
public sealed class PeerCheckTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
    private static readonly TestTask Known = new(new TestTaskOptions());

    [Test]
    public async Task A_helper_like_ours_is_compared_in_every_respect()
    {
        Assert.That(Summary(await CheckAsync(Answering())), Is.EqualTo("ok ok ok ok ok ok ok"));
    }

    [TestCase(-31, "failed", "32 seconds behind|31 seconds behind|30 seconds behind")]
    [TestCase(-20, "ok", "seconds behind")]
    [TestCase(31, "failed", "31 seconds ahead")]
    [TestCase(0, "ok", "its clock is ours")]
    public async Task A_clock_that_is_off_is_seen(int seconds, string outcome, string text)
    {
        Peer peer = Answering();
        peer.Clock = Now.AddSeconds(seconds < -20 ? seconds - 1 : seconds);
        PeerFinding clock = (await CheckAsync(peer))[2];
        Assert.That(clock.Outcome.ToString().ToLowerInvariant(), Is.EqualTo(outcome));
        Assert.That(clock.Finding, Does.Match(text));
    }

    [Test]
    public async Task A_verify_key_that_differs_is_named_with_its_remedy()
    {
        Peer peer = Answering(AgreementOf(Known.Configuration, new byte[32]));
        IReadOnlyList<PeerFinding> findings = await CheckAsync(peer);
        Assert.That(Summary(findings), Is.EqualTo("ok ok ok ok ok ok failed"));
        Assert.That(findings[6].Remedy, Does.Contain("adds it again from the Leader's file"));
        Assert.That(findings[6].Finding, Does.Not.Contain(Convert.ToHexStringLower(Known.VerifyKey)));
    }

    [Test]
    public async Task A_configuration_that_differs_is_told_field_by_field()
    {
        TaskConfiguration other = new(Known.Configuration.Fields with
        {
            MinBatchSize = 10,
            VdafType = VdafType.Prio3Sum,
            VdafConfiguration = VdafDescription.Sum(7).EncodeConfiguration(),
        });
        IReadOnlyList<PeerFinding> findings = await CheckAsync(Answering(AgreementOf(other, Known.VerifyKey)));
        Assert.That(Summary(findings), Is.EqualTo("ok ok ok ok ok failed ok"));
        Assert.That(findings[5].Finding, Does.Contain("min batch size (ours 3, theirs 10)").And.Contain("VDAF (ours Prio3Histogram").And.Contain("theirs Prio3Sum"));
        Assert.That(findings[5].Finding, Does.Not.Contain("leader"));
    }

    [TestCase("\"verify_key_fingerprint\":null", "verify_key_fingerprint")]
    [TestCase("\"verify_key_fingerprint\":5", "verify_key_fingerprint")]
    [TestCase("\"verify_key_fingerprint\":\"x\",\"task_configuration\":null", "task_configuration")]
    [TestCase("\"verify_key_fingerprint\":\"x\"", "a member")]
    public async Task A_malformed_agreement_is_a_failure(string member, string named)
    {
        Peer peer = Answering();
        peer.Agreement = () => Content(Encoding.UTF8.GetBytes($$"""{{{member}},"task_configuration_fingerprint":"x","verification_key_id":1}"""), "application/json");
        IReadOnlyList<PeerFinding> findings = await CheckAsync(peer);
        Assert.That(Summary(findings), Is.EqualTo("ok ok ok ok ok failed failed"));
        Assert.That(findings[6].Finding, Does.Contain("malformed").And.Contain(named));
    }

    [TestCase("{}")]
    [TestCase("[]")]
    [TestCase("null")]
    [TestCase("<html>")]
    [TestCase("")]
    [TestCase("{\"a\":1,\"a\":2}")]
    public async Task An_answer_that_is_no_agreement_is_that_of_another_make(string answer)
    {
        Peer peer = Answering();
        peer.Agreement = () => Content(Encoding.UTF8.GetBytes(answer), "application/json");
        peer.AggregationJob = () => Problem(DapProblemType.UnrecognizedAggregationJob);
        Assert.That(Summary(await CheckAsync(peer)), Is.EqualTo("ok ok ok ok ok unknown unknown"));
    }

    [Test]
    public async Task A_refused_token_is_a_failure_and_a_task_that_is_not_told_of_is_unknown()
    {
        Peer peer = Answering();
        peer.Agreement = () => new HttpResponseMessage(HttpStatusCode.Unauthorized);
        peer.AggregationJob = () => new HttpResponseMessage(HttpStatusCode.Unauthorized);
        IReadOnlyList<PeerFinding> findings = await CheckAsync(peer);
        Assert.That(Summary(findings), Is.EqualTo("ok ok ok unknown failed unknown unknown"));
        Assert.That(findings[4].Remedy, Does.Contain("janus task token list"));
    }

    [Test]
    public async Task A_gateway_that_refuses_paths_it_does_not_know_refuses_no_token()
    {
        Peer peer = Answering();
        peer.Agreement = () => new HttpResponseMessage(HttpStatusCode.Forbidden);
        peer.AggregationJob = () => Problem(DapProblemType.UnrecognizedAggregationJob);
        Assert.That(Summary(await CheckAsync(peer)), Is.EqualTo("ok ok ok ok ok unknown unknown"));
    }

    [Test]
    public async Task A_task_that_the_helper_does_not_know_is_a_failure()
    {
        Peer peer = Answering();
        peer.Agreement = () => Problem(DapProblemType.UnrecognizedTask);
        Assert.That(Summary(await CheckAsync(peer)), Is.EqualTo("ok ok ok failed ok unknown unknown"));
    }

    [Test]
    public async Task A_helper_of_another_make_tells_what_dap_has_it_tell()
    {
        Peer peer = Answering();
        peer.Agreement = () => new HttpResponseMessage(HttpStatusCode.NotFound);
        peer.AggregationJob = () => Problem(DapProblemType.UnrecognizedAggregationJob);
        Assert.That(Summary(await CheckAsync(peer)), Is.EqualTo("ok ok ok ok ok unknown unknown"));

        peer.AggregationJob = () => Problem(DapProblemType.UnrecognizedTask);
        Assert.That(Summary(await CheckAsync(peer)), Is.EqualTo("ok ok ok failed ok unknown unknown"));

        peer.AggregationJob = () => new HttpResponseMessage(HttpStatusCode.Forbidden);
        Assert.That(Summary(await CheckAsync(peer)), Is.EqualTo("ok ok ok unknown failed unknown unknown"));

        peer.AggregationJob = () => new HttpResponseMessage(HttpStatusCode.MethodNotAllowed);
        Assert.That(Summary(await CheckAsync(peer)), Is.EqualTo("ok ok ok unknown unknown unknown unknown"));
        Assert.That(peer.Requests.Last(), Does.StartWith("GET /tasks/").And.Contain("/aggregation_jobs/"));
    }

    [Test]
    public async Task A_page_that_is_no_aggregator_is_not_asked_for_tasks()
    {
        Peer peer = Answering();
        peer.HpkeConfig = () => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("<html>") };
        IReadOnlyList<PeerFinding> findings = await CheckAsync(peer);
        Assert.That(Summary(findings), Is.EqualTo("ok failed ok unknown unknown unknown unknown"));
        Assert.That(findings[1].Remedy, Does.Contain("URL"));
        Assert.That(peer.Requests, Is.EqualTo(["GET /hpke_config"]), "the token goes to no stranger");
    }

    [Test]
    public async Task Keys_that_nobody_can_use_are_a_failure()
    {
        Peer peer = Answering();
        peer.HpkeConfig = () => Keys(new HpkeConfig(new HpkeConfigId(1), 0x7777, 1, 1, new byte[32]));
        Assert.That(Summary(await CheckAsync(peer)), Does.StartWith("ok failed ok ok ok"));
    }

    [Test]
    public async Task A_leader_without_a_valid_token_is_told_so()
    {
        Peer peer = Answering();
        peer.Agreement = () => new HttpResponseMessage(HttpStatusCode.Unauthorized);
        peer.AggregationJob = () => new HttpResponseMessage(HttpStatusCode.Unauthorized);
        IReadOnlyList<PeerFinding> findings = await CheckAsync(peer, Subject() with { Token = null });
        Assert.That(findings[4].Finding, Does.Contain("no token that is valid now"));
    }

    [Test]
    public async Task A_helper_sees_whether_the_leader_has_the_task_and_uploads_nothing()
    {
        Peer peer = Answering();
        IReadOnlyList<PeerFinding> findings = await CheckAsync(peer, Subject() with { Role = Role.Helper, Token = null });
        Assert.That(Summary(findings), Is.EqualTo("ok ok ok ok unknown unknown unknown"));
        Assert.That(peer.Requests.Last(), Is.EqualTo($"POST /tasks/{Known.Id}/reports"));
        Assert.That(findings[6].Remedy, Does.Contain("janus task check"));

        peer.Reports = () => Problem(DapProblemType.UnrecognizedTask);
        Assert.That(Summary(await CheckAsync(peer, Subject() with { Role = Role.Helper })), Is.EqualTo("ok ok ok failed unknown unknown unknown"));
    }

    [TestCase(HttpRequestError.NameResolutionError, "the name helper.example of https://helper.example is not known")]
    [TestCase(HttpRequestError.ConnectionError, "connection refused by https://helper.example")]
    [TestCase(HttpRequestError.SecureConnectionError, "no TLS connection to https://helper.example")]
    public async Task A_peer_that_cannot_be_reached_is_told_of_with_the_inner_cause(HttpRequestError error, string text)
    {
        Exception inner = error == HttpRequestError.ConnectionError ? new SocketException((int)SocketError.ConnectionRefused) : new AuthenticationException("bad frame");
        Peer peer = Answering();
        peer.HpkeConfig = () => throw new HttpRequestException(error, "An error occurred while sending the request.", inner);
        IReadOnlyList<PeerFinding> findings = await CheckAsync(peer);
        Assert.That(Summary(findings), Is.EqualTo("failed unknown unknown unknown unknown unknown unknown"));
        Assert.That(findings[0].Finding, Does.Contain(text).And.Not.Contain("An error occurred"));
        Assert.That(findings[0].Remedy, Is.Not.Empty);
    }

    private static string Summary(IReadOnlyList<PeerFinding> findings)
    {
        Assert.That(findings.Select(finding => finding.Check), Is.EqualTo(PeerCheck.Names));
        Assert.That(findings.Where(finding => finding.Outcome == CheckOutcome.Failed).Select(finding => finding.Remedy), Has.None.Null);
        return string.Join(' ', findings.Select(finding => finding.Outcome.ToString().ToLowerInvariant()));
    }

    private static async Task<IReadOnlyList<PeerFinding>> CheckAsync(Peer peer, PeerCheckSubject? subject = null)
    {
        using HttpClient client = new(peer, disposeHandler: false);
        return await new PeerCheck(client, new FakeTimeProvider(Now)).RunAsync(subject ?? Subject(), CancellationToken.None);
    }

    private static PeerCheckSubject Subject() => new()
    {
        TaskId = Known.Id,
        Role = Role.Leader,
        Configuration = Known.Configuration,
        VerifyKey = Known.VerifyKey,
        VerificationKeyId = Known.VerificationKeyId,
        Token = Known.AggregatorToken,
    };

    private static TaskAgreement AgreementOf(TaskConfiguration configuration, byte[] verifyKey) => new()
    {
        TaskConfiguration = Base64Url.EncodeToString(configuration.Encoded.Span),
        TaskConfigurationFingerprint = TaskFingerprints.OfConfiguration(Known.Id, configuration),
        VerifyKeyFingerprint = TaskFingerprints.OfVerifyKey(Known.Id, Known.VerificationKeyId, verifyKey),
        VerificationKeyId = Known.VerificationKeyId,
    };

    private static Peer Answering(TaskAgreement? agreement = null) => new()
    {
        HpkeConfig = () => Keys(Known.CollectorHpkeConfig),
        Agreement = () => Content((agreement ?? AgreementOf(Known.Configuration, Known.VerifyKey)).ToJson(), "application/json"),
    };

    private static HttpResponseMessage Keys(HpkeConfig config) => Content(WireMessage.Encode(new HpkeConfigList([config])), DapVersion.Newest.MediaTypes.HpkeConfigList);

    private static HttpResponseMessage Problem(DapProblemType type)
    {
        HttpResponseMessage answer = Content(new DapProblemException(type, "as it is").ToProblem().ToJson(), DapMediaType.Problem);
        answer.StatusCode = type.Status;
        return answer;
    }

    private static HttpResponseMessage Content(byte[] content, string mediaType) => new(HttpStatusCode.OK)
    {
        Content = new ByteArrayContent(content) { Headers = { ContentType = MediaTypeHeaderValue.Parse(mediaType) } },
    };

    private sealed class Peer : HttpMessageHandler
    {
        public DateTimeOffset Clock { get; set; } = Now;

        public required Func<HttpResponseMessage> HpkeConfig { get; set; }

        public required Func<HttpResponseMessage> Agreement { get; set; }

        public Func<HttpResponseMessage> AggregationJob { get; set; } = () => new HttpResponseMessage(HttpStatusCode.NotFound);

        public Func<HttpResponseMessage> Reports { get; set; } = () => new HttpResponseMessage(HttpStatusCode.OK);

        public List<string> Requests { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string path = request.RequestUri!.AbsolutePath;
            Requests.Add($"{request.Method} {path}");
            bool carriesToken = request.Headers.Authorization is not null;
            Assert.That(carriesToken && (path.EndsWith("hpke_config", StringComparison.Ordinal) || path.EndsWith("reports", StringComparison.Ordinal)), Is.False);
            HttpResponseMessage answer = path switch
            {
                _ when path.EndsWith("/hpke_config", StringComparison.Ordinal) => HpkeConfig(),
                _ when path.EndsWith("/agreement", StringComparison.Ordinal) => Agreement(),
                _ when path.EndsWith("/reports", StringComparison.Ordinal) => Reports(),
                _ => AggregationJob(),
            };
            answer.Headers.Date = Clock;
            return Task.FromResult(answer);
        }
    }
}
