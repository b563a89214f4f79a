using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Testing;

/// <summary>
/// A Leader that talks to a real Helper one request at a time: it verifies its side of every report and keeps what
/// both committed, so that a test can compare the Helper's aggregate share with it.
/// </summary>
public sealed class ScriptedLeader
{
    private readonly Dictionary<ReportId, byte[]> _states = [];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Uri _helper;
    private readonly byte[] _aggParam;
    private readonly byte[] _aggShare;

    /// <param name="task">The task, known to the Helper.</param>
    /// <param name="helper">Where the Helper really is, with a slash at the end.</param>
    /// <param name="aggParam">The aggregation parameter; empty when omitted.</param>
    public ScriptedLeader(TestTask task, Uri helper, byte[]? aggParam = null)
    {
        Task = task;
        _helper = helper;
        _aggParam = aggParam ?? [];
        _aggShare = new byte[task.Vdaf.AggShareLength(_aggParam)];
        task.Vdaf.AggInit(_aggParam, _aggShare);
    }

    public TestTask Task { get; }

    /// <summary>The reports that both sides accepted.</summary>
    public List<ReportId> Committed { get; } = [];

    public Uri AggregationJobs => new(_helper, $"tasks/{Task.Id}/aggregation_jobs");

    public Uri AggregateShares => new(_helper, $"tasks/{Task.Id}/aggregate_shares");

    /// <summary>The Leader's share of the aggregate of <see cref="Committed"/>.</summary>
    public ReadOnlyMemory<byte> AggShare => _aggShare;

    /// <summary>Begins the verification of a report. A report that the VDAF refuses gets a message of zeros.</summary>
    public VerifyInit Init(MadeReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        VerifyOutcome[] outcomes = new VerifyOutcome[1];
        byte[] state = new byte[Task.PingPong.StateLength(_aggParam, 0)];
        byte[] message = new byte[Task.PingPong.MessageLength(_aggParam, 0)];
        Task.PingPong.LeaderInit(Task.VerifyKey, Task.Context, _aggParam, [report.LeaderInput], outcomes, state, message);
        _states[report.Id] = state;
        return new VerifyInit(
            new ReportShare(report.Report.ReportMetadata, report.Report.PublicShare, report.Report.HelperEncryptedInputShare), message);
    }

    /// <summary>The body of a request with these reports.</summary>
    public byte[] InitBody(IEnumerable<VerifyInit> inits, BatchId? batchId = null) =>
        InitBody(inits, batchId is { } id ? [AggregationJobExtension.LeaderSelectedBatchId(id)] : []);

    /// <summary>The body of a request with these reports and any header.</summary>
    public byte[] InitBody(
        IEnumerable<VerifyInit> inits,
        IReadOnlyList<AggregationJobExtension> extensions,
        byte? verificationKeyId = null,
        byte[]? aggParam = null) => WireMessage.Encode(new AggregationJobInitReq(
            new AggregationJobInitReqHeader(new VerificationKeyId(verificationKeyId ?? Task.VerificationKeyId), aggParam ?? _aggParam, extensions),
            [.. inits]));

    /// <summary>Creates a job and polls until its answer is there, if it is deferred.</summary>
    public async Task<HttpAnswer> PostInitAsync(byte[] body) => await AwaitAsync(await PostInitOnceAsync(body));

    /// <summary>Creates a job and takes the first answer.</summary>
    public Task<HttpAnswer> PostInitOnceAsync(byte[] body) =>
        RawHttp.PostAsync(AggregationJobs, DapVersion.Newest.MediaTypes.AggregationJobInitReq, body, Task.AggregatorToken, Task.TaskprovHeader);

    /// <summary>Continues a job and polls until the answer is there, if it is deferred.</summary>
    public async Task<HttpAnswer> PostContinueAsync(Uri job, byte[] body) => await AwaitAsync(await PostContinueOnceAsync(job, body));

    /// <summary>Continues a job and takes the first answer.</summary>
    public Task<HttpAnswer> PostContinueOnceAsync(Uri job, byte[] body) =>
        RawHttp.PostAsync(job, DapVersion.Newest.MediaTypes.AggregationJobContinueReq, body, Task.AggregatorToken, Task.TaskprovHeader);

    /// <summary>Where a job is that an answer tells of, without a step.</summary>
    public Uri JobAt(HttpAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return new Uri(_helper, answer.Location!.Split('?')[0]);
    }

    /// <summary>The body of a request to continue.</summary>
    public static byte[] ContinueBody(int step, IEnumerable<VerifyContinue> continues) =>
        WireMessage.Encode(new AggregationJobContinueReq((ushort)step, [.. continues]));

    /// <summary>Whether an answer says that the work is deferred.</summary>
    public static bool IsDeferred(HttpAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return (int)answer.Status == 200 && answer.Body.Length == 0;
    }

    /// <summary>Polls where a deferring answer says, until the answer is another one.</summary>
    /// <exception cref="TimeoutException">The Helper did not come to an end.</exception>
    public async Task<HttpAnswer> AwaitAsync(HttpAnswer answer)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (IsDeferred(answer))
        {
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException($"the Helper defers its answer for more than {Patience}");
            }

