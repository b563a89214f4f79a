namespace Janus.Datastore.Entities;

/// <summary>A row of <c>report_counts</c>.</summary>
internal sealed class ReportCountEntity
{
    public int TaskKey { get; set; }
    public short Stage { get; set; }
    public short Reason { get; set; }
    public short Shard { get; set; }
    public long Reports { get; set; }
}
