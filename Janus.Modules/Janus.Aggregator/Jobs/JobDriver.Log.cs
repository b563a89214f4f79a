using Janus.Datastore;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

internal abstract partial class JobDriver<TJob>
{
    [LoggerMessage(Message = "cannot acquire work of kind {Kind}; trying again")]
    private partial void LogAcquisitionFailed(LogLevel level, WorkKind kind, Exception exception);

    [LoggerMessage(Message = "{Job} of task {TaskId} failed at attempt {Attempts}; next attempt in {Delay}")]
    private partial void LogStepFailed(LogLevel level, JobName job, string taskId, int attempts, TimeSpan delay, Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Job} of task {TaskId} is postponed after attempt {Attempts}: {Reason}; next attempt in {Delay}")]
    private partial void LogStepPostponed(JobName job, string taskId, int attempts, string reason, TimeSpan delay);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Job} of task {TaskId} took longer than its lease of {Lease} (LeaseDuration) at attempt {Attempts}; next attempt in {Delay}")]
    private partial void LogStepTooLong(JobName job, string taskId, TimeSpan lease, int attempts, TimeSpan delay);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the lease of {Job} of task {TaskId} was lost; another driver has the job")]
    private partial void LogLeaseLost(JobName job, string taskId);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Job} of task {TaskId} was deleted, or another driver has it")]
    private partial void LogOvertaken(JobName job, string taskId);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Job} of task {TaskId} released because the process is stopping")]
    private partial void LogReleased(JobName job, string taskId);

    [LoggerMessage(Message = "{Job} of task {TaskId} could not be released; its lease will run out")]
    private partial void LogReleaseFailed(LogLevel level, JobName job, string taskId, Exception exception);
}
