using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Text;

namespace Janus.Datastore.Embedded;

/// <summary>The directory of one embedded cluster: <c>cluster/</c>, <c>postgres.log</c>, and the socket, which moves to a short path if this one is too long.</summary>
internal sealed class ClusterDirectory : IDisposable
{
    /// <summary>The port, which with a Unix socket is only part of the socket's name.</summary>
    public const int Port = 5432;

    // sun_path has 108 bytes with its terminator on Linux, 104 elsewhere.
    private static readonly int LongestSocketPath = OperatingSystem.IsLinux() ? 107 : 103;

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream? _heldLock;

    private ClusterDirectory(string root, bool temporary, string socket, FileStream? heldLock)
    {
        Root = root;
        SocketDirectory = socket;
        _heldLock = heldLock;
        RemovedAtTheEnd = temporary ? root : socket.StartsWith(root, StringComparison.Ordinal) ? null : socket;
    }

    /// <summary>The directory that holds everything.</summary>
    public string Root { get; }

    /// <summary>PostgreSQL's data directory.</summary>
    public string Cluster => Path.Combine(Root, "cluster");

    /// <summary>Where initdb works, so that an interrupted one is never taken for a cluster.</summary>
    public string UnfinishedCluster => Path.Combine(Root, "cluster.new");

    /// <summary>The server's log.</summary>
    public string Log => Path.Combine(Root, "postgres.log");

    /// <summary>The directory of the server's Unix socket.</summary>
    public string SocketDirectory { get; }

    /// <summary>What the supervisor removes when the server has ended, or null.</summary>
    public string? RemovedAtTheEnd { get; }

    /// <summary>Whether a finished cluster is there.</summary>
    public bool HasCluster => File.Exists(VersionFile);

    private string VersionFile => Path.Combine(Cluster, "PG_VERSION");

    private string ProcessFile => Path.Combine(Cluster, "postmaster.pid");

    /// <summary>Creates or opens the directory, and locks it against other processes of ours.</summary>
    /// <exception cref="EmbeddedPostgresException">Another process uses it, or it cannot be written.</exception>
    [UnsupportedOSPlatform("windows")]
    public static ClusterDirectory Open(string? path)
    {
        try
        {
            bool temporary = path is null;
            string root = path is null ? Directory.CreateTempSubdirectory("janus-pg-").FullName : Path.GetFullPath(path);
            Directory.CreateDirectory(root, Private);
            FileStream? held = temporary ? null : Lock(root);
            return new ClusterDirectory(root, temporary, ChooseSocketDirectory(root), held);
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or IOException)
        {
            throw new EmbeddedPostgresException($"the embedded database's directory cannot be used: {failure.Message}", failure);
        }
    }

    /// <summary>The socket directory of the server that runs on the cluster in <paramref name="path"/>, or null if none is ready there.</summary>
    public static string? FindRunningSocket(string path)
    {
        using ClusterDirectory directory = new(Path.GetFullPath(path), temporary: false, socket: "", heldLock: null);
        return directory.IsReady() && directory.ReadProcessFile() is [string first, _, _, _, string socket, ..]
            && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && directory.RunsHere(id) != false
            ? socket
            : null;
    }

    /// <summary>Whether a finished cluster is in <paramref name="path"/>; nothing is made.</summary>
    public static bool IsIn(string path)
    {
        using ClusterDirectory directory = new(Path.GetFullPath(path), temporary: false, socket: "", heldLock: null);
        return directory.HasCluster;
    }

    /// <summary>The major version of the PostgreSQL that made the cluster, or null if there is none yet.</summary>
    public int? MajorVersion() =>
        HasCluster && int.TryParse(File.ReadAllText(VersionFile).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int version) ? version : null;

    /// <summary>Waits for a server that a killed process left behind to end, and removes a process file whose process is something else by now.</summary>
    /// <exception cref="EmbeddedPostgresException">The server does not end: somebody else runs it.</exception>
    public async Task SettleAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        while (ReadProcessFile() is [string first, ..] && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int id))
        {
            // Where this cannot be told, PostgreSQL's own check decides.
            if (RunsHere(id) is not { } running)
            {
                return;
            }

            if (!running)
            {
                File.Delete(ProcessFile);
                return;
            }

            if (Stopwatch.GetElapsedTime(began) > patience)
            {
                throw new EmbeddedPostgresException(string.Create(CultureInfo.InvariantCulture, $"a PostgreSQL server (process {id}) already runs on {Cluster}: stop it, or choose another data directory"));
            }

            await Task.Delay(50, cancellationToken);
        }
    }

    /// <summary>Whether the server says in its process file that it accepts connections.</summary>
    public bool IsReady() => ReadProcessFile() is { Length: >= 8 } lines && lines[7].Trim() == "ready";

    /// <summary>The last lines of the server's log.</summary>
    public string LogSummary()
    {
        try
        {
            return Command.LastLines(File.ReadAllText(Log), 3);
        }
        catch (IOException)
        {
            return "no log";
        }
    }

    /// <summary>Releases the lock.</summary>
    public void Dispose() => _heldLock?.Dispose();

    private static FileStream Lock(string root)
    {
        string path = Path.Combine(root, "lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure)
        {
            throw new EmbeddedPostgresException($"the embedded database in {root} is in use by another process: stop that one, choose another data directory, or configure a connection string", failure);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static string ChooseSocketDirectory(string root)
    {
        string inside = Path.Combine(root, "socket");
        string socket = string.Create(CultureInfo.InvariantCulture, $"{inside}/.s.PGSQL.{Port}");
        if (Encoding.UTF8.GetByteCount(socket) > LongestSocketPath)
        {
            return Directory.CreateTempSubdirectory("janus-").FullName;
        }

        Directory.CreateDirectory(inside, Private);
        return inside;
    }

    private string[]? ReadProcessFile()
    {
        try
        {
            return File.ReadAllLines(ProcessFile);
        }
        catch (IOException)
        {
            return null;
        }
    }

    // Whether the process is a PostgreSQL server on this cluster: null if that cannot be told. A server's working
    // directory is its data directory, but only a privileged process may read that of another user's process.
    private bool? RunsHere(int id)
    {
        string process = string.Create(CultureInfo.InvariantCulture, $"/proc/{id}");
        if (!Directory.Exists("/proc/self"))
        {
            return null;
        }

        try
        {
            string[] arguments = File.ReadAllText(process + "/cmdline").Split('\0');
            if (Path.GetFileName(arguments[0]) is not ("postgres" or "postmaster"))
            {
                return false;
            }

            if (arguments.Contains(Cluster))
            {
                return true;
            }

            return new FileInfo(process + "/cwd").LinkTarget is { } directory ? directory == RealPath(Cluster) : null;
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string RealPath(string path)
    {
        string resolved = "/";
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            resolved = Path.Combine(resolved, part);
            resolved = Directory.ResolveLinkTarget(resolved, returnFinalTarget: true)?.FullName ?? resolved;
        }

        return resolved;
    }
}
