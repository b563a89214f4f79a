using System.Data.Common;
using Janus.Dap;
using Janus.Datastore;
using Janus.Datastore.Embedded;

namespace Janus.Cli;

/// <summary>Says in one line what went wrong.</summary>
internal static class Failures
{
    public static string Describe(Exception failure) => failure switch
    {
        CliException or TaskFileException or CertificateFileException or EmbeddedPostgresException or SchemaMismatchException => failure.Message,
        PoolerException or DatabaseUnavailableException or DatastoreKeyException => failure.Message,
        _ when DatabaseFailure.Of(failure) is { } outage => $"{outage.Summary}: {outage.Reason}",
        _ when RefusalIn(failure) is { SqlState: var state } refusal => $"the database refused: {Innermost(refusal)} (SQLSTATE {state})",
        HttpRequestException => $"the request failed: {Innermost(failure)}",
        UnauthorizedAccessException or IOException => failure.Message,
        _ => $"unexpected {failure.GetType().Name}: {failure.Message.ReplaceLineEndings(" ")} (--verbose shows all of it)",
    };

    // EF Core wraps what the driver throws.
    private static DbException? RefusalIn(Exception? failure) => failure is null or DbException { SqlState: not null } ? failure as DbException : RefusalIn(failure.InnerException);

    private static string Innermost(Exception failure) => failure.GetBaseException().Message.ReplaceLineEndings(" ");
}
