using System.Globalization;

namespace Janus.Datastore.Embedded;

/// <summary>The server programs of one PostgreSQL installation.</summary>
/// <param name="Directory">The directory that holds <c>initdb</c> and <c>postgres</c>.</param>
/// <param name="MajorVersion">The major version, for example 17.</param>
public sealed record PostgresBinaries(string Directory, int MajorVersion)
{
    /// <summary>The environment variable that names the directory with the server programs.</summary>
    public const string DirectoryVariable = "JANUS_POSTGRES_BIN";

    /// <summary>The oldest major version that Janus runs on.</summary>
    public const int OldestMajorVersion = 14;

    private static readonly string[] ProgramsOnPath = ["pg_ctl", "postgres"];

    /// <summary>The path of <c>initdb</c>.</summary>
    public string Initdb => Path.Combine(Directory, "initdb");

    /// <summary>The path of <c>postgres</c>.</summary>
    public string Postgres => Path.Combine(Directory, "postgres");

    /// <summary>Finds server programs: those of <paramref name="directory"/> or <see cref="DirectoryVariable"/> if given, else on the PATH and in the usual places, newest first.</summary>
    /// <param name="directory">The only directory to look at, or null.</param>
    /// <param name="majorVersion">The major version an existing cluster needs, or null for any.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="EmbeddedPostgresException">Nothing fitting is installed.</exception>
    public static async Task<PostgresBinaries> FindAsync(string? directory, int? majorVersion, CancellationToken cancellationToken)
    {
        directory ??= Environment.GetEnvironmentVariable(DirectoryVariable) is { Length: > 0 } named ? named : null;
        IEnumerable<string> candidates = directory is null ? SearchedDirectories() : [directory];
        List<int> unfit = [];
        foreach (string candidate in candidates)
        {
            if (await ProbeAsync(candidate, cancellationToken) is not { } found)
            {
                continue;
            }

            if (found.MajorVersion >= OldestMajorVersion && (majorVersion ?? found.MajorVersion) == found.MajorVersion)
            {
                return found;
            }

            unfit.Add(found.MajorVersion);
        }

        throw new EmbeddedPostgresException(Explain(directory, majorVersion, unfit));
    }

    private static async Task<PostgresBinaries?> ProbeAsync(string directory, CancellationToken cancellationToken)
    {
        string postgres = Path.Combine(directory, "postgres");
        if (!File.Exists(postgres) || !File.Exists(Path.Combine(directory, "initdb")))
        {
            return null;
        }

        // Prints "postgres (PostgreSQL) 17.5 (Debian 17.5-1)".
        CommandResult version = await Command.RunAsync(postgres, ["--version"], cancellationToken);
        string number = version.Output.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .FirstOrDefault(word => char.IsAsciiDigit(word[0])) ?? "";
        string major = new([.. number.TakeWhile(char.IsAsciiDigit)]);
        return version.ExitCode == 0 && int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out int parsed)
            ? new PostgresBinaries(directory, parsed)
            : null;
    }

    private static IEnumerable<string> SearchedDirectories()
    {
        IEnumerable<string> onPath = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => ProgramsOnPath.Select(program => Path.Combine(folder, program)))
            .Where(File.Exists)
            .Select(ResolvedDirectory);
        return onPath
            .Concat(VersionedDirectories("/usr/lib/postgresql", ""))
            .Concat(VersionedDirectories("/usr", "pgsql-"))
            .Append("/usr/local/pgsql/bin")
            .Append("/opt/homebrew/bin")
            .Concat(VersionedDirectories("/opt/homebrew/opt", "postgresql@"))
            .Concat(VersionedDirectories("/usr/local/opt", "postgresql@"))
            .Distinct(StringComparer.Ordinal);
    }

    // A distribution links pg_ctl into the PATH; initdb and the libraries are found beside the real file only.
    private static string ResolvedDirectory(string program) =>
        Path.GetDirectoryName(File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program)!;

    private static IEnumerable<string> VersionedDirectories(string parent, string prefix)
    {
        if (!System.IO.Directory.Exists(parent))
        {
            return [];
        }

        return System.IO.Directory.EnumerateDirectories(parent, prefix + "*")
            .Select(folder => (folder, version: ParseVersion(Path.GetFileName(folder)[prefix.Length..])))
            .Where(entry => entry.version > 0)
            .OrderByDescending(entry => entry.version)
            .Select(entry => Path.Combine(entry.folder, "bin"));
    }

    private static double ParseVersion(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double version) ? version : 0;

    private static string Explain(string? directory, int? majorVersion, List<int> unfit)
    {
        string wanted = majorVersion is { } major
            ? string.Create(CultureInfo.InvariantCulture, $"PostgreSQL {major}, which made this database,")
            : string.Create(CultureInfo.InvariantCulture, $"PostgreSQL {OldestMajorVersion} or newer");
        string package = majorVersion is { } exact ? string.Create(CultureInfo.InvariantCulture, $"postgresql-{exact}") : "postgresql";
        string found = unfit.Count == 0 ? "" : $" (found only {string.Join(", ", unfit.Distinct())})";
        return directory is null
            ? $"the server programs of {wanted} were not found{found}: install them with 'sudo apt-get install --yes {package}', name their folder in {DirectoryVariable}, or configure a connection string"
            : $"the server programs of {wanted} are not in {directory}{found}";
    }
}
