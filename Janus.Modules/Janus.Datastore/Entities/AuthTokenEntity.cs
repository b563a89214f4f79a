namespace Janus.Datastore.Entities;

/// <summary>A row of <c>auth_tokens</c>.</summary>
internal sealed class AuthTokenEntity
{
    public required byte[] TokenId { get; set; }
    public int? TaskKey { get; set; }
    public int? TaskprovPeerKey { get; set; }
    public required string Label { get; set; }
    public short Purpose { get; set; }
    public short Kind { get; set; }
    public byte[]? Token { get; set; }
    public byte[]? Hash { get; set; }
    public DateTimeOffset? NotBefore { get; set; }
    public DateTimeOffset? NotAfter { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}
