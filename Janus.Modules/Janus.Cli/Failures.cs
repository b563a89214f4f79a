using System.Data.Common;
using System.Globalization;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Datastore.Embedded;

namespace Janus.Cli;

/// <summary>Says in one line what went wrong.</summary>
internal static class Failures
{
    // Every part of a message that somebody else wrote is cut where it is quoted; this is for what is quoted nowhere.
    private const int LongestLine = 2000;

    public static string Describe(Exception failure) => failure switch
    {
        CliException or TaskFileException => Bounded(failure.Message),
        CertificateFileException or EmbeddedPostgresException or SchemaMismatchException => Bounded(failure.Message),
        PoolerException or DatabaseUnavailableException or DatastoreKeyException => Bounded(failure.Message),
        _ when DatabaseFailure.Of(failure) is { } outage => $"{outage.Summary}: {outage.Reason}",
        _ when RefusalIn(failure) is { SqlState: var state } refusal => $"the database refused: {Innermost(refusal)} (SQLSTATE {state})",
        UnauthorizedAccessException or IOException => Bounded(failure.Message),
        HttpRequestException => $"the request failed: {Innermost(failure)}",
        _ => $"unexpected {failure.GetType().Name}: {Quote.MessageOf(failure)} (--verbose shows all of it)",
    };

    /// <summary>A message of the command line's parser, with long arguments cut.</summary>
    public static string Describe(string usage, IEnumerable<string> arguments) => Bounded(arguments
        .Where(argument => argument.Length > Quote.MaximumLength || argument.Any(char.IsControl))
        .OrderByDescending(argument => argument.Length)
        .Aggregate(usage, (text, argument) => text.Replace(argument, Quote.Line(argument), StringComparison.Ordinal)));

    // EF Core wraps what the driver throws.
    private static DbException? RefusalIn(Exception? failure) => failure is null or DbException { SqlState: not null } ? failure as DbException : RefusalIn(failure.InnerException);

    private static string Innermost(Exception failure) => Quote.MessageOf(failure.GetBaseException());

    // Line ends are ours: a list of mistakes has one for each.
    private static string Bounded(string message) => message.Length <= LongestLine
        ? message
        : string.Create(CultureInfo.InvariantCulture, $"{message.AsSpan(0, LongestLine)}… ({message.Length:N0} characters; --verbose shows all of them)");
}
