namespace Janus.Datastore.Entities;

/// <summary>A row of <c>taskprov_verify_key_inits</c>.</summary>
internal sealed class TaskprovVerifyKeyInitEntity
{
    /// <summary>16 random bytes, to which the secret is bound.</summary>
    public required byte[] InitId { get; set; }
    public int PeerKey { get; set; }
    public short VerificationKeyId { get; set; }
    public required byte[] VerifyKeyInit { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}
