using System.Diagnostics.Metrics;
using Janus.Datastore;

namespace Janus.Aggregator;

/// <summary>Instruments of what waits in the database, as <see cref="BacklogSampler"/> has last seen it.</summary>
/// <remarks>Every process on one database reports the same, so that these are aggregated by the maximum, not by the sum.</remarks>
internal sealed class BacklogMetrics
{
    private const string WaitingReports = "reports";
    private static readonly WorkKind[] Kinds = [WorkKind.AggregationJobs, WorkKind.HelperAggregationJobs, WorkKind.CollectionJobs, WorkKind.AggregateShares];
    private volatile Sample? _last;

    public BacklogMetrics(AggregatorMetrics metrics)
    {
        Meter meter = metrics.Meter;
        meter.CreateObservableGauge("janus.backlog.reports", Reports, "{report}", "Uploaded reports that are in no aggregation job.");
        meter.CreateObservableGauge("janus.backlog.jobs", Jobs, "{job}", "Jobs that have not ended, by kind of job and state: due, leased or postponed.");
        meter.CreateObservableGauge("janus.backlog.oldest_age", OldestAges, "s", "The age of the oldest job of a kind that has not ended, and of the oldest report that is in no aggregation job.");
        meter.CreateObservableGauge("janus.backlog.due_age", DueAges, "s", "How long the job that has waited longest for a driver has been due, by kind of job.");
    }

    /// <summary>What jobs of a kind are called in attributes.</summary>
    public static string LabelOf(WorkKind kind) => kind switch
    {
        WorkKind.AggregationJobs => "aggregation_job",
        WorkKind.HelperAggregationJobs => "deferred_aggregation_job",
        WorkKind.CollectionJobs => "collection_job",
        WorkKind.AggregateShares => "deferred_aggregate_share",
        _ => WaitingReports,
    };

    /// <summary>Publishes a sample; null when there is none that still holds.</summary>
    /// <param name="backlog">What waits.</param>
    /// <param name="oldestReport">When the oldest report was uploaded that waits for nothing but an aggregation job.</param>
    /// <param name="now">When it was looked at.</param>
    public void Publish(Backlog? backlog, DateTimeOffset? oldestReport, DateTimeOffset now) =>
        _last = backlog is null ? null : new Sample(backlog, oldestReport, now);

    private IEnumerable<Measurement<long>> Reports() => _last is { } last ? [new(last.Backlog.UnassignedReports)] : [];

    private IEnumerable<Measurement<long>> Jobs() => _last is not { } last ? [] : Kinds.SelectMany(
        kind => Enum.GetValues<WaitingState>(),
        (kind, state) => new Measurement<long>(
            last.Of(kind).Where(jobs => jobs.State == state).Sum(jobs => jobs.Count), Label.Of("kind", LabelOf(kind)), Label.Of("state", state)));

    private IEnumerable<Measurement<double>> OldestAges() => _last is not { } last ? [] :
    [
        Age(last, WorkKind.Reports, last.OldestReport),
        .. Kinds.Select(kind => Age(last, kind, last.Of(kind).Select(jobs => (DateTimeOffset?)jobs.OldestCreation).Min())),
    ];

    private IEnumerable<Measurement<double>> DueAges() => _last is not { } last
        ? []
        : Kinds.Select(kind => Age(last, kind, last.Of(kind).Select(jobs => (DateTimeOffset?)jobs.OldestDue).Min()));

    private static Measurement<double> Age(Sample sample, WorkKind kind, DateTimeOffset? since) =>
        new(since < sample.Time ? (sample.Time - since.Value).TotalSeconds : 0, Label.Of("kind", LabelOf(kind)));

    private sealed record Sample(Backlog Backlog, DateTimeOffset? OldestReport, DateTimeOffset Time)
    {
        public IEnumerable<WaitingJobs> Of(WorkKind kind) => Backlog.Jobs.Where(jobs => jobs.Kind == kind);
    }
}
