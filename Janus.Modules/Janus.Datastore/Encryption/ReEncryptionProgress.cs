namespace Janus.Datastore;

/// <summary>How far a re-encryption is.</summary>
/// <param name="Column">The column at hand.</param>
/// <param name="Done">The values encrypted again so far, of all columns.</param>
/// <param name="Total">The values that were under other keys when it began.</param>
public sealed record ReEncryptionProgress(string Column, long Done, long Total);
