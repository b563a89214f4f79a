using System.Data;
using Npgsql;

namespace Janus.Datastore;

/// <summary>
/// Finds out whether a pooler gives the database's connections to transactions, such as PgBouncer with <c>pool_mode=transaction</c>:
/// then statements prepared on one connection meet those of another, and notifications and session locks are lost.
/// </summary>
/// <remarks>
/// A pooler makes up the process ID that PostgreSQL tells a connection at its beginning. Where it is the true one, there is none.
/// Otherwise two connections are watched: with a pooler by session each keeps its own process, even while the other is busy.
/// </remarks>
public sealed class PoolerDetection : IAsyncDisposable
{
    private const int Rounds = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    // Not one of the statements whose plans are looked at: it asks for the server itself, on connections of its own.
    private const string LookSql = """
        /* PoolerDetection.Look */
        SELECT pg_backend_pid(), oid::text || ' ' || extract(epoch FROM pg_postmaster_start_time())::text FROM pg_database WHERE datname = current_database()
        """;

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlDataSource? _direct;
    private readonly DatabaseState _state;
    private readonly Lock _lock = new();
    private Task _checking = Task.CompletedTask;

    internal PoolerDetection(string connectionString, string? directConnectionString, DatabaseState state)
    {
        _source = Build(connectionString, "janus-pooler-detection");
        _direct = directConnectionString is null ? null : Build(directConnectionString, "janus-pooler-detection-direct");
        _state = state;
    }

    /// <summary>Refuses a database that is reached through a pooler of transactions, unless there are direct connections to the same database beside.</summary>
    /// <exception cref="PoolerException">It is reached that way; the message says what to do.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (_direct is null)
        {
            if (await PoolsTransactionsAsync(_source, cancellationToken))
            {
                throw new PoolerException(
                    "the connection string leads to a pooler that gives connections to transactions (such as PgBouncer with pool_mode=transaction): "
                    + "set Database.DirectConnectionString (JANUS_DATABASE_DIRECT_URL) to one that leads to PostgreSQL itself, or let the pooler pool by session");
            }

            return;
        }

        if (await PoolsTransactionsAsync(_direct, cancellationToken))
        {
            throw new PoolerException(
                "Database.DirectConnectionString leads to a pooler that gives connections to transactions, too: expected one that leads to PostgreSQL itself");
        }

        if (await ServerAsync(_source, cancellationToken) != await ServerAsync(_direct, cancellationToken))
        {
            throw new PoolerException(
                "Database.DirectConnectionString leads to another database than Database.ConnectionString: expected two ways to the same database");
        }
    }

    /// <summary>
    /// Lets nobody work after statements got mixed up, until the pooler is right: what is prepared by one might run for another.
    /// </summary>
    /// <exception cref="PoolerException">It is not yet.</exception>
    internal ValueTask RequireOwnSessionsAsync(CancellationToken cancellationToken) =>
        _state.IsPooled ? new ValueTask(CheckForAll().WaitAsync(cancellationToken)) : ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        if (_direct is not null)
        {
            await _direct.DisposeAsync();
        }
    }

    // One looks for all who want to work: a pooler has few connections to give.
    private Task CheckForAll()
    {
        lock (_lock)
        {
            if (_checking.IsCompleted)
            {
                _checking = Task.Run(CheckAgainAsync);
            }

            return _checking;
        }
    }

    private async Task CheckAgainAsync()
    {
        try
        {
            await CheckAsync(CancellationToken.None);
            _state.IsNotPooled();
        }
        catch
        {
            await Task.Delay(Pause);
            throw;
        }
    }

    // New connections on which nothing is prepared: they can neither meet what others have prepared nor be in their way.
    private static NpgsqlDataSource Build(string connectionString, string name)
    {
        NpgsqlConnectionStringBuilder settings = new(connectionString) { Pooling = false, MaxAutoPrepare = 0, NoResetOnClose = true };
        // Without a name, metrics would show the connection string.
        return new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = name }.Build();
    }

    /// <summary>Whether the connections of a source change their server process between transactions.</summary>
    private static async Task<bool> PoolsTransactionsAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection first = await source.OpenConnectionAsync(cancellationToken);
        int process = await ProcessAsync(first, null, cancellationToken);
        if (process == first.ProcessID)
        {
            return false;
        }

        await using NpgsqlConnection second = await source.OpenConnectionAsync(cancellationToken);
        for (int round = 0; round < Rounds; round++)
        {
            await using NpgsqlTransaction transaction = await second.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
            if (await ProcessAsync(second, transaction, cancellationToken) == process || await ProcessAsync(first, null, cancellationToken) != process)
            {
                return true;
            }

            await transaction.RollbackAsync(cancellationToken);
        }

        return false;
    }

    private static async Task<int> ProcessAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(LookSql, connection, transaction);
        return (await command.ReadAllAsync(row => row.GetInt32(0), cancellationToken))[0];
    }

    private static async Task<string> ServerAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(cancellationToken);
        await using NpgsqlCommand command = new(LookSql, connection);
        return (await command.ReadAllAsync(row => row.GetString(1), cancellationToken))[0];
    }
}
