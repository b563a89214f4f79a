namespace Janus.Datastore.Entities;

/// <summary>A row of <c>aggregate_shares</c>.</summary>
internal sealed class AggregateShareEntity
{
    public int TaskKey { get; set; }
    public Guid AggregateShareId { get; set; }
    public required byte[] RequestHash { get; set; }
    public required byte[] FirstBucket { get; set; }
    public required byte[] LastBucket { get; set; }
    public long ReportCount { get; set; }
    public required byte[] Checksum { get; set; }
    public required byte[] Response { get; set; }
    public bool Deleted { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}
