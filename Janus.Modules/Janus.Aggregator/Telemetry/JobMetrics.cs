using System.Diagnostics.Metrics;
using Janus.Datastore;

namespace Janus.Aggregator;

/// <summary>Instruments of the lease loops and of a Leader's aggregation jobs.</summary>
internal sealed class JobMetrics
{
    private readonly Histogram<double> _stepDuration;
    private readonly Histogram<long> _leaseAttempts;
    private readonly Counter<long> _leaseLosses;
    private readonly UpDownCounter<long> _running;
    private readonly Counter<long> _created;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _abandonedJobs;
    private readonly Counter<long> _abandonedReports;
    private readonly Histogram<long> _reports;
    private readonly Histogram<double> _jobAge;
    private readonly Histogram<double> _reportAge;

    public JobMetrics(Meter meter)
    {
        _stepDuration = meter.CreateHistogram("janus.job.step.duration", "s", "How long steps of jobs took, by kind of job and outcome.", advice: Buckets.Seconds);
        _leaseAttempts = meter.CreateHistogram("janus.job.lease.attempts", "{attempt}", "Which attempt at its step a lease of a job was, by kind of job.", advice: Buckets.Attempts);
        _leaseLosses = meter.CreateCounter<long>("janus.job.lease.losses", "{lease}", "Leases that were lost before their step could be committed, by kind of job.");
        _running = meter.CreateUpDownCounter<long>("janus.job.running", "{job}", "Jobs that this process is driving, by kind of job.");
        _created = meter.CreateCounter<long>("janus.aggregation.created_jobs", "{job}", "Aggregation jobs that the Leader created.");
        _refusals = meter.CreateCounter<long>("janus.aggregation.refusals", "{attempt}", "Attempts at a step of an aggregation job that the Helper refused or answered wrongly, by reason.");
        _abandonedJobs = meter.CreateCounter<long>("janus.aggregation.abandoned_jobs", "{job}", "Aggregation jobs that the Leader gave up, by reason.");
        _abandonedReports = meter.CreateCounter<long>("janus.aggregation.abandoned_reports", "{report}", "Reports of aggregation jobs that the Leader gave up, by outcome.");
        _reports = meter.CreateHistogram("janus.aggregation.job_reports", "{report}", "Reports in an aggregation job of the Leader.", advice: Buckets.Reports);
        _jobAge = meter.CreateHistogram("janus.aggregation.job_age", "s", "From the creation of an aggregation job to its commit at the Leader.", advice: Buckets.Ages);
        _reportAge = meter.CreateHistogram("janus.aggregation.report_age", "s", "From the upload of a job's oldest report to its commit at the Leader.", advice: Buckets.Ages);
    }

    /// <summary>A driver has leased a job.</summary>
    public void Leased(string kind, int attempt)
    {
        _leaseAttempts.Record(attempt, Label.Of("kind", kind));
        _running.Add(1, Label.Of("kind", kind));
    }

    /// <summary>A step is over.</summary>
    public void Stepped(string kind, string outcome, TimeSpan duration)
    {
        _running.Add(-1, Label.Of("kind", kind));
        _stepDuration.Record(duration.TotalSeconds, Label.Of("kind", kind), Label.Of("outcome", outcome));
    }

    /// <summary>A job turned out to be another driver's, or gone.</summary>
    public void LeaseLost(string kind) => _leaseLosses.Add(1, Label.Of("kind", kind));

    /// <summary>Reports were put into jobs.</summary>
    public void Created(int jobs) => _created.Add(jobs);

    /// <summary>The Helper refused a step, or answered it wrongly.</summary>
    public void Refused(Exception exception) => _refusals.Add(1, Label.Of("reason", ReasonOf(exception)));

    /// <summary>A job is given up.</summary>
    public void Abandoned(Exception exception) => _abandonedJobs.Add(1, Label.Of("reason", ReasonOf(exception)));

    /// <summary>A job that was given up is over.</summary>
    public void LetGo(AbandonedReports reports)
    {
        _abandonedReports.Add(reports.PutBack, Label.Of("outcome", "put_back"));
        _abandonedReports.Add(reports.Dropped, Label.Of("outcome", "dropped"));
    }

    /// <summary>A Leader's job is committed.</summary>
    public void Finished(LeaderAggregationJob job, DateTimeOffset? oldestReport, DateTimeOffset now)
    {
        _reports.Record(job.ReportCount);
        _jobAge.Record((now - job.CreatedAt).TotalSeconds);
        if (oldestReport is { } uploaded)
        {
            _reportAge.Record((now - uploaded).TotalSeconds);
        }
    }

    private static string ReasonOf(Exception exception) => exception switch
    {
        PeerRefusedException refused => Label.Text(refused.Type),
        _ => "unusable_answer",
    };
}
