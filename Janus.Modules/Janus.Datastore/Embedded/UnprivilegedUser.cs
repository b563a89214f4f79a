namespace Janus.Datastore.Embedded;

/// <summary>The user a PostgreSQL server runs as when we are root, because PostgreSQL refuses to run as root.</summary>
internal sealed class UnprivilegedUser
{
    private static readonly string[] Candidates = ["postgres", "nobody"];

    private readonly IReadOnlyList<string> _prefix;

    private UnprivilegedUser(string name, IReadOnlyList<string> prefix)
    {
        Name = name;
        _prefix = prefix;
    }

    /// <summary>The user's name.</summary>
    public string Name { get; }

    /// <summary>Chooses the user: null if this process is not root.</summary>
    /// <exception cref="EmbeddedPostgresException">We are root and cannot become anyone else.</exception>
    public static async Task<UnprivilegedUser?> ChooseAsync(CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return null;
        }

        foreach (string name in Candidates)
        {
            CommandResult user = await Command.RunAsync("id", ["-u", name], cancellationToken);
            CommandResult group = await Command.RunAsync("id", ["-g", name], cancellationToken);
            if (user.ExitCode != 0 || group.ExitCode != 0)
            {
                continue;
            }

            if (Command.Which("setpriv") is { } setpriv)
            {
                return new UnprivilegedUser(name, [setpriv, $"--reuid={user.Output.Trim()}", $"--regid={group.Output.Trim()}", "--clear-groups", "--"]);
            }

            if (Command.Which("runuser") is { } runuser)
            {
                return new UnprivilegedUser(name, [runuser, "-u", name, "--"]);
            }
        }

        throw new EmbeddedPostgresException("PostgreSQL does not run as root, and neither setpriv nor runuser with a user 'postgres' or 'nobody' is here: start Janus as another user, or configure a connection string");
    }

    /// <summary>The command line that runs <paramref name="command"/> as this user.</summary>
    public IEnumerable<string> Wrap(IEnumerable<string> command) => _prefix.Concat(command);

    /// <summary>Hands <paramref name="path"/> and what is in it to this user.</summary>
    public async Task OwnAsync(string path, CancellationToken cancellationToken)
    {
        CommandResult result = await Command.RunAsync("chown", ["-R", "-h", $"{Name}:", path], cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new EmbeddedPostgresException($"{path} cannot be handed to the user '{Name}': {result.Summary}");
        }
    }

    /// <summary>Checks that this user can enter <paramref name="directory"/>.</summary>
    public async Task CheckAccessAsync(string directory, CancellationToken cancellationToken)
    {
        List<string> command = [.. Wrap(["sh", "-c", "cd \"$1\"", "sh", directory])];
        CommandResult result = await Command.RunAsync(command[0], command.Skip(1), cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new EmbeddedPostgresException($"PostgreSQL runs as the user '{Name}' because we are root, and that user cannot enter {directory}: choose a data directory outside private folders, such as /var/lib/janus");
        }
    }
}
