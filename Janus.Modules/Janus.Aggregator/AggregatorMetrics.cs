using System.Diagnostics.Metrics;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Aggregator;

/// <summary>The aggregator's instruments, all under the meter <c>Janus.Aggregator</c>.</summary>
internal sealed class AggregatorMetrics : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Janus.Aggregator";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _uploaded;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _abandoned;
    private readonly Counter<long> _uploadsShed;
    private readonly Counter<long> _jobsShed;
    private readonly Counter<long> _advertised;
    private readonly Counter<long> _deletedRows;
    private readonly Counter<long> _droppedPartitions;
    private readonly Histogram<double> _garbageRounds;
    private double _garbageLag;

    public AggregatorMetrics()
    {
        _uploaded = _meter.CreateCounter<long>("janus.upload.reports", "{report}", "Uploaded reports by outcome.");
        _rejected = _meter.CreateCounter<long>("janus.aggregation.rejected_reports", "{report}", "Reports rejected in aggregation, by role and error.");
        _abandoned = _meter.CreateCounter<long>("janus.aggregation.abandoned_reports", "{report}", "Reports of aggregation jobs that the Leader gave up, by outcome.");
        _uploadsShed = _meter.CreateCounter<long>("janus.upload.shed_requests", "{request}", "Upload requests refused for lack of memory, by reason.");
        _jobsShed = _meter.CreateCounter<long>("janus.aggregation.shed_requests", "{request}", "Requests for aggregation jobs that the Helper refused for lack of places or memory, by reason.");
        _advertised = _meter.CreateCounter<long>("janus.taskprov.new_tasks", "{task}", "Advertised tasks that were new here, by what became of them.");
        _deletedRows = _meter.CreateCounter<long>("janus.garbage.deleted_rows", "{row}", "Expired rows deleted, by table.");
        _droppedPartitions = _meter.CreateCounter<long>("janus.garbage.dropped_partitions", "{partition}", "Weeks of report IDs dropped.");
        _garbageRounds = _meter.CreateHistogram<double>("janus.garbage.round_duration", "s", "How long a round of garbage collection took.");
        _meter.CreateObservableGauge(
            "janus.garbage.lag", () => Volatile.Read(ref _garbageLag), "s", "How long the oldest data still there should have been gone, as of the last round.");
        ReportsAggregated = _meter.CreateCounter<long>("janus.aggregation.reports", "{report}", "Reports verified and committed to a batch bucket, by role.");
        JobReports = _meter.CreateHistogram<long>("janus.aggregation.job_reports", "{report}", "Reports in an aggregation job.");
    }

    /// <summary>Reports committed, by role.</summary>
    public Counter<long> ReportsAggregated { get; }

    /// <summary>Reports in an aggregation job.</summary>
    public Histogram<long> JobReports { get; }

    /// <summary>Counts what became of written reports.</summary>
    public void ReportsWritten(IReadOnlyList<UploadOutcome> outcomes)
    {
        foreach (IGrouping<UploadOutcome, UploadOutcome> group in outcomes.GroupBy(outcome => outcome))
        {
            _uploaded.Add(group.Count(), new KeyValuePair<string, object?>("outcome", group.Key.ToString()));
        }
    }

    /// <summary>Counts an uploaded report that was refused before it reached the queue.</summary>
    public void ReportRefused(ReportError error) =>
        _uploaded.Add(1, new KeyValuePair<string, object?>("outcome", error.ToString()));

    /// <summary>Counts a report that was rejected in aggregation.</summary>
    public void ReportRejected(Role role, ReportError error) =>
        _rejected.Add(1, new("role", role.ToString()), new("error", error.ToString()));

    /// <summary>Counts the reports of an aggregation job that was given up.</summary>
    public void JobAbandoned(AbandonedReports reports)
    {
        _abandoned.Add(reports.PutBack, new KeyValuePair<string, object?>("outcome", nameof(reports.PutBack)));
        _abandoned.Add(reports.Dropped, new KeyValuePair<string, object?>("outcome", nameof(reports.Dropped)));
    }

    /// <summary>Counts an upload request that was refused because of what others hold in memory.</summary>
    public void UploadShed(QuotaAnswer reason) => _uploadsShed.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));

    /// <summary>Counts a request for an aggregation job that was refused because of what others hold.</summary>
    public void JobShed(QuotaAnswer reason) => _jobsShed.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));

    /// <summary>Publishes what upload requests hold in memory.</summary>
    public void ObserveUploadMemory(Func<long> bytes) =>
        _meter.CreateObservableGauge("janus.upload.memory", bytes, "By", "What upload requests in progress may hold in memory.");

    /// <summary>Counts a task that was opted into.</summary>
    public void TaskprovOptedIn() => _advertised.Add(1, new KeyValuePair<string, object?>("outcome", "opted_in"));

    /// <summary>Counts a request for a task that was opted out of.</summary>
    public void TaskprovOptedOut() => _advertised.Add(1, new KeyValuePair<string, object?>("outcome", "opted_out"));

    /// <summary>Counts a request for a task that was put off, because there were too many new ones.</summary>
    public void TaskprovLimited() => _advertised.Add(1, new KeyValuePair<string, object?>("outcome", "limited"));

    /// <summary>Counts what a round of garbage collection has done.</summary>
    public void GarbageCollected(GarbageCollectionRound round, TimeSpan duration)
    {
        foreach ((GarbageKind kind, long rows) in round.Deleted)
        {
            _deletedRows.Add(rows, new KeyValuePair<string, object?>("table", kind.Table()));
        }

        _droppedPartitions.Add(round.DroppedWeeks.Count);
        _garbageRounds.Record(duration.TotalSeconds);
        Volatile.Write(ref _garbageLag, round.Lag.TotalSeconds);
    }

    /// <summary>Publishes how many reports wait to be written.</summary>
    public void ObserveUploadQueue(Func<long> reports) =>
        _meter.CreateObservableGauge("janus.upload.queue", reports, "{report}", "Reports waiting to be written.");

    /// <summary>Publishes how long each HPKE key has been in its state.</summary>
    public void ObserveHpkeKeys(Func<IEnumerable<Measurement<double>>> ages) =>
        _meter.CreateObservableGauge("janus.hpke.key_age", ages, "s", "How long each HPKE key has been in its state, by configuration ID and state.");

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
