namespace Janus.Cli;

/// <summary>What <c>janus run</c> was asked for.</summary>
public sealed record RunArguments
{
    /// <summary>Where the configuration comes from.</summary>
    public required ConfigurationArguments Configuration { get; init; }

    /// <summary>The roles as written on the command line; empty leaves the choice to the configuration.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>The addresses to listen on as written on the command line; empty leaves the choice to the configuration.</summary>
    public IReadOnlyList<string> Listen { get; init; } = [];

    /// <summary>The file that receives the bound addresses, one a line, once the process serves; or null.</summary>
    public string? AddressFile { get; init; }

    /// <summary>Whether the process stops when its standard input ends, as it does when its parent ends.</summary>
    public bool ExitWithParent { get; init; }
}
