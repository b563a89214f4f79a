using Janus.Codec;
using Janus.Datastore;
using Janus.Messages;
using Janus.Vdaf;
using Janus.Vdaf.PingPong;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>The Leader's part of verification: DAP §4.5.3.1 (leader-init). Inputs to outcome, without I/O.</summary>
internal sealed partial class LeaderAggregation
{
    private readonly AggregatorOptions _options;

    public LeaderAggregation(IOptions<AggregatorOptions> options) => _options = options.Value;

    /// <summary>
    /// Initializes the verification of a job's reports. The result depends on the job alone, so a repeated call
    /// makes the same request, byte for byte.
    /// </summary>
    public LeaderVerification Init(
        AggregatorTask task, byte[] aggParam, IReadOnlyList<UnaggregatedReport> reports, CancellationToken cancellationToken)
    {
        PingPongTopology pingPong = task.PingPong;
        int stateLength = pingPong.StateLength(aggParam, 0);
        int messageLength = pingPong.MessageLength(aggParam, 0);
        SecretBuffer states = SecretBuffer.Allocate(checked(reports.Count * stateLength));
        byte[] messages = new byte[checked(reports.Count * messageLength)];
        ReportError?[] rejections = new ReportError?[reports.Count];
        try
        {
            ReportChunks.ForEach<object?>(
                reports.Count, stateLength, _options.EffectiveVerificationThreads, () => null, InitChunk, _ => { }, cancellationToken);
        }
        catch
        {
            states.Dispose();
            throw;
        }

        List<PendingReport> pending = new(reports.Count);
        List<VerifyInit> inits = new(reports.Count);
        for (int i = 0; i < reports.Count; i++)
        {
            if (rejections[i] is null)
            {
                pending.Add(new PendingReport(reports[i].Id, new Time(reports[i].Time), states.Memory.Slice(i * stateLength, stateLength)));
                inits.Add(InitOf(reports[i], messages.AsMemory(i * messageLength, messageLength)));
            }
        }

        ReportError[] rejected = [.. rejections.Where(error => error is not null).Select(error => error!.Value)];
        return new LeaderVerification(states, pending, inits, rejected)
        {
            OldestReport = reports.Count == 0 ? null : reports.Min(report => report.ReceivedAt),
        };

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
                aggParam,
                inputs,
                outcomes,
                states.Span.Slice(start * stateLength, length * stateLength),
                messages.AsSpan(start * messageLength, length * messageLength));
            for (int i = 0; i < length; i++)
            {
                rejections[start + i] = outcomes[i].ToReportError();
            }
        }
    }

    private static VerifyInit InitOf(UnaggregatedReport report, ReadOnlyMemory<byte> message) => new(
        new ReportShare(
            new ReportMetadata(report.Id, new Time(report.Time), []),
            report.PublicShare,
            WireMessage.Decode<HpkeCiphertext>(report.HelperEncryptedInputShare)),
        message);
}
