namespace Janus.Datastore;

/// <summary>How the Leader cuts waiting reports into aggregation jobs.</summary>
/// <param name="MinimumReports">From this many waiting reports on, a job is made without delay; at least 1.</param>
/// <param name="MaximumReports">The most reports of one job.</param>
/// <param name="MaximumDelay">Fewer reports than the minimum wait this long for others.</param>
public sealed record AggregationJobLimits(int MinimumReports, int MaximumReports, TimeSpan MaximumDelay);
