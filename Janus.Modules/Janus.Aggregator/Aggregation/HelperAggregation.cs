using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Janus.Vdaf;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>
/// The Helper's part of verification: DAP §4.5.3.2 (aggregation-helper-init) and §4.5.4.2
/// (aggregation-helper-continuation). Inputs to outcome, without I/O.
/// </summary>
internal sealed class HelperAggregation
{
    private readonly AggregatorOptions _options;

    public HelperAggregation(IOptions<AggregatorOptions> options) => _options = options.Value;

    /// <summary>Opens the reports of an aggregation job that are not rejected yet, and takes them through step 0.</summary>
    /// <param name="task">The task.</param>
    /// <param name="job">The job: its aggregation parameter and, in leader-selected mode, its batch.</param>
    /// <param name="recipients">Our HPKE keys.</param>
    /// <param name="inits">The Leader's messages.</param>
    /// <param name="rejections">Why a report is rejected already; <see langword="null"/> for the others. Not changed.</param>
    /// <param name="now">Our time, for reports from the future and those that have expired.</param>
    /// <param name="cancellationToken">Stops between chunks of reports.</param>
    public HelperVerification Init(
        AggregatorTask task,
        HelperAggregationJob job,
        InputShareRecipients recipients,
        IReadOnlyList<VerifyInit> inits,
        IReadOnlyList<ReportError?> rejections,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        HelperStep step = new(task, job, inits.Count);
        InputShareOpener opener = task.OpenerWith(recipients);
        ForEachChunk(task, job, inits.Count, step, InitChunk, cancellationToken);
        return step.Complete();

        void InitChunk(Range range, BatchBucketSums sums)
        {
            (int start, int length) = range.GetOffsetAndLength(inits.Count);
            (int Index, ReportId Id, Time Time)[] reports = new (int, ReportId, Time)[length];
            VerifyInput[] inputs = new VerifyInput[length];
            ReadOnlyMemory<byte>[] inbound = new ReadOnlyMemory<byte>[length];
            int count = 0;
            for (int i = start; i < start + length; i++)
            {
                ReportMetadata metadata = inits[i].ReportShare.ReportMetadata;
                ReportError? error = rejections[i]
                    ?? task.CheckTime(metadata.Time, now, _options.ClockSkewTolerance)
                    ?? TryOpen(task, opener, inits[i].ReportShare, out inputs[count]);
                if (error is { } reason)
                {
                    step.Reject(i, metadata.ReportId, reason);
                    continue;
                }

                inbound[count] = inits[i].Payload;
                reports[count++] = (i, metadata.ReportId, metadata.Time);
            }

            step.Take(
                reports.AsMemory(0, count),
                (outcomes, states, messages, outShares) => task.PingPong.HelperInit(
                    task.Stored.VerifyKey,
                    task.VdafContext,
                    job.AggParam,
                    inputs.AsSpan(0, count),
                    inbound.AsSpan(0, count),
                    outcomes,
                    states,
                    messages,
                    outShares),
                sums);
        }
    }

    /// <summary>Takes the reports of an aggregation job that are not rejected yet through its next step.</summary>
    /// <param name="task">The task.</param>
    /// <param name="job">The job at the step that is to be done.</param>
    /// <param name="reports">The reports of the request, with the states that the step before has left.</param>
    /// <param name="continues">The Leader's messages, in the same order.</param>
    /// <param name="rejections">Why a report is rejected already; <see langword="null"/> for the others. Not changed.</param>
    /// <param name="now">Our time, for reports that have expired since the step before.</param>
    /// <param name="cancellationToken">Stops between chunks of reports.</param>
    public HelperVerification Continue(
        AggregatorTask task,
        HelperAggregationJob job,
        IReadOnlyList<ReportVerification> reports,
        IReadOnlyList<VerifyContinue> continues,
        IReadOnlyList<ReportError?> rejections,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        HelperStep step = new(task, job, reports.Count);
        int message = 2 * job.Step;
        int stateLength = task.PingPong.StateLength(job.AggParam, message - 1);
        ForEachChunk(task, job, reports.Count, step, ContinueChunk, cancellationToken);
        return step.Complete();

        void ContinueChunk(Range range, BatchBucketSums sums)
        {
            (int start, int length) = range.GetOffsetAndLength(reports.Count);
            (int Index, ReportId Id, Time Time)[] taken = new (int, ReportId, Time)[length];
            using SecretBuffer current = SecretBuffer.Allocate(length * stateLength);
            ReadOnlyMemory<byte>[] inbound = new ReadOnlyMemory<byte>[length];
            int count = 0;
            for (int i = start; i < start + length; i++)
            {
                ReportVerification report = reports[i];
                ReportError? error = rejections[i] ?? (task.HasExpired(new Time(report.Time), now) ? ReportError.ReportDropped : null);
                if (error is { } reason)
                {
                    step.Reject(i, report.Id, reason);
                    continue;
                }

                report.State.CopyTo(current.Memory.Slice(count * stateLength, stateLength));
                inbound[count] = continues[i].Payload;
                taken[count++] = (i, report.Id, new Time(report.Time));
            }

            step.Take(
                taken.AsMemory(0, count),
                (outcomes, states, messages, outShares) => task.PingPong.Continue(
                    task.VdafContext,
                    job.AggParam,
                    message,
                    current.Span[..(count * stateLength)],
                    inbound.AsSpan(0, count),
                    outcomes,
                    states,
                    messages,
                    outShares),
                sums);
        }
    }

    private void ForEachChunk(
        AggregatorTask task, HelperAggregationJob job, int reports, HelperStep step, Action<Range, BatchBucketSums> work, CancellationToken cancellationToken) =>
        ReportChunks.ForEach(
            reports,
            task.HelperBytesPerReport(job.AggParam),
            _options.EffectiveVerificationThreads,
            step.NewSums,
            work,
            step.Merge,
            cancellationToken);

    private static ReportError? TryOpen(AggregatorTask task, InputShareOpener opener, ReportShare share, out VerifyInput input)
    {
        ReportError? error = InputShares.TryOpen(
            task, opener, share.ReportMetadata, share.PublicShare, share.EncryptedInputShare, out PlaintextInputShare? plaintext);
        input = error is null
            ? new VerifyInput(share.ReportMetadata.ReportId.ToArray(), share.PublicShare, plaintext!.Payload)
            : default;
        return error;
    }
}
