using System.Globalization;
using System.Security.Cryptography;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Testing;

/// <summary>What a <see cref="PlainHelper"/> knows of one task.</summary>
internal sealed class PlainHelperTask(TestTask task, InputShareOpener opener)
{
    private readonly Dictionary<string, (byte[] AggShare, byte[] AggParam, List<ReportId> Reports)> _buckets = [];
    private readonly HashSet<string> _collected = [];
    private readonly Dictionary<string, PlainHelperResource> _shares = [];

    public TestTask Task => task;

    public Dictionary<string, PlainHelperResource> Jobs { get; } = [];

    public HashSet<ReportId> Committed { get; } = [];

    public PlainHelperResource Init(byte[] body, Func<ReportMetadata, ReportError?> reject, int deferrals)
    {
        byte[] hash = SHA256.HashData(body);
        if (Jobs.Values.FirstOrDefault(existing => existing.InitHash.AsSpan().SequenceEqual(hash)) is { } found)
        {
            return found;
        }

        AggregationJobInitReq request = WireMessage.Decode<AggregationJobInitReq>(body);
        byte[] aggParam = request.Header.AggParam.ToArray();
        if (!task.Vdaf.IsValidAggParam(aggParam))
        {
            throw new DapProblemException(DapProblemType.InvalidAggregationParameter, "no such aggregation parameter");
        }

        BatchId? batchId = request.Header.Extensions.Count == 0 ? null : BatchId.FromBytes(request.Header.Extensions[0].ExtensionData.Span);
        PlainHelperResource job = new() { RequestHash = hash, InitHash = hash, AggParam = aggParam, BatchId = batchId, DeferralsLeft = deferrals };
        List<VerifyResp> responses = [];
        foreach (VerifyInit init in request.VerifyInits)
        {
            responses.Add(Init(job, init, reject));
        }

        job.Answer = WireMessage.Encode(new AggregationJobResp(responses));
        Jobs.Add(job.Id, job);
        return job;
    }

    public PlainHelperResource Continue(string id, AggregationJobContinueReq request, byte[] hash, int deferrals)
    {
        PlainHelperResource job = Job(id);
        if (request.Step == job.Step && job.RequestHash.AsSpan().SequenceEqual(hash))
        {
            return job;
        }

        if (request.Step != job.Step + 1)
        {
            throw new DapProblemException(DapProblemType.StepMismatch, $"step {job.Step + 1} expected, {request.Step} given");
        }

        ReportId[] order = [.. job.Reports.Select(report => report.Id).Where(known => request.VerifyContinues.Any(one => one.ReportId == known))];
        if (!order.SequenceEqual(request.VerifyContinues.Select(one => one.ReportId)))
        {
            throw new DapProblemException(DapProblemType.InvalidMessage, "the reports of the step before, in their order, expected");
        }

        Dictionary<ReportId, (ReportId Id, Time Time, byte[] State)> known = job.Reports.ToDictionary(report => report.Id);
        job.Step++;
        job.RequestHash = hash;
        job.Reports = [];
        job.DeferralsLeft = deferrals;
        job.Answer = WireMessage.Encode(new AggregationJobResp(
            [.. request.VerifyContinues.Select(one => Take(job, 2 * job.Step, known[one.ReportId], one.Payload))]));
        return job;
    }

