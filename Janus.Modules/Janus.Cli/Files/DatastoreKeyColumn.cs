namespace Janus.Cli.Files;

/// <summary>The values of an encrypted column under one datastore key.</summary>
/// <param name="Column">Table and column.</param>
/// <param name="Key">The ID of the key, in hexadecimal.</param>
/// <param name="Configured">Whether the key is configured.</param>
/// <param name="Values">How many values there are.</param>
internal sealed record DatastoreKeyColumn(string Column, string Key, bool Configured, long Values);
