using System.Buffers.Text;
using System.Security.Cryptography;
using Janus.Datastore;
using Janus.Datastore.Embedded;
using Janus.Host.Configuration;

namespace Janus.Host.Hosting;

/// <summary>The database of one process: the configured one, or an embedded one that lives as long as this object.</summary>
internal sealed class OpenedDatabase : IAsyncDisposable
{
    private const string DatabaseName = "janus";
    private const int DatastoreKeySize = 32;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Task _never = Task.Delay(Timeout.Infinite);
    private readonly EmbeddedPostgres? _embedded;

    private OpenedDatabase(string connectionString, IReadOnlyList<string> datastoreKeys, string? datastoreKeysFile, bool isEmbedded, EmbeddedPostgres? embedded)
    {
        ConnectionString = connectionString;
        DatastoreKeys = datastoreKeys;
        DatastoreKeysFile = datastoreKeysFile;
        IsEmbedded = isEmbedded;
        _embedded = embedded;
    }

    /// <summary>The connection string, which may hold a password.</summary>
    public string ConnectionString { get; }

    /// <summary>The keys of the encrypted columns, base64url.</summary>
    public IReadOnlyList<string> DatastoreKeys { get; }

    /// <summary>The file that has them instead, if there is one.</summary>
    public string? DatastoreKeysFile { get; }

    /// <summary>Whether the database is ours alone, so that its schema is migrated without being asked.</summary>
    public bool IsEmbedded { get; }

    /// <summary>Completes when an embedded database that we run has ended.</summary>
    public Task Ended => _embedded?.Exited ?? _never;

    /// <summary>Opens the database: <paramref name="attach"/> allows the embedded one of another process of ours.</summary>
    public static async Task<OpenedDatabase> OpenAsync(DatabaseOptions options, bool attach, CancellationToken cancellationToken)
    {
        if (!options.IsEmbedded)
        {
            return new OpenedDatabase(options.ResolvedConnectionString(), options.DatastoreKeys, options.DatastoreKeysFile, isEmbedded: false, embedded: null);
        }

        string folder = string.IsNullOrEmpty(options.DataDirectory) ? DefaultDataDirectory() : Path.GetFullPath(options.DataDirectory);
        string cluster = Path.Combine(folder, "postgres");
        Directory.CreateDirectory(folder);
        IReadOnlyList<string> keys = options.DatastoreKeys;
        string? keysFile = keys.Count > 0 ? null
            : string.IsNullOrEmpty(options.DatastoreKeysFile) ? await CreateKeyAsync(Path.Combine(folder, "datastore.key")) : options.DatastoreKeysFile;
        string pool = FormattableString.Invariant($";Maximum Pool Size={options.MaximumConnections}");
        if (attach && EmbeddedPostgres.FindRunning(cluster, DatabaseName) is { } running)
        {
            return new OpenedDatabase(running + pool, keys, keysFile, isEmbedded: true, embedded: null);
        }

        EmbeddedPostgres server = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { Directory = cluster }, cancellationToken);
        try
        {
            await server.CreateDatabaseAsync(DatabaseName, cancellationToken);
            return new OpenedDatabase(server.ConnectionString(DatabaseName) + pool, keys, keysFile, isEmbedded: true, server);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Points the datastore to this database.</summary>
    public void Configure(DatastoreOptions options)
    {
        options.ConnectionString = ConnectionString;
        foreach (string key in DatastoreKeys)
        {
            options.Keys.Add(key);
        }

        options.KeysFile = DatastoreKeysFile;
    }

    /// <summary>Brings the schema up to date if the database is ours alone or <paramref name="migrate"/> asks for it, and refuses one that is not.</summary>
    public async Task PrepareAsync(IServiceProvider services, bool migrate, CancellationToken cancellationToken)
    {
        DatastoreSchema schema = services.GetRequiredService<DatastoreSchema>();
        if (migrate || IsEmbedded)
        {
            await schema.MigrateAsync(cancellationToken);
        }

        await schema.CheckAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_embedded is not null)
        {
            await _embedded.DisposeAsync();
        }
    }

    // PostgreSQL does not run as root, and its user cannot enter root's home.
    private static string DefaultDataDirectory() => Environment.IsPrivilegedProcess
        ? "/var/lib/janus"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "janus");

    // A file that is there already stays as it is: its owner may have put more keys into it.
    private static async Task<string> CreateKeyAsync(string path)
    {
        if (!File.Exists(path))
        {
            string unfinished = path + Guid.NewGuid().ToString("N");
            FileStreamOptions create = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                create.UnixCreateMode = OwnerOnly;
            }

            await using (StreamWriter writer = new(unfinished, create))
            {
                await writer.WriteLineAsync(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(DatastoreKeySize)));
            }

            try
            {
                File.Move(unfinished, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Delete(unfinished);
            }
        }

        return path;
    }
}
