using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

/// <content>What a Leader does when the Helper refuses a step or answers it wrongly: DAP §4.5.6 (aggregation job abandonment).</content>
internal sealed partial class AggregationJobDriver
{
    /// <summary>Tries the step again later, or gives the job up.</summary>
    /// <remarks>
    /// The reports of a job that is given up go into one more job, but not when the Helper may have committed them: it
    /// does so with its answer to the last step, so only a job that it refused to create, or that ends before that
    /// answer, is known not to be committed. The others are dropped; they would only be rejected as replayed.
    /// </remarks>
    private async Task SettleRefusalAsync(
        AggregatorTask task, Lease<LeaderAggregationJob> lease, Exception exception, Uri? location, CancellationToken cancellationToken)
    {
        LeaderAggregationJob job = lease.Job;
        int refusals = job.Refusals + 1;
        DateTimeOffset now = Clock.GetUtcNow();
        if (!IsHopeless(job, exception) && refusals < _options.MaximumAttempts)
        {
            DateTimeOffset due = now + _driving.RetryDelay(refusals);
            await _store.ReleaseRefusedAsync(lease, due, cancellationToken);
            LogRefused(job.Id, task.Id, job.Step, refusals, exception.Message);
            LookAgainAt(due);
            return;
        }

        bool isCreationRefused = job.Step == 0 && exception is PeerRefusedException;
        bool mayBeCommitted = job.Step >= LeaderAggregation.LastStep(task) && !isCreationRefused;
        DateTimeOffset? putBackUntil = mayBeCommitted ? null : now + _options.PutBackDelay;
        if (await _store.AbandonAsync(lease, putBackUntil, now, cancellationToken) is not { } abandoned)
        {
            LogLeaseLost(job.Id);
            return;
        }

        _metrics.JobAbandoned(abandoned);
        LogAbandoned(job.Id, task.Id, job.Step, exception.Message, abandoned.PutBack, abandoned.Dropped);
        if (location is not null)
        {
            await _helper.TryDeleteAsync(task, location);
        }
    }

    // The Helper has forgotten the job, or is at another step: neither mends.
    private static bool IsHopeless(LeaderAggregationJob job, Exception exception) =>
        job.Step > 0
        && exception is PeerRefusedException refused
        && (refused.Type == DapProblemType.StepMismatch || refused.Type == DapProblemType.UnrecognizedAggregationJob);

    [LoggerMessage(Level = LogLevel.Warning, Message = "step {Step} of aggregation job {JobId} of task {TaskId} is refused, {Refusals} times so far: {Reason}")]
    private partial void LogRefused(AggregationJobId jobId, TaskId taskId, int step, int refusals, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "aggregation job {JobId} of task {TaskId} is abandoned at step {Step}: {Reason}; {PutBack} of its reports go into another job, {Dropped} are dropped")]
    private partial void LogAbandoned(AggregationJobId jobId, TaskId taskId, int step, string reason, int putBack, int dropped);

    [LoggerMessage(Level = LogLevel.Debug, Message = "the Helper deferred step {Step} of aggregation job {JobId}; it is asked again at {Due}")]
    private partial void LogDeferred(AggregationJobId jobId, int step, DateTimeOffset due);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the lease of aggregation job {JobId} was lost; another driver has the job")]
    private partial void LogLeaseLost(AggregationJobId jobId);

    [LoggerMessage(Level = LogLevel.Debug, Message = "aggregation job {JobId} of task {TaskId} is finished: {Committed} of {Reports} reports committed")]
    private partial void LogFinished(AggregationJobId jobId, TaskId taskId, long committed, int reports);
}
