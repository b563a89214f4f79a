using System.Buffers.Text;
using System.ComponentModel.DataAnnotations;
using System.Text;
using Janus.Datastore;
using Npgsql;

namespace Janus.Host.Configuration;

/// <summary>Where the database is, and the keys of its encrypted columns.</summary>
internal sealed class DatabaseOptions : IValidatableObject
{
    /// <summary>An Npgsql connection string or a <c>postgres://</c> URL; empty means the embedded database.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>The same for connections that lead to PostgreSQL itself, if <see cref="ConnectionString"/> leads to a pooler of transactions.</summary>
    public string? DirectConnectionString { get; set; }

    /// <summary>How long a process waits at its start for a database that is away.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00", ErrorMessage = "expected between 0s and 1d")]
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The password, if the connection string has none.</summary>
    public string? Password { get; set; }

    /// <summary>A file whose first line is the password.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>The directory of the embedded database and its datastore key; empty means the user's data directory.</summary>
    public string? DataDirectory { get; set; }

    /// <summary>The largest number of connections of this process.</summary>
    [Range(2, 10_000, ErrorMessage = "expected between {1} and {2}")]
    public int MaximumConnections { get; set; } = 20;

    /// <summary>Keys of the encrypted columns, base64url of 16 or 32 bytes: the first encrypts, all decrypt.</summary>
    public IReadOnlyList<string> DatastoreKeys { get; set; } = [];

    /// <summary>A file with such keys, one a line, which is read again when it changes.</summary>
    public string? DatastoreKeysFile { get; set; }

    /// <summary>Whether the process runs a database of its own.</summary>
    public bool IsEmbedded => string.IsNullOrWhiteSpace(ConnectionString);

    /// <inheritdoc />
    public override string ToString() => nameof(DatabaseOptions);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrEmpty(Password) && !string.IsNullOrEmpty(PasswordFile))
        {
            yield return new ValidationResult("give Password or PasswordFile, not both", [nameof(PasswordFile)]);
        }

        if (!IsEmbedded && MistakeIn(() => ConnectionText.Parse(ConnectionString!)) is { } wrong)
        {
            yield return new ValidationResult(wrong, [nameof(ConnectionString)]);
        }

        if (HasDirect && MistakeIn(() => ConnectionText.Parse(DirectConnectionString!)) is { } wrongDirect)
        {
            yield return new ValidationResult(wrongDirect, [nameof(DirectConnectionString)]);
        }

        if (HasDirect && IsEmbedded)
        {
            yield return new ValidationResult("there is no ConnectionString beside which it could be used", [nameof(DirectConnectionString)]);
        }

        bool hasFile = !string.IsNullOrEmpty(DatastoreKeysFile);
        if (!IsEmbedded && DatastoreKeys.Count == 0 && !hasFile)
        {
            yield return new ValidationResult("a key is needed with a connection string; make one with 'janus datastore-key generate'", [nameof(DatastoreKeys)]);
        }

        if (hasFile && DatastoreKeys.Count > 0)
        {
            yield return new ValidationResult("give DatastoreKeys or DatastoreKeysFile, not both", [nameof(DatastoreKeysFile)]);
        }

        if (hasFile && MistakeIn(() => Janus.Datastore.DatastoreKeys.ParseFile(File.ReadAllText(DatastoreKeysFile!))) is { } inFile)
        {
            yield return new ValidationResult($"{DatastoreKeysFile}: {inFile}", [nameof(DatastoreKeysFile)]);
        }

        for (int i = 0; i < DatastoreKeys.Count; i++)
        {
            if (!IsKey(DatastoreKeys[i]))
            {
                yield return new ValidationResult($"entry {i} is not base64url of 16 or 32 bytes", [nameof(DatastoreKeys)]);
            }
        }

        if (DatastoreKeys.Count > 0 && DatastoreKeys.All(IsKey) && MistakeIn(() => Janus.Datastore.DatastoreKeys.Parse(DatastoreKeys)) is { } mistake)
        {
            yield return new ValidationResult(mistake, [nameof(DatastoreKeys)]);
        }
    }

    /// <summary>The connection string with the password and the pool's size put in.</summary>
    public string ResolvedConnectionString() => new NpgsqlConnectionStringBuilder(WithPassword(ConnectionString!)) { MaxPoolSize = MaximumConnections }.ConnectionString;

    /// <summary>The connection string of direct connections with the password put in, or <see langword="null"/> if there are none.</summary>
    public string? ResolvedDirectConnectionString() => HasDirect ? WithPassword(DirectConnectionString!) : null;

    private bool HasDirect => !string.IsNullOrWhiteSpace(DirectConnectionString);

    private string WithPassword(string text)
    {
        NpgsqlConnectionStringBuilder builder = new(ConnectionText.Parse(text));
        if (ResolvedPassword() is { Length: > 0 } password)
        {
            builder.Password = password;
        }

        return builder.ConnectionString;
    }

    private string? ResolvedPassword() => string.IsNullOrEmpty(PasswordFile) ? Password : File.ReadLines(PasswordFile).FirstOrDefault()?.Trim();

    // What is wrong with keys never shows one.
    private static string? MistakeIn(Func<object> read)
    {
        try
        {
            read();
            return null;
        }
        catch (Exception failure) when (failure is FormatException or IOException or UnauthorizedAccessException)
        {
            return failure.Message;
        }
    }

    private static bool IsKey(string text) =>
        Base64Url.IsValid(Encoding.ASCII.GetBytes(text), out int length) && length is 16 or 32;
}
