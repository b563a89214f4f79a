namespace Janus.Cli.Files;

/// <summary>A batch bucket as people and programs read it.</summary>
/// <param name="Batch">Its interval, or the batch ID.</param>
/// <param name="Aggregated">Its aggregated reports.</param>
/// <param name="Waiting">Its reports that are not aggregated yet.</param>
/// <param name="Collected">Whether it has been collected, or closed to be collected.</param>
internal sealed record BucketDescription(string Batch, long Aggregated, long Waiting, bool Collected);
