namespace Janus.Datastore.Entities;

/// <summary>A row of <c>hpke_keys</c>.</summary>
internal sealed class HpkeKeyEntity
{
    public short ConfigId { get; set; }
    public int KemId { get; set; }
    public int KdfId { get; set; }
    public int AeadId { get; set; }
    public required byte[] PublicKey { get; set; }
    public required byte[] PrivateKey { get; set; }
    public HpkeKeyState State { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? ActivatedAt { get; set; }
    public DateTimeOffset? ExpiredAt { get; set; }
}
