using System.Buffers.Text;
using System.ComponentModel.DataAnnotations;
using System.Data.Common;
using System.Text;
using Npgsql;

namespace Janus.Host.Configuration;

/// <summary>Where the database is, and the keys of its encrypted columns.</summary>
internal sealed class DatabaseOptions : IValidatableObject
{
    // What PostgreSQL's own tools call a parameter of a URL, and what Npgsql does.
    private static readonly Dictionary<string, string> LibpqNames = new(StringComparer.Ordinal)
    {
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["application_name"] = "Application Name",
        ["connect_timeout"] = "Timeout",
    };

    /// <summary>An Npgsql connection string or a <c>postgres://</c> URL; empty means the embedded database.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>The password, if the connection string has none.</summary>
    public string? Password { get; set; }

    /// <summary>A file whose first line is the password.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>The directory of the embedded database and its datastore key; empty means the user's data directory.</summary>
    public string? DataDirectory { get; set; }

    /// <summary>The largest number of connections of this process.</summary>
    [Range(2, 10_000, ErrorMessage = "between {1} and {2} was expected")]
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

        if (!IsEmbedded && !IsConnectionString())
        {
            yield return new ValidationResult("neither a connection string (Host=...;Database=...;Username=...) nor a URL postgres://user@host/database", [nameof(ConnectionString)]);
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

        if (hasFile && MistakeIn(() => Datastore.DatastoreKeys.ParseFile(File.ReadAllText(DatastoreKeysFile!))) is { } inFile)
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

        if (DatastoreKeys.Count > 0 && DatastoreKeys.All(IsKey) && MistakeIn(() => Datastore.DatastoreKeys.Parse(DatastoreKeys)) is { } mistake)
        {
            yield return new ValidationResult(mistake, [nameof(DatastoreKeys)]);
        }
    }

    /// <summary>The connection string with the password and the pool's size put in.</summary>
    public string ResolvedConnectionString()
    {
        DbConnectionStringBuilder builder = ParseConnectionString();
        if (ResolvedPassword() is { Length: > 0 } password)
        {
            builder["Password"] = password;
        }

        builder["Maximum Pool Size"] = MaximumConnections;
        return builder.ConnectionString;
    }

    private string? ResolvedPassword() => string.IsNullOrEmpty(PasswordFile) ? Password : File.ReadLines(PasswordFile).FirstOrDefault()?.Trim();

    private bool IsConnectionString()
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(ParseConnectionString().ConnectionString).Host is { Length: > 0 };
        }
        catch (Exception failure) when (failure is ArgumentException or UriFormatException)
        {
            return false;
        }
    }

    private DbConnectionStringBuilder ParseConnectionString() => ConnectionString!.Contains("://", StringComparison.Ordinal)
        ? FromUrl(new Uri(ConnectionString))
        : new DbConnectionStringBuilder { ConnectionString = ConnectionString };

    private static DbConnectionStringBuilder FromUrl(Uri url)
    {
        if (url.Scheme is not ("postgres" or "postgresql"))
        {
            throw new UriFormatException("the scheme is postgres");
        }

        DbConnectionStringBuilder builder = new() { ["Host"] = url.Host };
        if (url.Port > 0)
        {
            builder["Port"] = url.Port;
        }

        string[] user = url.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
        {
            builder["Username"] = Uri.UnescapeDataString(user[0]);
        }

        if (user.Length == 2)
        {
            builder["Password"] = Uri.UnescapeDataString(user[1]);
        }

        if (url.AbsolutePath.Trim('/') is { Length: > 0 } database)
        {
            builder["Database"] = Uri.UnescapeDataString(database);
        }

        foreach (string parameter in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = parameter.Split('=', 2);
            string value = Uri.UnescapeDataString(pair[^1]);
            if (pair[0] == "sslmode")
            {
                builder["SSL Mode"] = value.Replace("-", "", StringComparison.Ordinal);
            }
            else
            {
                builder[LibpqNames.GetValueOrDefault(pair[0]) ?? Uri.UnescapeDataString(pair[0])] = value;
            }
        }

        return builder;
    }

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
