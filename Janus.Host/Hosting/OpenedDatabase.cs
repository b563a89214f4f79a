using System.Buffers.Text;
using System.Security.Cryptography;
using Janus.Cli;
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

    private OpenedDatabase(string connectionString, string? directConnectionString, IReadOnlyList<string> datastoreKeys, string? datastoreKeysFile, bool isEmbedded, EmbeddedPostgres? embedded)
    {
        ConnectionString = connectionString;
        DirectConnectionString = directConnectionString;
        DatastoreKeys = datastoreKeys;
        DatastoreKeysFile = datastoreKeysFile;
        IsEmbedded = isEmbedded;
        _embedded = embedded;
    }

    /// <summary>The connection string, which may hold a password.</summary>
    public string ConnectionString { get; }

    /// <summary>The one that leads past a pooler of transactions, if there is one.</summary>
    public string? DirectConnectionString { get; }

    /// <summary>The keys of the encrypted columns, base64url.</summary>
    public IReadOnlyList<string> DatastoreKeys { get; }

    /// <summary>The file that has them instead, if there is one.</summary>
    public string? DatastoreKeysFile { get; }

    /// <summary>Whether the database is ours alone, so that its schema is migrated without being asked.</summary>
    public bool IsEmbedded { get; }

    /// <summary>Completes when an embedded database that we run has ended.</summary>
    public Task Ended => _embedded?.Exited ?? _never;

    /// <summary>
    /// Opens the database: <paramref name="attach"/> allows the embedded one of another process of ours, <paramref name="create"/> to
    /// make one where none is.
    /// </summary>
    /// <exception cref="CliException">None is configured, and there is no embedded one, which is not to be made.</exception>
    public static async Task<OpenedDatabase> OpenAsync(DatabaseOptions options, bool attach, bool create, CancellationToken cancellationToken)
    {
        if (!options.IsEmbedded)
        {
            return new OpenedDatabase(options.ResolvedConnectionString(), options.ResolvedDirectConnectionString(), options.DatastoreKeys, options.DatastoreKeysFile, isEmbedded: false, embedded: null);
        }

        string folder = string.IsNullOrEmpty(options.DataDirectory) ? DefaultDataDirectory() : Path.GetFullPath(options.DataDirectory);
        string cluster = Path.Combine(folder, "postgres");
        if (!create && !EmbeddedPostgres.HasCluster(cluster))
        {
            throw new CliException(NoDatabase(folder));
        }

        Directory.CreateDirectory(folder);
        IReadOnlyList<string> keys = options.DatastoreKeys;
        string? keysFile = keys.Count > 0 ? null
            : string.IsNullOrEmpty(options.DatastoreKeysFile) ? await CreateKeyAsync(Path.Combine(folder, "datastore.key")) : options.DatastoreKeysFile;
        string pool = FormattableString.Invariant($";Maximum Pool Size={options.MaximumConnections}");
        if (attach && EmbeddedPostgres.FindRunning(cluster, DatabaseName) is { } running)
        {
            return new OpenedDatabase(running + pool, directConnectionString: null, keys, keysFile, isEmbedded: true, embedded: null);
        }

        EmbeddedPostgres server = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { Directory = cluster }, cancellationToken);
        try
        {
            await server.CreateDatabaseAsync(DatabaseName, cancellationToken);
            return new OpenedDatabase(server.ConnectionString(DatabaseName) + pool, directConnectionString: null, keys, keysFile, isEmbedded: true, server);
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
        options.DirectConnectionString = DirectConnectionString;
        foreach (string key in DatastoreKeys)
        {
            options.Keys.Add(key);
        }

        options.KeysFile = DatastoreKeysFile;
    }

    /// <summary>
    /// Waits for the database as long as <paramref name="patience"/> says, brings the schema up to date if the database is ours alone or
    /// <paramref name="migrate"/> asks for it, and refuses one that is not.
    /// </summary>
    public async Task PrepareAsync(IServiceProvider services, bool migrate, TimeSpan patience, CancellationToken cancellationToken)
    {
        await services.GetRequiredService<DatabaseStart>().WaitAsync(patience, cancellationToken);
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

    // A mistyped variable looks like none.
    private static string NoDatabase(string folder)
    {
        string[] variables = [.. Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(name => name.StartsWith("JANUS", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];
        return $"no database is configured, and 'janus run' has made none in {folder}: set JANUS_DATABASE_URL, name a file that has "
            + "Database.ConnectionString with --config-file, or the folder of such a database in JANUS__Database__DataDirectory "
            + (variables.Length == 0 ? "(no variable that begins with JANUS is set)" : $"(variables that begin with JANUS and are set: {string.Join(", ", variables)})");
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
