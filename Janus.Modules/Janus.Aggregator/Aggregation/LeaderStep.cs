using Janus.Datastore;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Aggregator;

/// <summary>The Helper's answers to one step of an aggregation job, taken chunk by chunk on several threads.</summary>
internal sealed class LeaderStep
{
    private readonly AggregatorTask _task;
    private readonly LeaderAggregationJob _job;
    private readonly int _message;
    private readonly IReadOnlyList<PendingReport> _reports;
    private readonly IReadOnlyList<VerifyResp> _responses;
    private readonly ReportError?[] _rejections;
    private readonly bool _isLast;
    private readonly int _stateLength;
    private readonly int _outShareLength;
    private readonly int _keptLength;
    private readonly int _outboundLength;
    private readonly SecretBuffer _kept;
    private readonly byte[] _outbound;
    private readonly BatchBucketSums _sums;

    /// <summary>Prepares to take the message with this number, or what stands for it behind the last one.</summary>
    public LeaderStep(
        AggregatorTask task, LeaderAggregationJob job, int message, IReadOnlyList<PendingReport> reports, IReadOnlyList<VerifyResp> responses)
    {
        _task = task;
        _job = job;
        _message = message;
        _reports = reports;
        _responses = responses;
        _rejections = new ReportError?[reports.Count];
        _sums = NewSums();
        int rounds = task.Vdaf.Rounds;
        _isLast = message >= rounds;
        _stateLength = message > rounds ? 0 : task.PingPong.StateLength(job.AggParam, message - 1);
        _outShareLength = task.Vdaf.OutShareLength(job.AggParam);
        // Whoever sends the last message keeps the out share instead of a state.
        _keptLength = _isLast ? 0 : task.PingPong.IsFinishedBy(message) ? _outShareLength : task.PingPong.StateLength(job.AggParam, message + 1);
        _outboundLength = _isLast ? 0 : task.PingPong.MessageLength(job.AggParam, message + 1);
        _kept = SecretBuffer.Allocate(checked(reports.Count * _keptLength));
        _outbound = new byte[checked(reports.Count * _outboundLength)];
    }

    /// <summary>The sums of one thread.</summary>
    public BatchBucketSums NewSums() =>
        new(_task.Vdaf, _job.AggParam, time => _task.BatchMode.BucketOf(time, _job.BatchId));

    /// <summary>Adds the sums of a thread.</summary>
    public void Done(BatchBucketSums chunkSums)
    {
        _sums.Merge(chunkSums);
        chunkSums.Clear();
    }

    /// <summary>Takes answers without a message: the out shares are there.</summary>
    public void TakeFinish(Range range, BatchBucketSums chunkSums)
    {
        int[] accepted = Accepted(range);
        using SecretBuffer outShares = StatesOf(accepted, _outShareLength);
        VerifyOutcome[] outcomes = new VerifyOutcome[accepted.Length];
        Array.Fill(outcomes, VerifyOutcome.Finished);
        Commit(accepted, outShares, outcomes, chunkSums);
    }

    /// <summary>Takes the messages of a range of reports.</summary>
    public void TakeMessages(Range range, BatchBucketSums chunkSums)
    {
        int[] accepted = Accepted(range);
        ReadOnlyMemory<byte>[] inbound = [.. accepted.Select(i => _responses[i].Payload)];
        VerifyOutcome[] outcomes = new VerifyOutcome[accepted.Length];
        using SecretBuffer states = StatesOf(accepted, _stateLength);
        bool isFinished = _task.PingPong.IsFinishedBy(_message);
        using SecretBuffer nextStates = SecretBuffer.Allocate(isFinished ? 0 : accepted.Length * _keptLength);
        using SecretBuffer outShares = SecretBuffer.Allocate(isFinished ? accepted.Length * _outShareLength : 0);
        byte[] messages = new byte[accepted.Length * _outboundLength];
        _task.PingPong.Continue(
            _task.VdafContext, _job.AggParam, _message, states.Span, inbound, outcomes, nextStates.Span, messages, outShares.Span);
        for (int i = 0; i < accepted.Length; i++)
        {
            int report = accepted[i];
            if (outcomes[i].ToReportError() is { } error)
            {
                _rejections[report] = error;
            }
            else if (!_isLast)
            {
                (isFinished ? outShares : nextStates).Span.Slice(i * _keptLength, _keptLength).CopyTo(_kept.Span[(report * _keptLength)..]);
                messages.AsSpan(i * _outboundLength, _outboundLength).CopyTo(_outbound.AsSpan(report * _outboundLength));
            }
        }

        if (_isLast)
        {
            Commit(accepted, outShares, outcomes, chunkSums);
        }
    }

    /// <summary>Overwrites states and sums, when there is no progress to hand them to.</summary>
    public void Clear()
    {
        _sums.Clear();
        _kept.Dispose();
    }

    /// <summary>What all the answers have led to, with the states and sums.</summary>
    public LeaderProgress ToProgress()
    {
        List<ReportVerification> next = [];
        List<PendingReport> tooEarly = [];
        for (int i = 0; i < _reports.Count; i++)
        {
            if (_rejections[i] is null && !_isLast)
            {
                next.Add(new ReportVerification(
                    _reports[i].Id,
                    _reports[i].Time.Value,
                    _kept.Memory.Slice(i * _keptLength, _keptLength),
                    _outbound.AsMemory(i * _outboundLength, _outboundLength)));
            }
            else if (_responses[i] is { VerifyRespType: VerifyRespType.Reject, ReportError: ReportError.ReportTooEarly })
            {
                tooEarly.Add(_reports[i]);
            }
        }

        return new LeaderProgress(
            _sums, next, [.. _rejections.Where(error => error is not null).Select(error => error!.Value)], tooEarly, _kept);
    }

    private SecretBuffer StatesOf(int[] reports, int length)
    {
        SecretBuffer states = SecretBuffer.Allocate(reports.Length * length);
        for (int i = 0; i < reports.Length; i++)
        {
            _reports[reports[i]].State.CopyTo(states.Memory[(i * length)..]);
        }

        return states;
    }

    private void Commit(int[] reports, SecretBuffer outShares, VerifyOutcome[] outcomes, BatchBucketSums sums) =>
        sums.Add(reports.Length, i => (_reports[reports[i]].Id, _reports[reports[i]].Time), outShares.Span, outcomes);

    // The reports that the Helper did not reject.
    private int[] Accepted(Range range)
    {
        (int start, int length) = range.GetOffsetAndLength(_reports.Count);
        List<int> accepted = new(length);
        for (int i = start; i < start + length; i++)
        {
            if (_responses[i].VerifyRespType == VerifyRespType.Reject)
            {
                _rejections[i] = _responses[i].ReportError;
            }
            else
            {
                accepted.Add(i);
            }
        }

        return [.. accepted];
    }
}