    public PlainHelperResource Find(string id, string? step)
    {
        PlainHelperResource job = Job(id);
        return !int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int asked)
            ? throw new DapProblemException(DapProblemType.InvalidMessage, "a step expected")
            : asked == job.Step ? job : throw new DapProblemException(DapProblemType.StepMismatch, $"the job is at step {job.Step}");
    }

    public PlainHelperResource? Delete(string id) => Jobs.Remove(id)
        ? null
        : throw new DapProblemException(DapProblemType.UnrecognizedAggregationJob, "no such job");

    public PlainHelperResource Share(byte[] body, int deferrals)
    {
        byte[] hash = SHA256.HashData(body);
        if (_shares.Values.FirstOrDefault(existing => existing.RequestHash.AsSpan().SequenceEqual(hash)) is { } found)
        {
            return found;
        }

        AggregateShareReq request = WireMessage.Decode<AggregateShareReq>(body);
        byte[] aggParam = request.CollectionJobReq.AggParam.ToArray();
        string[] names = [.. BucketsOf(request.BatchSelector)];
        if (names.Any(_collected.Contains))
        {
            throw new DapProblemException(DapProblemType.BatchOverlap, "collected before");
        }

        byte[] merged = new byte[task.Vdaf.AggShareLength(aggParam)];
        task.Vdaf.AggInit(aggParam, merged);
        List<ReportId> reports = [];
        foreach (string name in names.Where(_buckets.ContainsKey))
        {
            (byte[] aggShare, byte[] usedParam, List<ReportId> ids) = _buckets[name];
            if (!usedParam.AsSpan().SequenceEqual(aggParam))
            {
                throw new DapProblemException(DapProblemType.InvalidMessage, "another aggregation parameter");
            }

            task.Vdaf.Merge(aggParam, merged, aggShare);
            reports.AddRange(ids);
        }

        if ((ulong)reports.Count < task.Configuration.MinBatchSize)
        {
            throw new DapProblemException(DapProblemType.InvalidBatchSize, $"{reports.Count} reports");
        }

        if (request.ReportCount != (ulong)reports.Count || request.Checksum != ReportIdChecksum.Of(reports))
        {
            throw new DapProblemException(DapProblemType.BatchMismatch, $"{reports.Count} reports here, {request.ReportCount} there");
        }

        _collected.UnionWith(names);
        AggregateShareSealer sealer = new(DapVersion.Newest, task.Id, task.Configuration, Role.Helper, task.CollectorHpkeConfig);
        AggregateShare share = new(sealer.Seal(request.CollectionJobReq, merged));
        PlainHelperResource resource = new() { RequestHash = hash, InitHash = hash, Answer = WireMessage.Encode(share), DeferralsLeft = deferrals };
        _shares.Add(resource.Id, resource);
        return resource;
    }

    public PlainHelperResource FindShare(string id) => _shares.TryGetValue(id, out PlainHelperResource? share) && !share.IsDeleted
        ? share
        : throw new DapProblemException(DapProblemType.InvalidMessage, "no such share") { Status = System.Net.HttpStatusCode.NotFound };

    public PlainHelperResource? DeleteShare(string id)
    {
        FindShare(id).IsDeleted = true;
        return null;
    }

    private PlainHelperResource Job(string id) => Jobs.TryGetValue(id, out PlainHelperResource? job)
        ? job
        : throw new DapProblemException(DapProblemType.UnrecognizedAggregationJob, "no such job");

    private VerifyResp Init(PlainHelperResource job, VerifyInit init, Func<ReportMetadata, ReportError?> reject)
    {
        ReportMetadata metadata = init.ReportShare.ReportMetadata;
        ReportId id = metadata.ReportId;
        if (reject(metadata) is { } error)
        {
            return VerifyResp.Reject(id, error);
        }

        if (!opener.TryOpen(metadata, init.ReportShare.PublicShare.Span, init.ReportShare.EncryptedInputShare, out PlaintextInputShare? share, out error))
        {
            return VerifyResp.Reject(id, error);
        }

        VerifyOutcome[] outcomes = new VerifyOutcome[1];
        bool isFinished = task.Vdaf.Rounds == 1;
        byte[] state = new byte[task.PingPong.StateLength(job.AggParam, 1)];
        byte[] message = new byte[task.PingPong.MessageLength(job.AggParam, 1)];
        byte[] outShare = new byte[isFinished ? task.Vdaf.OutShareLength(job.AggParam) : 0];
        task.PingPong.HelperInit(
            task.VerifyKey,
            task.Context,
            job.AggParam,
            [new VerifyInput(id.ToArray(), init.ReportShare.PublicShare, share.Payload)],
            [init.Payload],
            outcomes,
            state,
            message,
            outShare);
        return Respond(job, (id, metadata.Time, state), outcomes[0], message, outShare);
    }

    private VerifyResp Take(PlainHelperResource job, int number, (ReportId Id, Time Time, byte[] State) report, ReadOnlyMemory<byte> payload)
    {
        VerifyOutcome[] outcomes = new VerifyOutcome[1];
        int rounds = task.Vdaf.Rounds;
        byte[] state = new byte[number < rounds ? task.PingPong.StateLength(job.AggParam, number + 1) : 0];
        byte[] message = new byte[number < rounds ? task.PingPong.MessageLength(job.AggParam, number + 1) : 0];
        byte[] outShare = new byte[task.PingPong.IsFinishedBy(number) ? task.Vdaf.OutShareLength(job.AggParam) : 0];
        task.PingPong.Continue(task.Context, job.AggParam, number, report.State, [payload], outcomes, state, message, outShare);
        return Respond(job, (report.Id, report.Time, state), outcomes[0], message, outShare);
    }

    private VerifyResp Respond(
        PlainHelperResource job, (ReportId Id, Time Time, byte[] State) report, VerifyOutcome outcome, byte[] message, byte[] outShare)
    {
        if (outcome is not (VerifyOutcome.Continued or VerifyOutcome.Finished))
        {
            return VerifyResp.Reject(report.Id, ReportError.VdafVerifyError);
        }

        if (outShare.Length > 0 && Commit(job, report.Id, report.Time, outShare) is { } error)
        {
            return VerifyResp.Reject(report.Id, error);
        }

        job.Reports.Add(report);
        return message.Length == 0 ? VerifyResp.Finish(report.Id) : VerifyResp.Continue(report.Id, message);
    }

    private ReportError? Commit(PlainHelperResource job, ReportId id, Time time, byte[] outShare)
    {
        string name = job.BatchId?.ToString() ?? time.Value.ToString(CultureInfo.InvariantCulture);
        if (_collected.Contains(name))
        {
            return ReportError.BatchCollected;
        }

        if (!Committed.Add(id))
        {
            return ReportError.ReportReplayed;
        }

        if (!_buckets.TryGetValue(name, out (byte[] AggShare, byte[] AggParam, List<ReportId> Reports) bucket))
        {
            bucket = (new byte[task.Vdaf.AggShareLength(job.AggParam)], job.AggParam, []);
            task.Vdaf.AggInit(job.AggParam, bucket.AggShare);
            _buckets.Add(name, bucket);
        }

        task.Vdaf.AggUpdate(job.AggParam, bucket.AggShare, outShare);
        bucket.Reports.Add(id);
        return null;
    }

    private static IEnumerable<string> BucketsOf(BatchSelector selector)
    {
        if (selector.BatchMode == BatchMode.LeaderSelected)
        {
            return [WireMessage.Decode<LeaderSelectedBatchSelectorConfig>(selector.Config.Span).BatchId.ToString()];
        }

        Interval interval = WireMessage.Decode<TimeIntervalBatchSelectorConfig>(selector.Config.Span).BatchInterval;
        return Enumerable.Range(0, (int)interval.Duration.Value)
            .Select(offset => (interval.Start.Value + (ulong)offset).ToString(CultureInfo.InvariantCulture));
    }
}
