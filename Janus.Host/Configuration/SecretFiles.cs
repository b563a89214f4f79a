using Janus.Dap;

namespace Janus.Host.Configuration;

/// <summary>The files with secrets that a configuration names, itself included if it has some.</summary>
internal static class SecretFiles
{
    /// <summary>A warning for each file that others may read, of those that a command needs that opens the database.</summary>
    public static IEnumerable<string> DatabaseWarnings(JanusOptions options, string? datastoreKeysFile) =>
        Warnings([options.FileWithSecrets, options.Database.PasswordFile, datastoreKeysFile]);

    /// <summary>A warning for each file that others may read, of all that a process needs.</summary>
    public static IEnumerable<string> Warnings(JanusOptions options, string? datastoreKeysFile) =>
    [
        .. DatabaseWarnings(options, datastoreKeysFile),
        .. Warnings([.. options.Http.CertificateFile?.SecretPaths ?? [], .. options.Aggregator.Peer.CertificateFile?.SecretPaths ?? []]),
    ];

    /// <summary>Whether a file's keys and values are secret ones.</summary>
    public static bool HasSecrets(IEnumerable<KeyValuePair<string, string?>> file) => file.Any(entry => entry is { Value.Length: > 0 } && IsSecret(entry.Key, entry.Value));

    private static IEnumerable<string> Warnings(IEnumerable<string?> paths) =>
        paths.Where(path => !string.IsNullOrEmpty(path)).Distinct().Select(path => SecretFilePermissions.Warning(path!)).OfType<string>();

    private static bool IsSecret(string key, string value) =>
        key.Equals("Database:Password", StringComparison.OrdinalIgnoreCase)
        || key.StartsWith("Database:DatastoreKeys:", StringComparison.OrdinalIgnoreCase)
        || key.StartsWith("Telemetry:OtlpHeaders:", StringComparison.OrdinalIgnoreCase)
        || (IsConnectionString(key) && HasPassword(value));

    private static bool IsConnectionString(string key) =>
        key.Equals("Database:ConnectionString", StringComparison.OrdinalIgnoreCase)
        || key.Equals("Database:DirectConnectionString", StringComparison.OrdinalIgnoreCase);

    private static bool HasPassword(string connectionString) =>
        connectionString.Contains("password=", StringComparison.OrdinalIgnoreCase)
        || connectionString.Contains("pwd=", StringComparison.OrdinalIgnoreCase)
        || (Uri.TryCreate(connectionString, UriKind.Absolute, out Uri? url) && url.UserInfo.Contains(':', StringComparison.Ordinal));
}
