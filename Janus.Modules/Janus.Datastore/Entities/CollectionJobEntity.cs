namespace Janus.Datastore.Entities;

/// <summary>A row of <c>collection_jobs</c>.</summary>
internal sealed class CollectionJobEntity
{
    public int TaskKey { get; set; }
    public Guid CollectionJobId { get; set; }
    public required byte[] Request { get; set; }
    public required byte[] RequestHash { get; set; }
    public required byte[] AggParam { get; set; }
    public CollectionJobState State { get; set; }
    public byte[]? FirstBucket { get; set; }
    public byte[]? LastBucket { get; set; }
    public byte[]? LeaderAggregateShare { get; set; }
    public long? ReportCount { get; set; }
    public byte[]? Checksum { get; set; }
    public long? IntervalStart { get; set; }
    public long? IntervalDuration { get; set; }
    public byte[]? Response { get; set; }
    public string? ProblemType { get; set; }
    public string? ProblemDetail { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? ClaimedAt { get; set; }
    public DateTimeOffset? ClosedAt { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }
    public DateTimeOffset NextAttemptAt { get; set; }
    public string? HelperLocation { get; set; }
    public DateTimeOffset LeaseExpiry { get; set; }
    public Guid? LeaseToken { get; set; }
    public int LeaseAttempts { get; set; }
}
