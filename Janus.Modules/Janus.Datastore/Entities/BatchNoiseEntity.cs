namespace Janus.Datastore.Entities;

/// <summary>A row of <c>batch_noise</c>.</summary>
internal sealed class BatchNoiseEntity
{
    public int TaskKey { get; set; }
    public required byte[] FirstBucket { get; set; }
    public required byte[] LastBucket { get; set; }
    public required byte[] AggParamHash { get; set; }
    public required byte[] Noise { get; set; }
    public DateTimeOffset DrawnAt { get; set; }
}
