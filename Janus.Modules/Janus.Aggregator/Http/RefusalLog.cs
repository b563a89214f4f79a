using Janus.Codec;
using Janus.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

/// <summary>
/// Tells the operator of requests that are refused without a line for each: the first of a kind and task at once, and the number of
/// the others a quarter of an hour later, and so on while there are any. Every single one is logged at Debug.
/// </summary>
/// <remarks>
/// Strangers can have a request refused for nothing. What they write is bounded: a task that is not ours counts as none, there are
/// only so many kinds, and beyond a thousand tasks and kinds the others are counted together.
/// </remarks>
internal sealed partial class RefusalLog : IDisposable
{
    /// <summary>How often it is told how many requests were refused.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(15);

    private const int MaximumKinds = 1000;
    private static readonly Kind Others = new(null, false, "others");

    private readonly Dictionary<Kind, Refusals> _kinds = [];
    private readonly Lock _lock = new();
    private readonly ILogger<RefusalLog> _logger;
    private readonly ITimer _timer;

    public RefusalLog(TimeProvider time, ILogger<RefusalLog> logger)
    {
        _logger = logger;
        _timer = time.CreateTimer(_ => Summarize(), null, Interval, Interval);
    }

    /// <summary>A request is refused.</summary>
    /// <param name="context">The request.</param>
    /// <param name="problem">The problem's token, or its title.</param>
    /// <param name="detail">What is wrong with it.</param>
    public void Refused(HttpContext context, string problem, string detail)
    {
        RequestedTask? task = RequestedTask.Of(context);
        string method = Quote.Line(context.Request.Method);
        string path = Quote.Line(context.Request.Path.Value, 120);
        string reason = Quote.Line(detail, 240);
        LogRefusedOne(method, path, task?.TaskId, problem, reason);
        Kind kind = new(task?.TaskId, task?.IsAuthenticated ?? false, problem);
        lock (_lock)
        {
            if (!_kinds.ContainsKey(kind) && _kinds.Count >= MaximumKinds)
            {
                kind = Others;
            }

            if (_kinds.TryGetValue(kind, out Refusals? known))
            {
                known.Count++;
                known.LastReason = reason;
                return;
            }

            _kinds.Add(kind, new Refusals { LastReason = reason });
        }

        Tell(kind, method, path, reason);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Tell(Kind kind, string method, string path, string reason)
    {
        if (kind.TaskId is not { } taskId)
        {
            LogRefused(method, path, kind.Problem, reason);
        }
        else if (kind.IsAuthenticated)
        {
            LogRefusedToPeer(method, path, taskId, kind.Problem, reason);
        }
        else
        {
            LogRefusedOfTask(method, path, taskId, kind.Problem, reason);
        }
    }

    // A kind of which there were none for an interval is told at once when it comes again.
    private void Summarize()
    {
        List<(Kind Kind, long Count, string Reason)> due = [];
        lock (_lock)
        {
            foreach ((Kind kind, Refusals refusals) in _kinds.ToList())
            {
                if (refusals.Count == 0)
                {
                    _kinds.Remove(kind);
                    continue;
                }

                due.Add((kind, refusals.Count, refusals.LastReason));
                refusals.Count = 0;
            }
        }

        foreach ((Kind kind, long count, string reason) in due)
        {
            if (kind.TaskId is not { } taskId)
            {
                LogRefusedMore(count, Interval.TotalMinutes, kind.Problem, reason);
            }
            else if (kind.IsAuthenticated)
            {
                LogRefusedMoreToPeer(count, Interval.TotalMinutes, taskId, kind.Problem, reason);
            }
            else
            {
                LogRefusedMoreOfTask(count, Interval.TotalMinutes, taskId, kind.Problem, reason);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Path} refused (task {TaskId}): {Problem}: {Reason}")]
    private partial void LogRefusedOne(string method, string path, TaskId? taskId, string problem, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Method} {Path} refused: {Problem}: {Reason}; others like it are counted")]
    private partial void LogRefused(string method, string path, string problem, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Method} {Path} of task {TaskId} refused: {Problem}: {Reason}; others like it are counted")]
    private partial void LogRefusedOfTask(string method, string path, TaskId taskId, string problem, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Path} of the authenticated peer of task {TaskId} refused: {Problem}: {Reason}; others like it are counted")]
    private partial void LogRefusedToPeer(string method, string path, TaskId taskId, string problem, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "requests about no task here refused within {Minutes} min: {Count} more: {Problem}: {Reason}")]
    private partial void LogRefusedMore(long count, double minutes, string problem, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "requests of task {TaskId} refused within {Minutes} min: {Count} more: {Problem}: {Reason}")]
    private partial void LogRefusedMoreOfTask(long count, double minutes, TaskId taskId, string problem, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "requests of the authenticated peer of task {TaskId} refused within {Minutes} min: {Count} more: {Problem}: {Reason}")]
    private partial void LogRefusedMoreToPeer(long count, double minutes, TaskId taskId, string problem, string reason);

    private readonly record struct Kind(TaskId? TaskId, bool IsAuthenticated, string Problem);

    private sealed class Refusals
    {
        public long Count { get; set; }

        public required string LastReason { get; set; }
    }
}
