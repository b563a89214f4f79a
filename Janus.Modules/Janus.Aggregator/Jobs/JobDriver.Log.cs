using Janus.Datastore;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

internal abstract partial class JobDriver<TJob>
{
    [LoggerMessage(Message = "cannot acquire work of kind {Kind}; trying again")]
    private partial void LogAcquisitionFailed(LogLevel level, WorkKind kind, Exception exception);

    [LoggerMessage(Message = "{Job} failed at attempt {Attempts}; next attempt in {Delay}")]
    private partial void LogStepFailed(LogLevel level, JobName job, int attempts, TimeSpan delay, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Job} is postponed after attempt {Attempts}: {Reason}; next attempt in {Delay}")]
    private partial void LogStepPostponed(JobName job, int attempts, string reason, TimeSpan delay);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Job} released because the process is stopping")]
    private partial void LogReleased(JobName job);

    [LoggerMessage(Message = "{Job} could not be released; its lease will run out")]
    private partial void LogReleaseFailed(LogLevel level, JobName job, Exception exception);
}
