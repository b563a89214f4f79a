namespace Janus.Testing;

/// <summary>An aggregator process ended instead of serving.</summary>
public sealed class AggregatorStartException : Exception
{
    /// <summary>The process ended with this exit code after writing this.</summary>
    public AggregatorStartException(string name, int exitCode, string output)
        : base($"{name} ended with exit code {exitCode}: {output}")
    {
        ExitCode = exitCode;
        Output = output;
    }

    /// <summary>The exit code.</summary>
    public int ExitCode { get; }

    /// <summary>Everything that the process wrote.</summary>
    public string Output { get; }
}
