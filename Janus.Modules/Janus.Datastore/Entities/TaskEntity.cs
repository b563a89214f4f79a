namespace Janus.Datastore.Entities;

/// <summary>A row of <c>tasks</c>.</summary>
internal sealed class TaskEntity
{
    public int TaskKey { get; set; }
    public required byte[] TaskId { get; set; }
    public short Role { get; set; }
    public required byte[] TaskConfiguration { get; set; }
    public required byte[] VerifyKey { get; set; }
    public short VerificationKeyId { get; set; }
    public required byte[] CollectorHpkeConfig { get; set; }
    public long? TargetBatchSize { get; set; }
    public long? BatchTimeWindow { get; set; }
    public bool Asynchronous { get; set; }
    public long? ReportExpiryAge { get; set; }
    public DateTimeOffset? DeletedAt { get; set; }
    public string? DifferentialPrivacy { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public int? TaskprovPeerKey { get; set; }
    public TaskprovPeerEntity? TaskprovPeer { get; set; }
    public List<AuthTokenEntity> Tokens { get; set; } = [];
}
