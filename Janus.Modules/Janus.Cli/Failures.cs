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
        DbException { SqlState: { } state } => $"the database refused: {Innermost(failure)} (SQLSTATE {state})",
        DbException => $"the database cannot be reached: {Innermost(failure)}",
        HttpRequestException => $"the request failed: {Innermost(failure)}",
        UnauthorizedAccessException or IOException => failure.Message,
        _ => $"unexpected {failure.GetType().Name}: {failure.Message.ReplaceLineEndings(" ")} (--verbose shows all of it)",
    };

    private static string Innermost(Exception failure) => failure.GetBaseException().Message.ReplaceLineEndings(" ");
}
