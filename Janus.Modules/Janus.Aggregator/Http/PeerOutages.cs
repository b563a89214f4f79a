using System.Collections.Concurrent;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

/// <summary>
/// Tells the operator once when requests to a Helper begin to fail and once when they succeed again, instead of for each job and
/// attempt; and each hour that they still fail.
/// </summary>
/// <remarks>
/// A Helper that cannot be reached is away for all its tasks; one that does not take what we ask about a task is away for that task.
/// </remarks>
internal sealed partial class PeerOutages
{
    // Several jobs have each their own next attempt: the first success is not yet the end.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    // One job's answer is wrong, the next one's is right: a line for each would be what this class prevents.
    private static readonly TimeSpan MisbehaviourSettling = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ReminderInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan IdleAge = TimeSpan.FromDays(1);
    private const int MaximumIdle = 1000;

    private readonly ConcurrentDictionary<Url, Entry> _ofPeers = [];
    private readonly ConcurrentDictionary<TaskId, Entry> _ofTasks = [];
    private readonly TimeProvider _time;
    private readonly ILogger<PeerOutages> _logger;

    public PeerOutages(TimeProvider time, ILogger<PeerOutages> logger)
    {
        _time = time;
        _logger = logger;
    }

    /// <summary>The Helper answered as it should.</summary>
    public void Answered(AggregatorTask task)
    {
        Reached(task);
        if (_ofTasks.TryGetValue(task.Id, out Entry? entry) && entry.Outage.Succeed() is { } ended)
        {
            _ofTasks.TryRemove(KeyValuePair.Create(task.Id, entry));
            string peer = PeerOf(task);
            LogTakesAgain(peer, task.Id, ended.Duration.TotalSeconds, ended.Failures);
        }
    }

    /// <summary>The Helper did not answer as it should.</summary>
    public void Failed(AggregatorTask task, PeerVerdict verdict)
    {
        if (verdict.Conduct == PeerConduct.Unavailable)
        {
            CountUnavailable(task, verdict.Reason);
            return;
        }

        Reached(task);
        if (verdict.Conduct is PeerConduct.Unwilling or PeerConduct.Misbehaved)
        {
            CountUnwilling(task, verdict.Reason, verdict.Conduct == PeerConduct.Misbehaved ? MisbehaviourSettling : Settling);
        }
    }

    /// <summary>A step of a job is refused, or its answer cannot be used; the job is tried again.</summary>
    public void Refused(AggregatorTask task, string reason) => CountUnwilling(task, reason, MisbehaviourSettling);

    private static string PeerOf(AggregatorTask task) => Quote.Of(task.HelperUrls.Endpoint);

    private void Reached(AggregatorTask task)
    {
        Url peer = task.Configuration.HelperAggregatorEndpoint;
        if (_ofPeers.TryGetValue(peer, out Entry? entry) && entry.Outage.Succeed() is { } ended)
        {
            _ofPeers.TryRemove(KeyValuePair.Create(peer, entry));
            string name = PeerOf(task);
            LogAnswersAgain(name, ended.Duration.TotalSeconds, ended.Failures);
        }
    }

    private void CountUnavailable(AggregatorTask task, string reason)
    {
        string peer = PeerOf(task);
        Entry entry = Find(_ofPeers, task.Configuration.HelperAggregatorEndpoint);
        if (entry.Outage.Fail(Settling))
        {
            LogFails(peer, task.Id, reason);
        }
        else if (entry.IsReminderDue(_time, out TimeSpan duration))
        {
            LogStillFails(peer, duration.TotalHours, reason);
        }
    }

    private void CountUnwilling(AggregatorTask task, string reason, TimeSpan settling)
    {
        string peer = PeerOf(task);
        Entry entry = Find(_ofTasks, task.Id);
        if (entry.Outage.Fail(settling))
        {
            LogUnwilling(peer, task.Id, reason);
        }
        else if (entry.IsReminderDue(_time, out TimeSpan duration))
        {
            LogStillUnwilling(peer, task.Id, duration.TotalHours, reason);
        }
    }

    // Tasks are deleted while their outages last.
    private Entry Find<TKey>(ConcurrentDictionary<TKey, Entry> entries, TKey key)
        where TKey : notnull
    {
        if (entries.Count >= MaximumIdle)
        {
            foreach (KeyValuePair<TKey, Entry> idle in entries.Where(pair => _time.GetElapsedTime(pair.Value.UsedAt) > IdleAge))
            {
                entries.TryRemove(idle);
            }
        }

        Entry entry = entries.GetOrAdd(key, _ => new Entry(_time));
        entry.UsedAt = _time.GetTimestamp();
        return entry;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "requests to the Helper at {Peer} fail, first in task {TaskId}: {Reason}; they are repeated, and it is told when they succeed")]
    private partial void LogFails(string peer, TaskId taskId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "requests to the Helper at {Peer} have failed for {Hours:0} h: {Reason}")]
    private partial void LogStillFails(string peer, double hours, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "requests to the Helper at {Peer} succeed again after {Seconds:0} s; {Failures} failed meanwhile")]
    private partial void LogAnswersAgain(string peer, double seconds, long failures);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the Helper at {Peer} does not take our requests about task {TaskId}: {Reason}; they are repeated, and it is told when it takes them")]
    private partial void LogUnwilling(string peer, TaskId taskId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the Helper at {Peer} has not taken our requests about task {TaskId} for {Hours:0} h: {Reason}")]
    private partial void LogStillUnwilling(string peer, TaskId taskId, double hours, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "the Helper at {Peer} takes our requests about task {TaskId} again after {Seconds:0} s; {Failures} failed meanwhile")]
    private partial void LogTakesAgain(string peer, TaskId taskId, double seconds, long failures);

    private sealed class Entry(TimeProvider time)
    {
        private readonly long _began = time.GetTimestamp();
        private long _remindedAt = time.GetTimestamp();

        public Outage Outage { get; } = new(time);

        public long UsedAt { get; set; }

        public bool IsReminderDue(TimeProvider time, out TimeSpan duration)
        {
            duration = time.GetElapsedTime(_began);
            long before = Volatile.Read(ref _remindedAt);
            return time.GetElapsedTime(before) >= ReminderInterval
                && Interlocked.CompareExchange(ref _remindedAt, time.GetTimestamp(), before) == before;
        }
    }
}
