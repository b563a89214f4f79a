namespace Janus.Datastore.Entities;

/// <summary>A row of <c>unaggregated_reports</c>, the Leader's queue.</summary>
internal sealed class UnaggregatedReportEntity
{
    public int TaskKey { get; set; }
    public Guid ReportId { get; set; }
    public long ReportTime { get; set; }
    public DateTimeOffset ReceivedAt { get; set; }
    public required byte[] PublicShare { get; set; }
    public required byte[] LeaderInputShare { get; set; }
    public required byte[] HelperEncryptedInputShare { get; set; }
    public Guid? AggregationJobId { get; set; }
    public int? Ord { get; set; }
    public int Refusals { get; set; }
}
