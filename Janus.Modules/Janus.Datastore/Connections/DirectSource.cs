using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Janus.Datastore;

/// <summary>
/// Connections that stay ours while they are open: for listening, for locks of a session, and for what is long. They are the same
/// as all others, unless those lead to a pooler that gives connections to transactions.
/// </summary>
internal sealed class DirectSource : IAsyncDisposable
{
    // One listens, and there is one for migrations or for the garbage collector.
    private const int MaximumConnections = 4;

    /// <summary>Takes a source; <paramref name="isOwn"/> tells whether it is another than that of the stores.</summary>
    public DirectSource(NpgsqlDataSource source, bool isOwn)
    {
        Source = source;
        IsOwn = isOwn;
    }

    /// <summary>Whether it is another source than that of the stores, whose failures say nothing of theirs.</summary>
    public bool IsOwn { get; }

    public NpgsqlDataSource Source { get; }

    /// <summary>A connection string for a few direct connections.</summary>
    public static string Limit(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        MinPoolSize = 0,
        MaxPoolSize = MaximumConnections,
    }.ConnectionString;

    public JanusDbContext CreateContext()
    {
        DbContextOptionsBuilder<JanusDbContext> options = new();
        DatastoreServices.Configure(options, Source);
        return new JanusDbContext(options.Options);
    }

    public ValueTask DisposeAsync() => IsOwn ? Source.DisposeAsync() : ValueTask.CompletedTask;
}
