using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

/// <content>
/// What a Leader does when the Helper refuses a step or answers it wrongly: DAP §4.5.5
/// (aggregation-job-abandonment-and-deletion).
/// </content>
/// <remarks>
/// An answer that is not one to the request ends the job at once, and one that is complete but malformed does after a few
/// attempts within a minute. A refusal, or an answer that may have been cut on its way, is asked for again, up to the
/// configured number of attempts. A job that is abandoned keeps its reports, and holds
/// their batch up, until the Helper has confirmed that it deleted the job: from then on a Helper like ours counts none
/// of them, whatever it had committed. Reports that it cannot have committed then go into one more job.
/// </remarks>
internal sealed partial class AggregationJobDriver
{
    // Enough to tell a fault on the way from a Helper that cannot do better.
    private const int MaximumMalformedAnswers = 4;
    private static readonly TimeSpan LongestMalformedDelay = TimeSpan.FromSeconds(10);

    /// <summary>Tries the step again later, or abandons the job. Returns the lease if the job is to be settled.</summary>
    private async Task<Lease<LeaderAggregationJob>?> TryAgainOrAbandonAsync(
        AggregatorTask task, Lease<LeaderAggregationJob> lease, Exception exception, Uri? location, CancellationToken cancellationToken)
    {
        LeaderAggregationJob job = lease.Job;
        int refusals = job.Refusals + 1;
        _metrics.Jobs.Refused(exception);
        if (!IsHopeless(job, exception) && refusals < _options.MaximumAttempts)
        {
            await TryAgainAsync(task, lease, refusals, exception, cancellationToken);
            return null;
        }

        _metrics.Jobs.Abandoned(exception);
        LogAbandoned(job.Id, task.Id, job.Step, exception.Message);
        location ??= (exception as PeerMisbehavedException)?.Location;
        // A job that was not created is not committed: the Helper says so itself. One whose answer was deferred was created.
        bool isRefusedAtOnce = job.Step == 0 && job.HelperLocation is null && exception is PeerRefusedException;
        if (location is null || isRefusedAtOnce)
        {
            await LetGoAsync(task, lease, isCommitted: !isRefusedAtOnce && MayBeCommitted(task, job), cancellationToken);
            if (location is not null)
            {
                await _helper.TryDeleteAggregationJobAsync(task, location, cancellationToken);
            }

            return null;
        }

        string known = AggregatorUrls.WithoutStep(location).AbsoluteUri;
        RequireHeld(await _store.SettleAsync(lease, known, cancellationToken));
        return lease with
        {
            Job = job with { State = AggregationJobState.Settling, HelperLocation = known, Refusals = 0, MalformedAnswers = 0 },
        };
    }

    private async Task TryAgainAsync(
        AggregatorTask task, Lease<LeaderAggregationJob> lease, int refusals, Exception exception, CancellationToken cancellationToken)
    {
        TimeSpan delay = _driving.RetryDelay(refusals);
        bool isMalformed = IsMalformed(exception);
        DateTimeOffset due = Clock.GetUtcNow() + (isMalformed && delay > LongestMalformedDelay ? LongestMalformedDelay : delay);
        RequireHeld(await _store.ReleaseRefusedAsync(lease, isMalformed, due, cancellationToken));
        _outages.Refused(task, exception.Message);
        LogRefused(lease.Job.Id, task.Id, lease.Job.Step, refusals, exception.Message);
        LookAgainAt(due);
    }

    // A Helper that neither deletes the job nor says that it has none is not asked for ever.
    private async Task SettleAsync(AggregatorTask task, Lease<LeaderAggregationJob> lease, CancellationToken cancellationToken)
    {
        LeaderAggregationJob job = lease.Job;
        try
        {
            await _helper.DeleteAggregationJobAsync(task, new Uri(job.HelperLocation!), cancellationToken);
        }
        catch (PeerMisbehavedException exception)
        {
            int refusals = job.Refusals + 1;
            if (refusals < _options.MaximumAttempts)
            {
                await TryAgainAsync(task, lease, refusals, exception, cancellationToken);
                return;
            }

            LogUnsettled(job.Id, task.Id, exception.Message);
        }

        await LetGoAsync(task, lease, MayBeCommitted(task, job), cancellationToken);
    }

    // Reports that the Helper may have committed would only be rejected as replayed.
    private async Task LetGoAsync(
        AggregatorTask task, Lease<LeaderAggregationJob> lease, bool isCommitted, CancellationToken cancellationToken)
    {
        DateTimeOffset now = Clock.GetUtcNow();
        DateTimeOffset? putBackUntil = isCommitted ? null : now + _options.PutBackDelay;
        AbandonedReports abandoned = await _store.AbandonAsync(lease, putBackUntil, now, cancellationToken) ?? throw new LeaseLostException();
        _metrics.Jobs.LetGo(abandoned);
        LogLetGo(lease.Job.Id, task.Id, abandoned.PutBack, abandoned.Dropped);
    }

    private static bool IsMalformed(Exception exception) => exception is PeerMisbehavedException { IsComplete: true };

    // It commits with its answer to the last step.
    private static bool MayBeCommitted(AggregatorTask task, LeaderAggregationJob job) => job.Step >= LeaderAggregation.LastStep(task);

    // Of refusals, only that the Helper has forgotten the job, or is at another step, cannot be mended.
    private static bool IsHopeless(LeaderAggregationJob job, Exception exception) => exception switch
    {
        PeerMisbehavedException misbehaved => misbehaved.EndsJob || (IsMalformed(misbehaved) && job.MalformedAnswers + 1 >= MaximumMalformedAnswers),
        PeerRefusedException refused => job.Step > 0
            && (refused.Type == DapProblemType.StepMismatch || refused.Type == DapProblemType.UnrecognizedAggregationJob),
        _ => false,
    };

    [LoggerMessage(Level = LogLevel.Debug, Message = "step {Step} of aggregation job {JobId} of task {TaskId} is refused (refusals so far: {Refusals}): {Reason}")]
    private partial void LogRefused(AggregationJobId jobId, TaskId taskId, int step, int refusals, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "aggregation job {JobId} of task {TaskId} is abandoned at step {Step}: {Reason}")]
    private partial void LogAbandoned(AggregationJobId jobId, TaskId taskId, int step, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "abandoned aggregation job {JobId} of task {TaskId} cannot be settled; the Helper may count its reports in a batch: {Reason}")]
    private partial void LogUnsettled(AggregationJobId jobId, TaskId taskId, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "abandoned aggregation job {JobId} of task {TaskId} is over; its reports: {PutBack} put back for another job, {Dropped} dropped")]
    private partial void LogLetGo(AggregationJobId jobId, TaskId taskId, int putBack, int dropped);

    [LoggerMessage(Level = LogLevel.Debug, Message = "the Helper deferred step {Step} of aggregation job {JobId} of task {TaskId}; it is asked again at {Due}")]
    private partial void LogDeferred(AggregationJobId jobId, TaskId taskId, int step, DateTimeOffset due);

    [LoggerMessage(Level = LogLevel.Debug, Message = "aggregation job {JobId} of task {TaskId} is finished; reports committed: {Committed} of {Reports}")]
    private partial void LogFinished(AggregationJobId jobId, TaskId taskId, long committed, int reports);
}
