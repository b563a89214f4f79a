namespace Janus.Datastore;

/// <summary>How many values of a column are encrypted under a key.</summary>
/// <param name="Column">Table and column, such as <c>tasks.verify_key</c>.</param>
/// <param name="KeyId">The key's ID.</param>
/// <param name="Rows">The values.</param>
public sealed record SealedValueCount(string Column, byte KeyId, long Rows);
