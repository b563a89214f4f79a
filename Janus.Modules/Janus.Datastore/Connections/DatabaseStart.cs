using Microsoft.Extensions.Logging;
using Npgsql;

namespace Janus.Datastore;

/// <summary>Waits for the database when a process starts, because machines start in any order.</summary>
public sealed partial class DatabaseStart
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // An attempt takes what the driver allows itself, however little time is left; it is given up when it hangs.
    private static readonly TimeSpan LeastAttempt = TimeSpan.FromSeconds(30);

    private readonly PoolerDetection _detection;
    private readonly DatabaseReadiness _readiness;
    private readonly TimeProvider _time;
    private readonly ILogger<DatabaseStart> _logger;

    internal DatabaseStart(PoolerDetection detection, DatabaseReadiness readiness, TimeProvider time, ILogger<DatabaseStart> logger)
    {
        _detection = detection;
        _readiness = readiness;
        _time = time;
        _logger = logger;
    }

    /// <summary>Returns once the database answers and takes writes; whether it has the schema is not asked.</summary>
    /// <param name="patience">How long to wait for it; zero for a single attempt.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    /// <exception cref="DatabaseUnavailableException">It does not in this time; the message says why.</exception>
    /// <exception cref="PoolerException">It is reached through a pooler that this process was not told of.</exception>
    public async Task WaitAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        long began = _time.GetTimestamp();
        for (int attempt = 1; ; attempt++)
        {
            TimeSpan left = patience - _time.GetElapsedTime(began);
            if (await FailureAsync(left > LeastAttempt ? left : LeastAttempt, cancellationToken) is not { } failure)
            {
                return;
            }

            // A wrong password does not become right.
            left = patience - _time.GetElapsedTime(began);
            if (failure.Kind is DatabaseFailureKind.Refused || left <= TimeSpan.Zero)
            {
                string waited = attempt > 1 ? FormattableString.Invariant($"; waited for it {_time.GetElapsedTime(began).TotalSeconds:0} s (Database.StartTimeout)") : "";
                throw new DatabaseUnavailableException($"{failure.Summary}: {failure.Reason}{waited}");
            }

            if (attempt == 1)
            {
                LogWaiting(patience.TotalSeconds, failure.Summary, failure.Reason);
            }

            await Task.Delay(Interval < left ? Interval : left, _time, cancellationToken);
        }
    }

    private async Task<DatabaseFailure?> FailureAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(atMost, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await _detection.CheckAsync(either.Token);
            await _readiness.WriteAsync(either.Token);
            return null;
        }
        catch (PostgresException unprepared) when (unprepared.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InsufficientPrivilege)
        {
            return null;
        }
        catch (PoolerException)
        {
            // Waiting does not mend a configuration.
            throw;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new DatabaseFailure(DatabaseFailureKind.Silent, "no answer yet");
        }
        catch (Exception exception) when (DatabaseFailure.Of(exception) is { } failure)
        {
            return failure;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "waiting up to {Seconds} s for the database (Database.StartTimeout): {Summary:l}: {Reason:l}")]
    private partial void LogWaiting(double seconds, string summary, string reason);
}
