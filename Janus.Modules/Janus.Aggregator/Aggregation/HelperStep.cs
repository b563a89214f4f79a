using Janus.Datastore;
using Janus.Messages;
using Janus.Vdaf;
using Janus.Vdaf.PingPong;

namespace Janus.Aggregator;

/// <summary>
/// Collects what one step of an aggregation job yields on the Helper, chunk by chunk: chunks are taken in parallel, each
/// with sums of its own. The Helper takes message 2 × step, and answers with the one behind it, if there is one.
/// </summary>
internal sealed class HelperStep
{
    private readonly AggregatorTask _task;
    private readonly HelperAggregationJob _job;
    private readonly int _message;
    private readonly int _stateLength;
    private readonly int _messageLength;
    private readonly int _outShareLength;
    private readonly VerifyResp[] _responses;
    private readonly ReportVerification?[] _pending;
    private readonly BatchBucketSums _sums;

    public HelperStep(AggregatorTask task, HelperAggregationJob job, int reports)
    {
        PingPongTopology pingPong = task.PingPong;
        _task = task;
        _job = job;
        _message = 2 * job.Step;
        bool answers = _message < pingPong.Rounds;
        bool finishes = pingPong.IsFinishedBy(_message);
        _stateLength = finishes ? 0 : pingPong.StateLength(job.AggParam, _message + 1);
        _messageLength = answers ? pingPong.MessageLength(job.AggParam, _message + 1) : 0;
        _outShareLength = finishes ? task.Vdaf.OutShareLength(job.AggParam) : 0;
        _responses = new VerifyResp[reports];
        _pending = new ReportVerification?[reports];
        _sums = NewSums();
    }

    /// <summary>Runs the topology over the reports of a chunk, into the chunk's outcomes, states, messages and out shares.</summary>
    public delegate void Run(Span<VerifyOutcome> outcomes, Span<byte> states, Span<byte> messages, Span<byte> outShares);

    /// <summary>Sums for one thread.</summary>
    public BatchBucketSums NewSums() => new(_task.Vdaf, _job.AggParam, time => _task.BatchMode.BucketOf(time, _job.BatchId));

    /// <summary>Adds a thread's sums; never called concurrently.</summary>
    public void Merge(BatchBucketSums sums)
    {
        _sums.Merge(sums);
        sums.Clear();
    }

    /// <summary>Rejects a report without looking at it further.</summary>
    public void Reject(int index, ReportId id, ReportError error) => _responses[index] = VerifyResp.Reject(id, error);

    /// <summary>Takes a chunk of reports through the step.</summary>
    /// <param name="reports">Where each report stands in the request, with its ID and time.</param>
    /// <param name="run">Runs the topology.</param>
    /// <param name="sums">The thread's sums.</param>
    public void Take(ReadOnlyMemory<(int Index, ReportId Id, Time Time)> reports, Run run, BatchBucketSums sums)
    {
        VerifyOutcome[] outcomes = new VerifyOutcome[reports.Length];
        byte[] states = new byte[reports.Length * _stateLength];
        byte[] messages = new byte[reports.Length * _messageLength];
        using SecretBuffer outShares = SecretBuffer.Rent(reports.Length * _outShareLength);
        run(outcomes, states, messages, outShares.Span);
        sums.Add(reports.Length, i => (reports.Span[i].Id, reports.Span[i].Time), outShares.Span, outcomes);
        for (int i = 0; i < reports.Length; i++)
        {
            (int index, ReportId id, Time time) = reports.Span[i];
            if (outcomes[i].ToReportError() is { } error)
            {
                Reject(index, id, error);
                continue;
            }

            if (outcomes[i] != VerifyOutcome.Finished)
            {
                _pending[index] = new ReportVerification(id, time.Value, states.AsMemory(i * _stateLength, _stateLength), default);
            }

            _responses[index] = _messageLength == 0
                ? VerifyResp.Finish(id)
                : VerifyResp.Continue(id, messages.AsMemory(i * _messageLength, _messageLength));
        }
    }

    /// <summary>What all chunks have yielded.</summary>
    public HelperVerification Complete() => new(
        _responses, [.. _pending.Where(report => report is not null).Select(report => report!.Value)], _sums);
}
