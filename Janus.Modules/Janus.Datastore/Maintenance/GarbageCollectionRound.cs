using Janus.Messages;

namespace Janus.Datastore;

/// <summary>What a round of garbage collection has done.</summary>
public sealed class GarbageCollectionRound
{
    private readonly Dictionary<GarbageKind, long> _deleted = [];

    /// <summary>The rows deleted of each table.</summary>
    public IReadOnlyDictionary<GarbageKind, long> Deleted => _deleted;

    /// <summary>The weeks whose partition of the replay table was dropped.</summary>
    public List<int> DroppedWeeks { get; } = [];

    /// <summary>Tasks of which nothing is left, not even the row.</summary>
    public List<TaskId> RemovedTasks { get; } = [];

    /// <summary>How long the oldest row or partition that is still there should have been gone.</summary>
    public TimeSpan Lag { get; internal set; }

    /// <summary>All rows deleted.</summary>
    public long Rows => _deleted.Values.Sum();

    internal void Add(GarbageKind kind, long rows)
    {
        if (rows > 0)
        {
            _deleted[kind] = _deleted.GetValueOrDefault(kind) + rows;
        }
    }

    internal void Report(TimeSpan lag) => Lag = lag > Lag ? lag : Lag;
}
