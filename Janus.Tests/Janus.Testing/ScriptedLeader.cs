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
    private readonly Uri _helper;
    private readonly byte[] _aggShare;

    /// <param name="task">The task, known to the Helper.</param>
    /// <param name="helper">Where the Helper really is, with a slash at the end.</param>
    public ScriptedLeader(TestTask task, Uri helper)
    {
        Task = task;
        _helper = helper;
        _aggShare = new byte[task.Vdaf.AggShareLength([])];
        task.Vdaf.AggInit([], _aggShare);
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
        byte[] state = new byte[Task.PingPong.StateLength([], 0)];
        byte[] message = new byte[Task.PingPong.MessageLength([], 0)];
        Task.PingPong.LeaderInit(Task.VerifyKey, Task.Context, [], [report.LeaderInput], outcomes, state, message);
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
            new AggregationJobInitReqHeader(new VerificationKeyId(verificationKeyId ?? Task.VerificationKeyId), aggParam ?? [], extensions),
            [.. inits]));

    public Task<HttpAnswer> PostInitAsync(byte[] body) =>
        RawHttp.PostAsync(AggregationJobs, DapMediaType.AggregationJobInitReq, body, Task.AggregatorToken);

    /// <summary>Finishes the reports that the Helper continues; returns those that the Leader accepts too.</summary>
    public IReadOnlyList<ReportId> Finish(HttpAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        List<ReportId> accepted = [];
        foreach (VerifyResp response in answer.Decode<AggregationJobResp>().VerifyResps)
        {
            if (response.VerifyRespType != VerifyRespType.Continue)
            {
                continue;
            }

            VerifyOutcome[] outcomes = new VerifyOutcome[1];
            byte[] outShare = new byte[Task.Vdaf.OutShareLength([])];
            Task.PingPong.Continue(Task.Context, [], 1, _states[response.ReportId], [response.Payload], outcomes, [], [], outShare);
            if (outcomes[0] == VerifyOutcome.Finished)
            {
                Task.Vdaf.AggUpdate([], _aggShare, outShare);
                accepted.Add(response.ReportId);
            }
        }

        Committed.AddRange(accepted);
        return accepted;
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
        new CollectionJobReq(query ?? new Query(selector.BatchMode, selector.BatchMode == BatchMode.LeaderSelected ? default : selector.Config), default, []),
        selector,
        (ulong)Committed.Count,
        ReportIdChecksum.Of(Committed));

    public Task<HttpAnswer> PostShareAsync(AggregateShareReq request) => PostShareAsync(WireMessage.Encode(request));

    public Task<HttpAnswer> PostShareAsync(byte[] body) =>
        RawHttp.PostAsync(AggregateShares, DapMediaType.AggregateShareReq, body, Task.AggregatorToken);

    /// <summary>The aggregate of everything committed, from the Helper's answer, as the Collector computes it.</summary>
    /// <exception cref="InvalidOperationException">The Helper's share does not open.</exception>
    public IReadOnlyList<UInt128> Unshard(AggregateShareReq request, HttpAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(answer);
        byte[] helper = Task.Open(Role.Helper, request.CollectionJobReq, answer.Decode<AggregateShare>().EncryptedAggregateShare)
            ?? throw new InvalidOperationException("the Helper's aggregate share does not open");
        return Task.Vdaf.Unshard([], [_aggShare, helper], request.ReportCount);
    }
}
