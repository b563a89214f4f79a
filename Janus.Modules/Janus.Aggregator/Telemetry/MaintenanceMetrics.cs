using System.Diagnostics.Metrics;
using Janus.Datastore;

namespace Janus.Aggregator;

/// <summary>Instruments of what keeps an aggregator running for years: keys, garbage, tasks that arrive by themselves.</summary>
internal sealed class MaintenanceMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _newTasks;
    private readonly Counter<long> _deletedRows;
    private readonly Counter<long> _droppedPartitions;
    private readonly Histogram<double> _garbageRounds;
    private double _garbageLag;

    public MaintenanceMetrics(Meter meter)
    {
        _meter = meter;
        _newTasks = meter.CreateCounter<long>("janus.taskprov.new_tasks", "{task}", "Advertised tasks that were new here, by what became of them.");
        _deletedRows = meter.CreateCounter<long>("janus.garbage.deleted_rows", "{row}", "Expired rows deleted, by table.");
        _droppedPartitions = meter.CreateCounter<long>("janus.garbage.dropped_partitions", "{partition}", "Weeks of report IDs dropped.");
        _garbageRounds = meter.CreateHistogram("janus.garbage.round_duration", "s", "How long a round of garbage collection took.", advice: Buckets.Seconds);
        meter.CreateObservableGauge(
            "janus.garbage.lag", () => Volatile.Read(ref _garbageLag), "s", "How long the oldest data still there should have been gone, as of the last round.");
    }

    /// <summary>Counts an advertised task that was opted into.</summary>
    public void OptedIn() => _newTasks.Add(1, Label.Of("outcome", "opted_in"));

    /// <summary>Counts a request for a task that was opted out of.</summary>
    public void OptedOut() => _newTasks.Add(1, Label.Of("outcome", "opted_out"));

    /// <summary>Counts a request for a task that was put off, because there were too many new ones.</summary>
    public void OptInLimited() => _newTasks.Add(1, Label.Of("outcome", "limited"));

    /// <summary>Counts what a round of garbage collection has done.</summary>
    public void GarbageCollected(GarbageCollectionRound round, TimeSpan duration)
    {
        foreach ((GarbageKind kind, long rows) in round.Deleted)
        {
            _deletedRows.Add(rows, Label.Of("table", kind.Table()));
        }

        _droppedPartitions.Add(round.DroppedWeeks.Count);
        _garbageRounds.Record(duration.TotalSeconds);
        Volatile.Write(ref _garbageLag, round.Lag.TotalSeconds);
    }

    /// <summary>Publishes how long each HPKE key has been in its state.</summary>
    public void ObserveHpkeKeys(Func<IEnumerable<Measurement<double>>> ages) =>
        _meter.CreateObservableGauge("janus.hpke.key_age", ages, "s", "How long each HPKE key has been in its state, by configuration ID and state.");
}
