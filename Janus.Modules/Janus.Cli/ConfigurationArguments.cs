namespace Janus.Cli;

/// <summary>Where a command's configuration comes from.</summary>
public sealed record ConfigurationArguments
{
    /// <summary>The YAML file, or null for the built-in defaults.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>A file whose first line is the database password, or null.</summary>
    public string? DatabasePasswordFile { get; init; }

    /// <summary>Whether the command may make a database on this machine, where none is configured and none is there yet.</summary>
    public bool CreatesDatabase { get; init; }
}
