using Janus.Messages;

namespace Janus.Datastore;

/// <summary>A report whose output share the Helper is about to commit.</summary>
/// <param name="Id">The report ID.</param>
/// <param name="Time">The report's time, in time-precision units.</param>
/// <param name="Week">The <see cref="ReportWeek"/> of the time.</param>
/// <param name="BucketIndex">Which of the commit's shards holds the report's output share.</param>
public readonly record struct AcceptedReport(ReportId Id, ulong Time, int Week, int BucketIndex);
