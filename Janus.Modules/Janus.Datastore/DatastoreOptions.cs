namespace Janus.Datastore;

/// <summary>Where the database is and how its secrets are encrypted.</summary>
public sealed class DatastoreOptions
{
    /// <summary>An Npgsql connection string.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// Another connection string, which leads to the database itself, if <see cref="ConnectionString"/> leads to a pooler that gives
    /// connections to transactions; null if it does not.
    /// </summary>
    public string? DirectConnectionString { get; set; }

    /// <summary>
    /// The keys of the column encryption, 16 or 32 bytes in base64url each: the first encrypts, every one decrypts.
    /// </summary>
    public IList<string> Keys { get; } = [];

    /// <summary>A file with the keys instead, one a line, which is read again when it changes; null for none.</summary>
    public string? KeysFile { get; set; }

    /// <summary>The type name: its values hold secrets.</summary>
    public override string ToString() => nameof(DatastoreOptions);
}
