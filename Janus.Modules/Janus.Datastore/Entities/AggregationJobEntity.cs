namespace Janus.Datastore.Entities;

/// <summary>A row of <c>aggregation_jobs</c>, of either role.</summary>
internal sealed class AggregationJobEntity
{
    public int TaskKey { get; set; }
    public Guid AggregationJobId { get; set; }
    public AggregationJobState State { get; set; }
    public required byte[] AggParam { get; set; }
    public byte[]? BatchId { get; set; }
    public int Step { get; set; }
    public int ReportCount { get; set; }
    public long MinTime { get; set; }
    public long MaxTime { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }
    public byte[]? RequestHash { get; set; }
    public byte[]? StepRequestHash { get; set; }
    public byte[]? Request { get; set; }
    public byte[]? Verification { get; set; }
    public byte[]? Response { get; set; }
    public string? HelperLocation { get; set; }
    public DateTimeOffset LeaseExpiry { get; set; }
    public Guid? LeaseToken { get; set; }
    public int LeaseAttempts { get; set; }
    public int Refusals { get; set; }
    public int MalformedAnswers { get; set; }
}
