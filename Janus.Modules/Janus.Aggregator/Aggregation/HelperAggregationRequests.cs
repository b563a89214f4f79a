using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Aggregator;

/// <summary>
/// What a Helper checks of a Leader's requests before it begins to work: DAP §4.5.3.2 (aggregation-helper-init) and
/// §4.5.4.2 (aggregation-helper-continuation).
/// </summary>
internal static class HelperAggregationRequests
{
    /// <summary>Checks an aggregation job's header: extensions, aggregation parameter and verification key.</summary>
    /// <returns>The batch, in leader-selected mode.</returns>
    /// <exception cref="DapProblemException">The request is refused.</exception>
    public static BatchId? Check(AggregatorTask task, AggregationJobInitReqHeader header)
    {
        BatchId? batchId = task.BatchMode.BatchIdOf(task.Id, header.Extensions);
        if (!task.Vdaf.IsValidAggParam(header.AggParam.Span))
        {
            throw new DapProblemException(
                DapProblemType.InvalidAggregationParameter, $"expected an aggregation parameter of {task.Vdaf.Name}", task.Id);
        }

        return header.VerificationKeyId.Value == task.Stored.VerificationKeyId
            ? batchId
            : throw Invalid(task, "the verification_key_id is not one of this task");
    }

    /// <summary>Checks a whole request for a new aggregation job.</summary>
    /// <returns>The batch, in leader-selected mode.</returns>
    /// <exception cref="DapProblemException">The request is refused.</exception>
    public static BatchId? Check(AggregatorTask task, AggregationJobInitReq request)
    {
        BatchId? batchId = Check(task, request.Header);
        IReadOnlyList<VerifyInit> inits = request.VerifyInits;
        return inits.Count == 0 ? throw Invalid(task, "expected an aggregation job of at least one report")
            : inits.Select(init => init.ReportShare.ReportMetadata.ReportId).Distinct().Count() != inits.Count ? throw Invalid(task, "expected distinct report IDs in an aggregation job")
            : batchId;
    }

    /// <summary>The number of the ping-pong message that a request for a step carries.</summary>
    /// <exception cref="DapProblemException">
    /// <c>invalidMessage</c>: step 0 is not reached by continuing; <c>stepMismatch</c>: the VDAF has no such step.
    /// </exception>
    public static int MessageOf(AggregatorTask task, ushort step) =>
        step == 0 ? throw Invalid(task, "a step of at least 1 expected in a request to continue")
            : 2 * step > task.PingPong.Rounds ? throw new DapProblemException(
                DapProblemType.StepMismatch, $"{task.Vdaf.Name} is finished at step {task.PingPong.Rounds / 2}, step {step} was asked for", task.Id)
            : 2 * step;

    /// <summary>
    /// The reports that a request continues, in its order. Those it leaves out are taken for rejected by the Leader.
    /// </summary>
    /// <exception cref="DapProblemException">
    /// <c>invalidMessage</c>: there are none, or one is doubled, out of order, or does not wait for this step.
    /// </exception>
    public static IReadOnlyList<ReportVerification> Select(
        AggregatorTask task, IReadOnlyList<ReportVerification> waiting, IReadOnlyList<VerifyContinue> continues)
    {
        if (continues.Count == 0)
        {
            throw Invalid(task, "expected at least one report to continue");
        }

        List<ReportVerification> selected = new(continues.Count);
        int next = 0;
        foreach (VerifyContinue message in continues)
        {
            while (next < waiting.Count && waiting[next].Id != message.ReportId)
            {
                next++;
            }

            if (next == waiting.Count)
            {
                throw Invalid(task, $"report {message.ReportId} does not wait for this step, or is doubled or out of order");
            }

            selected.Add(waiting[next++]);
        }

        return selected;
    }

    private static DapProblemException Invalid(AggregatorTask task, string detail) => new(DapProblemType.InvalidMessage, detail, task.Id);
}
