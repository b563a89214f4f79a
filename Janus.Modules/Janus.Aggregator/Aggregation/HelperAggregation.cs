using System.Buffers;
using System.Security.Cryptography;
using Janus.Dap;
using Janus.Messages;
using Janus.Vdaf;
using Janus.Vdaf.PingPong;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>The Helper's part of verification: DAP §4.5.3.2 (aggregation-helper-init). Inputs to outcome, without I/O.</summary>
internal sealed class HelperAggregation
{
    private readonly AggregatorOptions _options;

    public HelperAggregation(IOptions<AggregatorOptions> options) => _options = options.Value;

    /// <summary>
    /// Opens and verifies the reports of an aggregation job that are not rejected yet, and adds up their out shares.
    /// </summary>
    /// <param name="task">The task.</param>
    /// <param name="recipients">Our HPKE keys.</param>
    /// <param name="batchId">The batch of the job, in leader-selected mode.</param>
    /// <param name="inits">The Leader's messages.</param>
    /// <param name="rejections">Why a report is rejected already; <see langword="null"/> for the others. Not changed.</param>
    /// <param name="now">Our time, for reports from the future.</param>
    /// <param name="cancellationToken">Stops between chunks of reports.</param>
    public HelperVerification Verify(
        AggregatorTask task,
        InputShareRecipients recipients,
        BatchId? batchId,
        IReadOnlyList<VerifyInit> inits,
        IReadOnlyList<ReportError?> rejections,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        VerifyResp[] responses = new VerifyResp[inits.Count];
        BatchBucketSums sums = NewSums();
        InputShareOpener opener = task.OpenerWith(recipients);
        ReportChunks.ForEach(
            inits.Count,
            task.HelperBytesPerReport([]),
            _options.EffectiveVerificationThreads,
            NewSums,
            VerifyChunk,
            Merge,
            cancellationToken);
        return new HelperVerification(responses, sums);

        BatchBucketSums NewSums() => new(task.Vdaf, ReadOnlyMemory<byte>.Empty, time => task.BatchMode.BucketOf(time, batchId));

        void Merge(BatchBucketSums chunkSums)
        {
            sums.Merge(chunkSums);
            chunkSums.Clear();
        }

        void VerifyChunk(Range range, BatchBucketSums chunkSums)
        {
            (int start, int length) = range.GetOffsetAndLength(inits.Count);
            int[] open = new int[length];
            VerifyInput[] inputs = new VerifyInput[length];
            ReadOnlyMemory<byte>[] inbound = new ReadOnlyMemory<byte>[length];
            int count = 0;
            for (int i = start; i < start + length; i++)
            {
                ReportShare share = inits[i].ReportShare;
                ReportId id = share.ReportMetadata.ReportId;
                ReportError? error = rejections[i]
                    ?? ReportTimeRules.Check(
                        share.ReportMetadata.Time, task.Configuration.TimePrecision, task.TaskInterval, now, _options.ClockSkewTolerance)
                    ?? TryOpen(task, opener, share, out inputs[count]);
                if (error is { } reason)
                {
                    responses[i] = VerifyResp.Reject(id, reason);
                    continue;
                }

                inbound[count] = inits[i].Payload;
                open[count++] = i;
            }

            Verify(task, inputs.AsSpan(0, count), inbound.AsSpan(0, count), open, inits, responses, chunkSums);
        }
    }

    private static ReportError? TryOpen(AggregatorTask task, InputShareOpener opener, ReportShare share, out VerifyInput input)
    {
        ReportError? error = InputShares.TryOpen(
            task, opener, share.ReportMetadata, share.PublicShare, share.EncryptedInputShare, out PlaintextInputShare? plaintext);
        input = error is null
            ? new VerifyInput(share.ReportMetadata.ReportId.ToArray(), share.PublicShare, plaintext!.Payload)
            : default;
        return error;
    }

    private static void Verify(
        AggregatorTask task,
        ReadOnlySpan<VerifyInput> inputs,
        ReadOnlySpan<ReadOnlyMemory<byte>> inbound,
        ReadOnlySpan<int> indices,
        IReadOnlyList<VerifyInit> inits,
        VerifyResp[] responses,
        BatchBucketSums sums)
    {
        PingPongTopology pingPong = task.PingPong;
        int messageLength = pingPong.MessageLength([], 1);
        int outShareLength = task.Vdaf.OutShareLength([]);
        byte[] messages = new byte[inputs.Length * messageLength];
        byte[] outShares = ArrayPool<byte>.Shared.Rent(inputs.Length * outShareLength);
        VerifyOutcome[] outcomes = new VerifyOutcome[inputs.Length];
        try
        {
            pingPong.HelperInit(
                task.Stored.VerifyKey, task.VdafContext, [], inputs, inbound, outcomes, [], messages, outShares.AsSpan(0, inputs.Length * outShareLength));
            for (int i = 0; i < inputs.Length; i++)
            {
                ReportMetadata metadata = inits[indices[i]].ReportShare.ReportMetadata;
                if (outcomes[i].ToReportError() is { } error)
                {
                    responses[indices[i]] = VerifyResp.Reject(metadata.ReportId, error);
                    continue;
                }

                sums.Add(metadata.ReportId, metadata.Time, outShares.AsSpan(i * outShareLength, outShareLength));
                responses[indices[i]] = VerifyResp.Continue(metadata.ReportId, messages.AsMemory(i * messageLength, messageLength));
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(outShares.AsSpan(0, inputs.Length * outShareLength));
            ArrayPool<byte>.Shared.Return(outShares);
        }
    }
}
