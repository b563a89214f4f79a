using System.Diagnostics;
using Npgsql;

namespace Janus.Datastore;

/// <summary>
/// Runs short transactions, and runs them again when PostgreSQL breaks off one of several that got in each other's way.
/// </summary>
public sealed class TransactionRunner
{
    private const int MaximumAttempts = 12;
    private const int FirstDelayMilliseconds = 5;
    private const int LongestDelayMilliseconds = 1000;
    private readonly NpgsqlDataSource _source;
    private readonly DatabaseState _state;
    private readonly PoolerDetection _detection;

    internal TransactionRunner(NpgsqlDataSource source, DatabaseState state, PoolerDetection detection)
    {
        _source = source;
        _state = state;
        _detection = detection;
    }

    /// <summary>Runs a body that writes. It may run more than once, so it must not change anything but the database.</summary>
    internal async Task<T> RunAsync<T>(
        string name,
        Func<DatastoreTransaction, CancellationToken, Task<T>> body,
        CancellationToken cancellationToken)
    {
        using Activity? activity = DatastoreMetrics.StartActivity(name);
        long start = Stopwatch.GetTimestamp();
        bool succeeded = false;
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                try
                {
                    T result = await AttemptAsync(body, cancellationToken);
                    succeeded = true;
                    _state.Succeeded();
                    return result;
                }
                catch (PostgresException exception) when (MayRetry(exception) && attempt < MaximumAttempts)
                {
                    DatastoreMetrics.Retried(name, exception.SqlState);
                }

                await Task.Delay(Delay(attempt), cancellationToken);
            }
        }
        catch (Exception exception)
        {
            _state.Failed(exception, name);
            throw;
        }
        finally
        {
            activity?.SetStatus(succeeded ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
            DatastoreMetrics.Ran(name, Stopwatch.GetElapsedTime(start), succeeded);
        }
    }

    /// <summary>Runs a body that only reads, each statement on its own.</summary>
    internal async Task<T> ReadAsync<T>(
        string name,
        Func<DatastoreTransaction, CancellationToken, Task<T>> body,
        CancellationToken cancellationToken)
    {
        using Activity? activity = DatastoreMetrics.StartActivity(name);
        long start = Stopwatch.GetTimestamp();
        bool succeeded = false;
        try
        {
            await _detection.RequireOwnSessionsAsync(cancellationToken);
            await using NpgsqlConnection connection = await _source.OpenConnectionAsync(cancellationToken);
            T result = await body(new DatastoreTransaction(connection, null), cancellationToken);
            succeeded = true;
            _state.Succeeded();
            return result;
        }
        catch (Exception exception)
        {
            _state.Failed(exception, name);
            throw;
        }
        finally
        {
            activity?.SetStatus(succeeded ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
            DatastoreMetrics.Ran(name, Stopwatch.GetElapsedTime(start), succeeded);
        }
    }

    private async Task<T> AttemptAsync<T>(
        Func<DatastoreTransaction, CancellationToken, Task<T>> body, CancellationToken cancellationToken)
    {
        await _detection.RequireOwnSessionsAsync(cancellationToken);
        await using NpgsqlConnection connection = await _source.OpenConnectionAsync(cancellationToken);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        DatastoreTransaction context = new(connection, transaction);
        T result = await body(context, cancellationToken);
        if (context.IsRolledBack)
        {
            await transaction.RollbackAsync(cancellationToken);
        }
        else
        {
            await transaction.CommitAsync(cancellationToken);
        }

        return result;
    }

    private static bool MayRetry(PostgresException exception) =>
        exception.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected;

    private static TimeSpan Delay(int attempt)
    {
        int most = Math.Min(FirstDelayMilliseconds << attempt, LongestDelayMilliseconds);
        return TimeSpan.FromMilliseconds(Random.Shared.Next(1, most + 1));
    }
}
