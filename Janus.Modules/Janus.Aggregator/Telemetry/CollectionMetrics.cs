using System.Diagnostics.Metrics;
using Janus.Dap;
using Janus.Messages;

namespace Janus.Aggregator;

/// <summary>Instruments of collections, on both sides.</summary>
internal sealed class CollectionMetrics
{
    private readonly Counter<long> _jobs;
    private readonly Histogram<double> _jobAge;
    private readonly Histogram<long> _batchReports;
    private readonly Counter<long> _refusedShares;

    public CollectionMetrics(Meter meter)
    {
        _jobs = meter.CreateCounter<long>("janus.collection.jobs", "{job}", "Collection jobs that ended, by outcome: finished, or the problem that the Collector is told.");
        _jobAge = meter.CreateHistogram("janus.collection.job_age", "s", "From the creation of a collection job to its end.", advice: Buckets.Ages);
        _batchReports = meter.CreateHistogram("janus.collection.batch_reports", "{report}", "Reports in a collected batch, by role.", advice: Buckets.Reports);
        _refusedShares = meter.CreateCounter<long>("janus.collection.refused_shares", "{request}", "Aggregate shares that the Helper refused the Leader, by reason.");
    }

    /// <summary>A collection job has its answer.</summary>
    public void Finished(long reports, TimeSpan age)
    {
        _jobs.Add(1, Label.Of("outcome", "finished"));
        _jobAge.Record(age.TotalSeconds);
        _batchReports.Record(reports, Label.Of(Role.Leader));
    }

    /// <summary>A collection job ends without an answer.</summary>
    public void Failed(string urn, TimeSpan age)
    {
        _jobs.Add(1, Label.Of("outcome", Label.Text(DapProblemType.FromUrn(urn))));
        _jobAge.Record(age.TotalSeconds);
    }

    /// <summary>A Helper has marked a batch collected.</summary>
    public void ShareGiven(long reports) => _batchReports.Record(reports, Label.Of(Role.Helper));

    /// <summary>A Helper does not give an aggregate share.</summary>
    public void ShareRefused(DapProblemType problem) => _refusedShares.Add(1, Label.Of("reason", Label.Text(problem)));
}
