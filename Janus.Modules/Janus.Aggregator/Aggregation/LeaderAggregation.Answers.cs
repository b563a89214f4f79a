using Janus.Datastore;
using Janus.Messages;

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
    /// <exception cref="PeerMisbehavedException">The answers are not those of the request: the job is to be abandoned.</exception>
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
        try
        {
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
        catch
        {
            step.Clear();
            throw;
        }
    }

    private static void CheckAnswers(IReadOnlyList<PendingReport> reports, IReadOnlyList<VerifyResp> responses, VerifyRespType expected)
    {
        if (responses.Count != reports.Count)
        {
            throw Wrong($"the Helper answered for {responses.Count} reports of {reports.Count}");
        }

        for (int i = 0; i < responses.Count; i++)
        {
            if (responses[i].ReportId != reports[i].Id)
            {
                throw Wrong($"answer {i} of the Helper is for another report than the request's");
            }

            if (responses[i].VerifyRespType != expected && responses[i].VerifyRespType != VerifyRespType.Reject)
            {
                throw Wrong($"expected {expected} or {VerifyRespType.Reject} as answer {i} of the Helper, got {responses[i].VerifyRespType}");
            }
        }
    }

    private static PeerMisbehavedException Wrong(string message) => new(message) { EndsJob = true };
}
