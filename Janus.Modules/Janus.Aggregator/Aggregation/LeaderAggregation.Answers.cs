using System.Security.Cryptography;
using Janus.Datastore;
using Janus.Messages;
using Janus.Vdaf;
using Janus.Vdaf.PingPong;

namespace Janus.Aggregator;

/// <content>What the Helper's answers lead to: DAP §4.5.3.1 (leader-init), §4.5.4.1 (aggregation-leader-continuation).</content>
internal sealed partial class LeaderAggregation
{
    /// <summary>The last step of an aggregation job, whose answer the Helper commits with.</summary>
    public static int LastStep(AggregatorTask task) => task.Vdaf.Rounds / 2;

    /// <summary>Goes on with the Helper's answers to a step.</summary>
    /// <remarks>
    /// The answer to step s carries message 2s + 1 of the topology. Behind the last message there is none: then the Leader
    /// has kept out shares instead of states, and the Helper only tells that it is finished.
    /// </remarks>
    /// <exception cref="PeerMisbehavedException">The answers are not those of the request.</exception>
    public LeaderProgress Proceed(
        AggregatorTask task,
        LeaderAggregationJob job,
        LeaderVerification verification,
        IReadOnlyList<VerifyResp> responses,
        CancellationToken cancellationToken)
    {
        int message = (2 * job.Step) + 1;
        bool isFinish = message > task.Vdaf.Rounds;
        CheckAnswers(verification.Pending, responses, isFinish ? VerifyRespType.Finish : VerifyRespType.Continue);
        LeaderStep step = new(task, job, message, verification.Pending, responses);
        ReportChunks.ForEach(
            verification.Pending.Count,
            task.Vdaf.OutShareLength(job.AggParam),
            _options.EffectiveVerificationThreads,
            step.NewSums,
            isFinish ? step.TakeFinish : step.TakeMessages,
            step.Done,
            cancellationToken);
        return step.ToProgress();
    }

    private static void CheckAnswers(IReadOnlyList<PendingReport> reports, IReadOnlyList<VerifyResp> responses, VerifyRespType expected)
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

            if (responses[i].VerifyRespType != expected && responses[i].VerifyRespType != VerifyRespType.Reject)
            {
                throw new PeerMisbehavedException(
                    $"answer {i} of the Helper is {responses[i].VerifyRespType}, where {expected} or {VerifyRespType.Reject} was expected");
            }
        }
    }

    // The answers to one step, taken chunk by chunk on several threads.
    private sealed class LeaderStep
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
        private readonly byte[] _kept;
        private readonly byte[] _outbound;
        private readonly BatchBucketSums _sums;

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
            _kept = new byte[checked(reports.Count * _keptLength)];
            _outbound = new byte[checked(reports.Count * _outboundLength)];
        }

        public BatchBucketSums NewSums() =>
            new(_task.Vdaf, _job.AggParam, time => _task.BatchMode.BucketOf(time, _job.BatchId));

        public void Done(BatchBucketSums chunkSums)
        {
            _sums.Merge(chunkSums);
            chunkSums.Clear();
        }

        public void TakeFinish(Range range, BatchBucketSums chunkSums)
        {
            foreach (int i in Accepted(range))
            {
                chunkSums.Add(_reports[i].Id, _reports[i].Time, _reports[i].State.Span);
            }
        }

        public void TakeMessages(Range range, BatchBucketSums chunkSums)
        {
            int[] accepted = Accepted(range);
            ReadOnlyMemory<byte>[] inbound = [.. accepted.Select(i => _responses[i].Payload)];
            VerifyOutcome[] outcomes = new VerifyOutcome[accepted.Length];
            byte[] states = new byte[accepted.Length * _stateLength];
            for (int i = 0; i < accepted.Length; i++)
            {
                _reports[accepted[i]].State.CopyTo(states.AsMemory(i * _stateLength));
            }

            bool isFinished = _task.PingPong.IsFinishedBy(_message);
            byte[] nextStates = new byte[isFinished ? 0 : accepted.Length * _keptLength];
            byte[] outShares = new byte[isFinished ? accepted.Length * _outShareLength : 0];
            byte[] messages = new byte[accepted.Length * _outboundLength];
            _task.PingPong.Continue(_task.VdafContext, _job.AggParam, _message, states, inbound, outcomes, nextStates, messages, outShares);
            for (int i = 0; i < accepted.Length; i++)
            {
                int report = accepted[i];
                if (outcomes[i].ToReportError() is { } error)
                {
                    _rejections[report] = error;
                }
                else if (_isLast)
                {
                    chunkSums.Add(_reports[report].Id, _reports[report].Time, outShares.AsSpan(i * _outShareLength, _outShareLength));
                }
                else
                {
                    (isFinished ? outShares : nextStates).AsSpan(i * _keptLength, _keptLength).CopyTo(_kept.AsSpan(report * _keptLength));
                    messages.AsSpan(i * _outboundLength, _outboundLength).CopyTo(_outbound.AsSpan(report * _outboundLength));
                }
            }

            CryptographicOperations.ZeroMemory(states);
            CryptographicOperations.ZeroMemory(nextStates);
            CryptographicOperations.ZeroMemory(outShares);
        }

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
                        _kept.AsMemory(i * _keptLength, _keptLength),
                        _outbound.AsMemory(i * _outboundLength, _outboundLength)));
                }
                else if (_job.Step == 0 && _responses[i] is { VerifyRespType: VerifyRespType.Reject, ReportError: ReportError.ReportTooEarly })
                {
                    tooEarly.Add(_reports[i]);
                }
            }

            return new LeaderProgress(
                _sums, next, [.. _rejections.Where(error => error is not null).Select(error => error!.Value)], tooEarly, _kept);
        }

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
}
