namespace Janus.Datastore.Entities;

/// <summary>A row of <c>report_ids</c>, the replay table.</summary>
internal sealed class ReportIdEntity
{
    public int TaskKey { get; set; }
    public Guid ReportId { get; set; }
    public long ReportTime { get; set; }
    public int ReportWeek { get; set; }
}
