namespace Janus.Datastore.Entities;

/// <summary>A row of <c>taskprov_peers</c>.</summary>
internal sealed class TaskprovPeerEntity
{
    public int PeerKey { get; set; }
    public required string Endpoint { get; set; }
    public short PeerRole { get; set; }
    public required byte[] CollectorHpkeConfig { get; set; }
    public long? TargetBatchSize { get; set; }
    public long? BatchTimeWindowSeconds { get; set; }
    public bool Asynchronous { get; set; }
    public long? ReportExpiryAgeSeconds { get; set; }
    public string? DifferentialPrivacy { get; set; }
    public bool AcceptsNewTasks { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public List<TaskprovVerifyKeyInitEntity> VerifyKeyInits { get; set; } = [];
    public List<AuthTokenEntity> Tokens { get; set; } = [];
}
