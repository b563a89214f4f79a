namespace Janus.Datastore.Entities;

/// <summary>A row of <c>peer_contacts</c>.</summary>
internal sealed class PeerContactEntity
{
    public int TaskKey { get; set; }
    public DateTimeOffset? ContactAt { get; set; }
    public DateTimeOffset? ErrorAt { get; set; }
    public string? Error { get; set; }
}
