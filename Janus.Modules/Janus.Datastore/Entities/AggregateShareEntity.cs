namespace Janus.Datastore.Entities;

/// <summary>A row of <c>aggregate_shares</c>.</summary>
internal sealed class AggregateShareEntity
{
    public int TaskKey { get; set; }
    public Guid AggregateShareId { get; set; }
    public AggregateShareState State { get; set; }
    public required byte[] RequestHash { get; set; }
    public byte[]? Request { get; set; }
    public required byte[] FirstBucket { get; set; }
    public required byte[] LastBucket { get; set; }
    public long ReportCount { get; set; }
    public required byte[] Checksum { get; set; }
    public byte[]? Response { get; set; }
    public string? ProblemType { get; set; }
    public string? ProblemDetail { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset LeaseExpiry { get; set; }
    public Guid? LeaseToken { get; set; }
    public int LeaseAttempts { get; set; }
}