            await System.Threading.Tasks.Task.Delay(10);
            answer = await RawHttp.GetAsync(new Uri(_helper, answer.Location!), Task.AggregatorToken, Task.TaskprovHeader);
        }

        return answer;
    }

    /// <summary>Finishes the reports of a one-round VDAF that the Helper continues; returns those that the Leader accepts too.</summary>
    public IReadOnlyList<ReportId> Finish(HttpAnswer answer)
    {
        int before = Committed.Count;
        Take(answer, step: 0);
        return Committed[before..];
    }

    /// <summary>Takes the Helper's answers of a step, commits what is finished, and returns the messages of the next step.</summary>
    public IReadOnlyList<VerifyContinue> Take(HttpAnswer answer, int step)
    {
        ArgumentNullException.ThrowIfNull(answer);
        List<VerifyContinue> continues = [];
        foreach (VerifyResp response in answer.Decode<AggregationJobResp>().VerifyResps)
        {
            if (response.VerifyRespType == VerifyRespType.Finish)
            {
                Commit(response.ReportId, _states[response.ReportId]);
            }
            else if (response.VerifyRespType == VerifyRespType.Continue && Continue(response, (2 * step) + 1) is { } message)
            {
                continues.Add(message);
            }
        }

        return continues;
    }

    private VerifyContinue? Continue(VerifyResp response, int message)
    {
        bool finished = Task.PingPong.IsFinishedBy(message);
        bool answers = message < Task.PingPong.Rounds;
        VerifyOutcome[] outcomes = new VerifyOutcome[1];
        byte[] state = new byte[finished ? 0 : Task.PingPong.StateLength(_aggParam, message + 1)];
        byte[] outbound = new byte[answers ? Task.PingPong.MessageLength(_aggParam, message + 1) : 0];
        byte[] outShare = new byte[finished ? Task.Vdaf.OutShareLength(_aggParam) : 0];
        Task.PingPong.Continue(
            Task.Context, _aggParam, message, _states[response.ReportId], [response.Payload], outcomes, state, outbound, outShare);
        if (outcomes[0] is not (VerifyOutcome.Continued or VerifyOutcome.Finished))
        {
            return null;
        }

        _states[response.ReportId] = finished ? outShare : state;
        if (!answers)
        {
            Commit(response.ReportId, outShare);
            return null;
        }

        return new VerifyContinue(response.ReportId, outbound);
    }

    private void Commit(ReportId id, byte[] outShare)
    {
        Task.Vdaf.AggUpdate(_aggParam, _aggShare, outShare);
        Committed.Add(id);
    }

    /// <summary>Aggregates reports that are all expected to be accepted.</summary>
    /// <exception cref="InvalidOperationException">One was not.</exception>
    public async Task AggregateAsync(IReadOnlyList<MadeReport> reports, BatchId? batchId = null)
    {
        ArgumentNullException.ThrowIfNull(reports);
        HttpAnswer answer = await PostInitAsync(InitBody(reports.Select(Init), batchId));
        if ((int)answer.Status != 200 || Finish(answer).Count != reports.Count)
        {
            throw new InvalidOperationException($"the Helper did not accept every report: {answer.Status}");
        }
    }

    /// <summary>The request for the aggregate share of everything committed.</summary>
    public AggregateShareReq ShareRequest(BatchSelector selector, Query? query = null) => new(
        new CollectionJobReq(query ?? new Query(selector.BatchMode, selector.BatchMode == BatchMode.LeaderSelected ? default : selector.Config), _aggParam, []),
        selector,
        (ulong)Committed.Count,
        ReportIdChecksum.Of(Committed));

    /// <summary>Asks for an aggregate share and polls until its answer is there, if it is deferred.</summary>
    public Task<HttpAnswer> PostShareAsync(AggregateShareReq request) => PostShareAsync(WireMessage.Encode(request));

    /// <summary>Asks for an aggregate share and polls until its answer is there, if it is deferred.</summary>
    public async Task<HttpAnswer> PostShareAsync(byte[] body) => await AwaitAsync(await PostShareOnceAsync(body));

    /// <summary>Asks for an aggregate share and takes the first answer.</summary>
    public Task<HttpAnswer> PostShareOnceAsync(AggregateShareReq request) => PostShareOnceAsync(WireMessage.Encode(request));

    /// <summary>Asks for an aggregate share and takes the first answer.</summary>
    public Task<HttpAnswer> PostShareOnceAsync(byte[] body) =>
        RawHttp.PostAsync(AggregateShares, DapVersion.Newest.MediaTypes.AggregateShareReq, body, Task.AggregatorToken, Task.TaskprovHeader);

    /// <summary>The aggregate of everything committed, from the Helper's answer, as the Collector computes it.</summary>
    /// <exception cref="InvalidOperationException">The Helper's share does not open.</exception>
    public IReadOnlyList<UInt128> Unshard(AggregateShareReq request, HttpAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(answer);
        byte[] helper = Task.Open(Role.Helper, request.CollectionJobReq, answer.Decode<AggregateShare>().EncryptedAggregateShare)
            ?? throw new InvalidOperationException("the Helper's aggregate share does not open");
        return Task.Vdaf.Unshard(_aggParam, [_aggShare, helper], request.ReportCount);
    }
}
