namespace Janus.Cli;

/// <summary>What the commands need from the executable that hosts them: configuration, datastore, and the running process itself.</summary>
public interface IProcessHost
{
    /// <summary>The names of the roles that a process may have.</summary>
    IReadOnlyList<string> Roles { get; }

    /// <summary>Runs an aggregator process until it is told to stop; the result is the exit code.</summary>
    Task<int> RunAsync(RunArguments arguments, CancellationToken cancellationToken);

    /// <summary>
    /// Opens the configured datastore, or where none is configured that of this machine; a schema that is not up to date is refused
    /// unless <paramref name="migrate"/>.
    /// </summary>
    /// <exception cref="CliException">Nothing is configured, there is none on this machine, and the command makes none.</exception>
    Task<IDatastoreAccess> OpenDatastoreAsync(ConfigurationArguments arguments, bool migrate, CancellationToken cancellationToken);
}
