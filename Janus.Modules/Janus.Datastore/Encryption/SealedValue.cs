namespace Janus.Datastore;

/// <summary>A value as it stands in an encrypted column.</summary>
/// <param name="Key">The values of the row key's columns.</param>
/// <param name="RowKey">The row key.</param>
/// <param name="Value">The sealed value.</param>
internal sealed record SealedValue(object[] Key, byte[] RowKey, byte[] Value);
