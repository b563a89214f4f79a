using Microsoft.Extensions.Logging;
using Npgsql;

namespace Janus.Datastore;

/// <summary>A failure that is the database's, and not that of the statement which met it: everybody meets it, and it passes.</summary>
/// <param name="Kind">What is the matter.</param>
/// <param name="Reason">What the driver or the server says, with the innermost cause; it may name hosts and users.</param>
public sealed record DatabaseFailure(DatabaseFailureKind Kind, string Reason)
{
    /// <summary>What the exception tells of the database, or <see langword="null"/> if it is about something else.</summary>
    public static DatabaseFailure? Of(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is NpgsqlException failure)
            {
                return KindOf(failure) is { } kind ? new DatabaseFailure(kind, Describe(failure)) : null;
            }
        }

        return null;
    }

    /// <summary>The level at which to log an exception: debug for what <see cref="DatabaseState"/> reports once for everybody.</summary>
    public static LogLevel LevelOf(Exception exception, LogLevel otherwise) => Of(exception) is null ? otherwise : LogLevel.Debug;

    /// <summary>What is the matter in words that name neither host nor user, for those who need not know them.</summary>
    public string Summary => Kind switch
    {
        DatabaseFailureKind.Refused => "the database refuses us: check the user, the password and the name of the database",
        DatabaseFailureKind.Busy => "there are no more connections to the database",
        DatabaseFailureKind.ReadOnly => "the database takes no writes: it is a standby, or was made read-only",
        DatabaseFailureKind.Full => "the database has no space left",
        DatabaseFailureKind.Pooled => "a pooler gives the database's connections to transactions, and Database.DirectConnectionString is not set",
        _ => "the database cannot be reached",
    };

    private static DatabaseFailureKind? KindOf(NpgsqlException failure) => failure is PostgresException refusal
        ? KindOf(refusal)
        : failure.InnerException is PostgresException inner ? KindOf(inner)
        : failure.Message.StartsWith("No suitable host", StringComparison.Ordinal) ? DatabaseFailureKind.ReadOnly
        : failure.Message.Contains("pool has been exhausted", StringComparison.Ordinal) ? DatabaseFailureKind.Busy
        : DatabaseFailureKind.Unreachable;

    private static DatabaseFailureKind? KindOf(PostgresException refusal) => refusal.SqlState switch
    {
        PostgresErrorCodes.ReadOnlySqlTransaction => DatabaseFailureKind.ReadOnly,
        PostgresErrorCodes.DiskFull => DatabaseFailureKind.Full,
        PostgresErrorCodes.TooManyConnections => DatabaseFailureKind.Busy,
        PostgresErrorCodes.InvalidSqlStatementName or PostgresErrorCodes.DuplicatePreparedStatement => DatabaseFailureKind.Pooled,
        // Poolers end a connection with this code; an error that leaves it open is about a statement that is not the one prepared.
        PostgresErrorCodes.ProtocolViolation when refusal.InvariantSeverity == "ERROR" => DatabaseFailureKind.Pooled,
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.DatabaseDropped or PostgresErrorCodes.IdleSessionTimeout or PostgresErrorCodes.IoError => DatabaseFailureKind.Unreachable,
        PostgresErrorCodes.InvalidCatalogName => DatabaseFailureKind.Refused,
        ['0', '8', ..] => DatabaseFailureKind.Unreachable,
        ['2', '8', ..] => DatabaseFailureKind.Refused,
        ['5', '3', ..] => DatabaseFailureKind.Busy,
        _ => null,
    };

    private static string Describe(NpgsqlException failure)
    {
        if (failure.InnerException is AggregateException several)
        {
            // One of each host.
            return string.Join("; ", several.InnerExceptions.Select(one => one is NpgsqlException inner ? Describe(inner) : one.Message));
        }

        Exception cause = failure.GetBaseException();
        string text = cause is PostgresException refusal ? $"{refusal.MessageText} (SQLSTATE {refusal.SqlState})"
            : cause == failure ? failure.Message
            : $"{failure.Message}: {cause.Message}";
        return text.ReplaceLineEndings(" ");
    }
}
