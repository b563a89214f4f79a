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

    public AggregatorMetrics()
    {
        _uploaded = _meter.CreateCounter<long>("janus.upload.reports", "{report}", "Uploaded reports by outcome.");
        _rejected = _meter.CreateCounter<long>("janus.aggregation.rejected_reports", "{report}", "Reports rejected in aggregation, by role and error.");
        ReportsAggregated = _meter.CreateCounter<long>("janus.aggregation.reports", "{report}", "Reports verified and committed to a batch bucket, by role.");
        Jobs = new JobMetrics(_meter);
        Peer = new PeerMetrics(_meter);
        Collections = new CollectionMetrics(_meter);
        Requests = new RequestMetrics(_meter);
        Maintenance = new MaintenanceMetrics(_meter);
    }

    /// <summary>Reports committed, by role.</summary>
    public Counter<long> ReportsAggregated { get; }

    /// <summary>The lease loops and a Leader's aggregation jobs.</summary>
    public JobMetrics Jobs { get; }

    /// <summary>Requests to Helpers.</summary>
    public PeerMetrics Peer { get; }

    /// <summary>Collections.</summary>
    public CollectionMetrics Collections { get; }

    /// <summary>Requests that are served.</summary>
    public RequestMetrics Requests { get; }

    /// <summary>Keys, garbage collection and advertised tasks.</summary>
    public MaintenanceMetrics Maintenance { get; }

    /// <summary>The meter, for what is observed where it is.</summary>
    public Meter Meter => _meter;

    /// <summary>Counts what became of written reports.</summary>
    public void ReportsWritten(IReadOnlyList<UploadOutcome> outcomes)
    {
        foreach (IGrouping<UploadOutcome, UploadOutcome> group in outcomes.GroupBy(outcome => outcome))
        {
            _uploaded.Add(group.Count(), Label.Of("outcome", group.Key));
        }
    }

    /// <summary>Counts an uploaded report that was refused before it reached the queue.</summary>
    public void ReportRefused(ReportError error) =>
        _uploaded.Add(1, Label.Of("outcome", error));

    /// <summary>Publishes how many tasks most of whose reports fail.</summary>
    public void ObserveFailingTasks(Func<IEnumerable<Measurement<long>>> tasks) => _meter.CreateObservableGauge(
        "janus.report.failing_tasks", tasks, "{task}", "Tasks most of whose reports failed in the last minutes, by stage; a Warning names each.");

    /// <summary>Counts a report that was rejected in aggregation.</summary>
    public void ReportRejected(Role role, ReportError error) =>
        _rejected.Add(1, Label.Of(role), Label.Of("error", error));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
