namespace Janus.Datastore.Entities;

/// <summary>A row of <c>hpke_config_ids</c>: an ID that is or was in use.</summary>
internal sealed class HpkeConfigIdEntity
{
    public short ConfigId { get; set; }
    public DateTimeOffset LastUsedAt { get; set; }
}
