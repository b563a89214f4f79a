using System.Security.Cryptography;
using Janus.Codec;
using Janus.Datastore;
using Janus.Messages;
using Janus.Vdaf;
using Janus.Vdaf.PingPong;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>The Leader's part of verification: DAP §4.5.3.1 (leader-init). Inputs to outcome, without I/O.</summary>
internal sealed class LeaderAggregation
{
    private readonly AggregatorOptions _options;

    public LeaderAggregation(IOptions<AggregatorOptions> options) => _options = options.Value;

    /// <summary>
    /// Initializes the verification of a job's reports. The result depends on the job alone, so a repeated call
    /// makes the same request, byte for byte.
    /// </summary>
    public LeaderVerification Init(AggregatorTask task, IReadOnlyList<UnaggregatedReport> reports, CancellationToken cancellationToken)
    {
        PingPongTopology pingPong = task.PingPong;
        int stateLength = pingPong.StateLength([], 0);
        int messageLength = pingPong.MessageLength([], 0);
        byte[] states = new byte[checked(reports.Count * stateLength)];
        byte[] messages = new byte[checked(reports.Count * messageLength)];
        ReportError?[] rejections = new ReportError?[reports.Count];
        ReportChunks.ForEach<object?>(
            reports.Count, stateLength, _options.EffectiveVerificationThreads, () => null, InitChunk, _ => { }, cancellationToken);

        List<PendingReport> pending = new(reports.Count);
        List<VerifyInit> inits = new(reports.Count);
        for (int i = 0; i < reports.Count; i++)
        {
            if (rejections[i] is null)
            {
                pending.Add(new PendingReport(reports[i].Id, new Time(reports[i].Time), states.AsMemory(i * stateLength, stateLength)));
                inits.Add(InitOf(reports[i], messages.AsMemory(i * messageLength, messageLength)));
            }
        }

        ReportError[] rejected = [.. rejections.Where(error => error is not null).Select(error => error!.Value)];
        return new LeaderVerification(states, pending, inits, rejected);

        void InitChunk(Range range, object? state)
        {
            (int start, int length) = range.GetOffsetAndLength(reports.Count);
            VerifyInput[] inputs = new VerifyInput[length];
            VerifyOutcome[] outcomes = new VerifyOutcome[length];
            for (int i = 0; i < length; i++)
            {
                UnaggregatedReport report = reports[start + i];
                inputs[i] = new VerifyInput(report.Id.ToArray(), report.PublicShare, report.LeaderInputShare);
            }

            pingPong.LeaderInit(
                task.Stored.VerifyKey,
                task.VdafContext,
                [],
                inputs,
                outcomes,
                states.AsSpan(start * stateLength, length * stateLength),
                messages.AsSpan(start * messageLength, length * messageLength));
            for (int i = 0; i < length; i++)
            {
                rejections[start + i] = outcomes[i].ToReportError();
            }
        }
    }

    /// <summary>Finishes verification with the Helper's answers and adds up the out shares.</summary>
    /// <exception cref="PeerMisbehavedException">The answers are not those of the request.</exception>
    public BatchBucketSums Finish(
        AggregatorTask task,
        BatchId? batchId,
        LeaderVerification verification,
        IReadOnlyList<VerifyResp> responses,
        Action<ReportError> rejected,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<PendingReport> reports = verification.Pending;
        CheckAnswers(reports, responses);
        BatchBucketSums sums = NewSums();
        ReportChunks.ForEach(
            reports.Count, task.Vdaf.OutShareLength([]), _options.EffectiveVerificationThreads, NewSums, FinishChunk, Merge, cancellationToken);
        return sums;

        BatchBucketSums NewSums() => new(task.Vdaf, ReadOnlyMemory<byte>.Empty, time => task.BatchMode.BucketOf(time, batchId));

        void Merge(BatchBucketSums chunkSums)
        {
            sums.Merge(chunkSums);
            chunkSums.Clear();
        }

        void FinishChunk(Range range, BatchBucketSums chunkSums)
        {
            (int start, int length) = range.GetOffsetAndLength(reports.Count);
            int[] continued = [.. Enumerable.Range(start, length).Where(i => responses[i].VerifyRespType == VerifyRespType.Continue)];
            foreach (int i in Enumerable.Range(start, length).Except(continued))
            {
                rejected(responses[i].ReportError);
            }

            ReadOnlyMemory<byte>[] inbound = [.. continued.Select(i => responses[i].Payload)];
            VerifyOutcome[] outcomes = new VerifyOutcome[continued.Length];
            int stateLength = task.PingPong.StateLength([], 0);
            byte[] states = new byte[continued.Length * stateLength];
            for (int i = 0; i < continued.Length; i++)
            {
                reports[continued[i]].State.CopyTo(states.AsMemory(i * stateLength));
            }

            int outShareLength = task.Vdaf.OutShareLength([]);
            byte[] outShares = new byte[continued.Length * outShareLength];
            task.PingPong.Continue(task.VdafContext, [], 1, states, inbound, outcomes, [], [], outShares);
            for (int i = 0; i < continued.Length; i++)
            {
                PendingReport report = reports[continued[i]];
                if (outcomes[i].ToReportError() is { } error)
                {
                    rejected(error);
                }
                else
                {
                    chunkSums.Add(report.Id, report.Time, outShares.AsSpan(i * outShareLength, outShareLength));
                }
            }

            CryptographicOperations.ZeroMemory(states);
            CryptographicOperations.ZeroMemory(outShares);
        }
    }

    private static VerifyInit InitOf(UnaggregatedReport report, ReadOnlyMemory<byte> message) => new(
        new ReportShare(
            new ReportMetadata(report.Id, new Time(report.Time), []),
            report.PublicShare,
            WireMessage.Decode<HpkeCiphertext>(report.HelperEncryptedInputShare)),
        message);

    private static void CheckAnswers(IReadOnlyList<PendingReport> reports, IReadOnlyList<VerifyResp> responses)
    {
        if (responses.Count != reports.Count)
        {
            throw new PeerMisbehavedException($"the Helper answered for {responses.Count} reports of {reports.Count}");
        }

        for (int i = 0; i < responses.Count; i++)
        {
            if (responses[i].ReportId != reports[i].Id)
            {
                throw new PeerMisbehavedException($"answer {i} of the Helper is for another report than the request's");
            }

            if (responses[i].VerifyRespType == VerifyRespType.Finish)
            {
                throw new PeerMisbehavedException($"answer {i} of the Helper is finish, where continue or reject was expected");
            }
        }
    }
}
