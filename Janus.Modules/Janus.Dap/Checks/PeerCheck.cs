using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Janus.Codec;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>
/// Asks the other Aggregator of a task whether both fit together. What is asked changes nothing there.
/// </summary>
/// <remarks>
/// (1) Its HPKE configurations tell whether it is there, which clock it has, and whether Clients can encrypt to it. (2) A
/// Leader asks for the <see cref="TaskAgreement"/>, an extension of ours; where the Helper has none, the answer about an
/// aggregation job that does not exist tells what DAP lets a Leader see: whether the task is known and the token accepted.
/// (3) A Helper has no credential for the Leader: it uploads no report at all, which tells whether the task is known.
/// </remarks>
public sealed class PeerCheck
{
    /// <summary>The names of the checks, in their order.</summary>
    public static IReadOnlyList<string> Names { get; } = [Reachable, HpkeKeys, Clock, Task, Token, Configuration, VerifyKey];

    /// <summary>How far the clocks may be apart.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(30);

    private const string Reachable = "reachable";
    private const string HpkeKeys = "HPKE keys";
    private const string Clock = "clock";
    private const string Task = "task";
    private const string Token = "token";
    private const string Configuration = "task configuration";
    private const string VerifyKey = "verify key";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient _client;
    private readonly TimeProvider _time;

    /// <summary>Asks with <paramref name="client"/>, which stays the caller's; it follows no redirects.</summary>
    public PeerCheck(HttpClient client, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(time);
        _client = client;
        _time = time;
    }

    /// <summary>Runs all checks; one finding for each of <see cref="Names"/>.</summary>
    public async Task<IReadOnlyList<PeerFinding>> RunAsync(PeerCheckSubject subject, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        AggregatorUrls urls = new(subject.PeerEndpoint);
        string peer = subject.Peer == Role.Helper ? "the Helper" : "the Leader";
        List<PeerFinding> findings = [];
        DateTimeOffset asked = _time.GetUtcNow();
        PeerAnswer answer;
        try
        {
            // (1)
            using HttpRequestMessage request = new(HttpMethod.Get, urls.HpkeConfig());
            request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(DapVersion.Newest.MediaTypes.HpkeConfigList));
            answer = await PeerAnswer.SendAsync(_client, request, token: null, Timeout, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or TimeoutException)
        {
            (string finding, string remedy) = PeerFailures.Describe(urls.Endpoint, exception);
            return [PeerFinding.Failed(Reachable, finding, remedy), .. Rest(findings, "it cannot be reached")];
        }

        findings.Add(PeerFinding.Ok(Reachable, $"{peer} at {urls.Endpoint} answers"));
        findings.Add(CheckKeys(answer, urls));
        findings.Add(CheckClock(answer, asked, _time.GetUtcNow()));
        if (findings[1].Outcome == CheckOutcome.Failed && !IsHpkeAnswer(answer))
        {
            return [.. findings, .. Rest(findings, "no Aggregator is found there")];
        }

        try
        {
            // (2), (3)
            findings.AddRange(subject.Role == Role.Leader
                ? await AskHelperAsync(subject, urls, cancellationToken)
                : await AskLeaderAsync(subject, urls, cancellationToken));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or TimeoutException)
        {
            (string finding, string remedy) = PeerFailures.Describe(urls.Endpoint, exception);
            findings.Add(PeerFinding.Failed(Task, finding, remedy));
        }

        return [.. findings, .. Rest(findings, "it was not asked any more")];
    }

    private static IEnumerable<PeerFinding> Rest(List<PeerFinding> found, string reason) => Names
        .Skip(Math.Max(1, found.Count))
        .Select(name => PeerFinding.Unknown(name, reason));

    private static bool IsHpkeAnswer(PeerAnswer answer) =>
        answer.Status == HttpStatusCode.OK && DapMediaType.Matches(answer.ContentType, DapVersion.Newest.MediaTypes.HpkeConfigList);

    private static PeerFinding CheckKeys(PeerAnswer answer, AggregatorUrls urls)
    {
        if (!IsHpkeAnswer(answer))
        {
            return PeerFinding.Failed(
                HpkeKeys,
                answer.Status == HttpStatusCode.OK
                    ? $"{urls.HpkeConfig()} is no list of HPKE configurations"
                    : $"{urls.HpkeConfig()} answers {answer.Description}",
                (int)answer.Status >= 500
                    ? "the peer is there and in trouble: its operator sees why ('janus health', its log)"
                    : "is the URL of the task configuration the peer's, path and scheme included?");
        }

        try
        {
            HpkeConfigList list = WireMessage.Decode<HpkeConfigList>(answer.Content);
            HpkeConfig[] usable = [.. list.Configs.Where(config => config.Suite().IsSupported)];
            return usable.Length > 0
                ? PeerFinding.Ok(HpkeKeys, $"{usable.Length} of {list.Configs.Count} usable: {string.Join(", ", usable.Select(config => config.Id))}")
                : PeerFinding.Failed(HpkeKeys, $"none of its {list.Configs.Count} HPKE configurations is supported here", "its operator makes a key of another suite ('janus hpke-key add')");
        }
        catch (DecodeException exception)
        {
            return PeerFinding.Failed(HpkeKeys, $"its HPKE configurations are malformed: {exception.Message}", "is a proxy in between that changes answers?");
        }
    }

