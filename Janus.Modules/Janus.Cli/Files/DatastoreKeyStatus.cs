namespace Janus.Cli.Files;

/// <summary>Which datastore keys there are and what they encrypt.</summary>
/// <param name="EncryptingKey">The ID of the first configured key, in hexadecimal.</param>
/// <param name="OtherKeys">The IDs of the others.</param>
/// <param name="Columns">The values of each column under each key.</param>
/// <param name="Complete">Whether every value is under the first key.</param>
internal sealed record DatastoreKeyStatus(
    string EncryptingKey, IReadOnlyList<string> OtherKeys, IReadOnlyList<DatastoreKeyColumn> Columns, bool Complete);
