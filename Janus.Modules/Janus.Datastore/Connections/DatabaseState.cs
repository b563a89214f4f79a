using Janus.Dap;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Janus.Datastore;

/// <summary>
/// What is known of the database from all who use it: whether there is an outage, which is logged when it begins and when it
/// ends, and not by those who suffer from it.
/// </summary>
/// <remarks>
/// Connections to a server that has gone, or that takes no writes any more, are worth nothing: a failover has made another server
/// the right one, or the session keeps what the server was when it began. So a failure of that kind clears the pool.
/// </remarks>
public sealed partial class DatabaseState
{
    // A full disk still answers all that writes nothing.
    private static readonly TimeSpan FullSettling = TimeSpan.FromSeconds(30);

    private readonly NpgsqlDataSource _source;
    private readonly ILogger<DatabaseState> _logger;
    private readonly Outage _outage;
    private DatabaseFailure? _last;
    private int _isPooled;

    internal DatabaseState(NpgsqlDataSource source, TimeProvider time, ILogger<DatabaseState> logger)
    {
        _source = source;
        _logger = logger;
        _outage = new Outage(time);
    }

    /// <summary>The latest failure of the outage that there is, or <see langword="null"/> if there is none.</summary>
    public DatabaseFailure? Current => _outage.IsOn ? Volatile.Read(ref _last) : null;

    /// <summary>Whether statements met those of another connection, and nobody has found out yet that they no longer can.</summary>
    internal bool IsPooled => Volatile.Read(ref _isPooled) != 0;

    /// <summary>Takes note of what somebody met; true if it is the database's failure.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="activity">What was being done, for the log.</param>
    internal bool Failed(Exception exception, string activity)
    {
        if (DatabaseFailure.Of(exception) is not { } failure)
        {
            return false;
        }

        Volatile.Write(ref _last, failure);
        if (failure.Kind is DatabaseFailureKind.ReadOnly or DatabaseFailureKind.Unreachable or DatabaseFailureKind.Pooled)
        {
            // Those in use are closed when they are given back.
            _source.Clear();
        }

        if (failure.Kind == DatabaseFailureKind.Pooled && Interlocked.Exchange(ref _isPooled, 1) == 0)
        {
            LogPooled(failure.Reason, activity);
        }

        if (_outage.Fail(failure.Kind == DatabaseFailureKind.Full ? FullSettling : Outage.DefaultSettling))
        {
            LogBegan(failure.Summary, failure.Reason, activity);
        }

        return true;
    }

    /// <summary>Takes note of something that worked.</summary>
    internal void Succeeded()
    {
        if (_outage.Succeed() is { } ended)
        {
            LogEnded(ended.Duration.TotalSeconds, ended.Failures);
        }
    }

    /// <summary>Notes that connections are not shared with others any more.</summary>
    internal void IsNotPooled() => Volatile.Write(ref _isPooled, 0);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Summary:l}: {Reason:l}, in {Activity:l}; requests that need it are answered 503, and workers go on trying")]
    private partial void LogBegan(string summary, string reason, string activity);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the database works again after {Seconds:0.0} s, in which {Failures} attempts failed")]
    private partial void LogEnded(double seconds, long failures);

    [LoggerMessage(Level = LogLevel.Error, Message = "statements of different connections got mixed up ({Reason:l}, in {Activity:l}): a pooler gives the database's connections to transactions (PgBouncer's pool_mode=transaction or statement). Set Database.DirectConnectionString to a connection string that leads to PostgreSQL itself, or let the pooler pool by session; this process is not ready until then")]
    private partial void LogPooled(string reason, string activity);
}