    private static PeerFinding CheckClock(PeerAnswer answer, DateTimeOffset asked, DateTimeOffset answered)
    {
        if (answer.Date is not { } date)
        {
            return PeerFinding.Unknown(Clock, "the answer has no Date");
        }

        // The header is cut to the second, and was written somewhere between both.
        TimeSpan ahead = date - answered;
        TimeSpan behind = asked - date - TimeSpan.FromSeconds(1);
        TimeSpan apart = ahead > TimeSpan.Zero ? ahead : behind > TimeSpan.Zero ? behind : TimeSpan.Zero;
        string text = string.Create(
            CultureInfo.InvariantCulture, $"its clock is {(apart < TimeSpan.FromSeconds(1) ? "ours" : $"{apart.TotalSeconds:0} seconds {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} ours")}");
        return apart <= ClockTolerance
            ? PeerFinding.Ok(Clock, text)
            : PeerFinding.Failed(Clock, text, "one of the two machines needs NTP: reports are refused as too early, and tokens as not valid yet");
    }

    private async Task<IReadOnlyList<PeerFinding>> AskHelperAsync(PeerCheckSubject subject, AggregatorUrls urls, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, urls.Agreement(subject.TaskId));
        PeerAnswer answer = await PeerAnswer.SendAsync(_client, request, subject.Token, Timeout, cancellationToken);
        try
        {
            if (answer.Status == HttpStatusCode.OK && TaskAgreement.TryParse(answer.Content) is { } agreement)
            {
                return [PeerFinding.Ok(Task, "the Helper has the task"), Accepted(subject), .. HelperComparison.Of(subject, agreement, Configuration, VerifyKey)];
            }
        }
        catch (FormatException exception)
        {
            // It tells only of a task that it has, and only whom it authenticates.
            PeerFinding malformed = PeerFinding.Failed(Configuration, $"the Helper's answer about it is malformed: {exception.Message}", "is a proxy in between that changes answers?");
            return [PeerFinding.Ok(Task, "the Helper has the task"), Accepted(subject), malformed, malformed with { Check = VerifyKey }];
        }

        if (answer.Problem?.DapType == DapProblemType.UnrecognizedTask)
        {
            return HelperRefusals.Describe(subject, answer, Task, Token);
        }

        // What DAP lets a Leader see: it may be another implementation, or a gateway that refuses paths it does not know.
        using HttpRequestMessage probe = new(HttpMethod.Get, urls.AggregationJob(subject.TaskId, AggregationJobId.Random()));
        PeerAnswer told = await PeerAnswer.SendAsync(_client, probe, subject.Token, Timeout, cancellationToken);
        if (told.IsUnauthenticated || told.Problem?.DapType == DapProblemType.UnrecognizedTask)
        {
            return HelperRefusals.Describe(subject, told, Task, Token);
        }

        bool isKnown = told.Problem?.DapType == DapProblemType.UnrecognizedAggregationJob;
        string noAgreement = "the Helper tells no fingerprints (it is not Janus, or an older one)";
        return
        [
            isKnown ? PeerFinding.Ok(Task, "the Helper has the task") : PeerFinding.Unknown(Task, $"the Helper answers {told.Description} about an aggregation job that does not exist"),
            isKnown ? Accepted(subject) : PeerFinding.Unknown(Token, "it was not refused"),
            PeerFinding.Unknown(Configuration, noAgreement, $"ours: {TaskFingerprints.OfConfiguration(subject.TaskId, subject.Configuration)}; have its operator compare the task configuration"),
            PeerFinding.Unknown(VerifyKey, noAgreement, "when all reports fail verification, compare the verify keys"),
        ];
    }

    private async Task<IReadOnlyList<PeerFinding>> AskLeaderAsync(PeerCheckSubject subject, AggregatorUrls urls, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, urls.Reports(subject.TaskId)) { Content = new ByteArrayContent([]) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(DapVersion.Newest.MediaTypes.UploadRequest);
        PeerAnswer answer = await PeerAnswer.SendAsync(_client, request, token: null, Timeout, cancellationToken);
        string remedy = $"the Leader's operator runs 'janus task check {subject.TaskId}', or compares its 'janus task show' with ours";
        PeerFinding task = answer.Problem?.DapType == DapProblemType.UnrecognizedTask
            ? subject.IsAdvertised
                ? PeerFinding.Unknown(Task, "the Leader does not know the task yet: it is advertised with the first report")
                : PeerFinding.Failed(Task, "the Leader does not know the task", "its operator adds it, or deletes ours if the task is over")
            : (int)answer.Status < 300 || answer.Problem?.DapType == DapProblemType.InvalidMessage
                ? PeerFinding.Ok(Task, "the Leader has the task")
                : PeerFinding.Unknown(Task, $"the Leader answers {answer.Description} to an upload without a report");
        return
        [
            task,
            PeerFinding.Unknown(Token, "only the Leader has one", remedy),
            PeerFinding.Unknown(Configuration, $"a Helper cannot ask; ours is {TaskFingerprints.OfConfiguration(subject.TaskId, subject.Configuration)}", remedy),
            PeerFinding.Unknown(VerifyKey, $"a Helper cannot ask; ours is {TaskFingerprints.OfVerifyKey(subject.TaskId, subject.VerificationKeyId, subject.VerifyKey.Span)}", remedy),
        ];
    }

    private static PeerFinding Accepted(PeerCheckSubject subject) => PeerFinding.Ok(
        Token, subject.Token is null ? "the Helper takes our requests without a token (by the client certificate)" : "the Helper accepts our token");
}
