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
public sealed class PoolerDetection
{
    private const int Rounds = 5;

    private const string ProcessSql = """
        -- PoolerDetection.Process
        SELECT pg_backend_pid()
        """;

    private const string ServerSql = """
        -- PoolerDetection.Server
        SELECT oid::text || ' ' || pg_postmaster_start_time()::text FROM pg_database WHERE datname = current_database()
        """;

    private readonly NpgsqlDataSource _source;
    private readonly DirectSource _direct;

    internal PoolerDetection(NpgsqlDataSource source, DirectSource direct)
    {
        _source = source;
        _direct = direct;
    }

    /// <summary>Refuses a database that is reached through a pooler of transactions, unless there are direct connections to the same database beside.</summary>
    /// <exception cref="PoolerException">It is reached that way; the message says what to do.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (!_direct.IsOwn)
        {
            if (await PoolsTransactionsAsync(_source, cancellationToken))
            {
                throw new PoolerException(
                    "the connection string leads to a pooler that gives connections to transactions (such as PgBouncer with pool_mode=transaction): "
                    + "set Database.DirectConnectionString (JANUS_DATABASE_DIRECT_URL) to one that leads to PostgreSQL itself, or let the pooler pool by session");
            }

            return;
        }

        if (await PoolsTransactionsAsync(_direct.Source, cancellationToken))
        {
            throw new PoolerException(
                "Database.DirectConnectionString leads to a pooler that gives connections to transactions, too: one that leads to PostgreSQL itself expected");
        }

        if (await ServerAsync(_source, cancellationToken) != await ServerAsync(_direct.Source, cancellationToken))
        {
            throw new PoolerException(
                "Database.DirectConnectionString leads to another database than Database.ConnectionString: two ways to the same database expected");
        }
    }

    /// <summary>Whether the connections of a source change their server process between transactions.</summary>
    internal static async Task<bool> PoolsTransactionsAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
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
        await using NpgsqlCommand command = new(ProcessSql, connection, transaction);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<string> ServerAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(cancellationToken);
        await using NpgsqlCommand command = new(ServerSql, connection);
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
