namespace Janus.Datastore.Embedded;

/// <summary>How an <see cref="EmbeddedPostgres"/> is set up.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>The directory that holds the cluster, its socket and its log, or null for a temporary one that is removed at the end.</summary>
    public string? Directory { get; init; }

    /// <summary>The directory with <c>initdb</c> and <c>postgres</c>, or null to search the usual places.</summary>
    public string? BinariesDirectory { get; init; }

    /// <summary>Whether commits survive a crash of the machine; tests and demonstrations turn it off for speed.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>The largest number of concurrent connections.</summary>
    public int MaxConnections { get; init; } = 200;

    /// <summary>The size of PostgreSQL's page cache, in MiB.</summary>
    public int SharedBuffersMebibytes { get; init; } = 128;

    /// <summary>How long the server may take until it accepts connections (crash recovery included).</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a fast shutdown may take before the server is killed.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
