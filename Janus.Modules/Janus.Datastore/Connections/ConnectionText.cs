using System.ComponentModel;
using System.Data.Common;
using System.Reflection;
using System.Text.RegularExpressions;
using Janus.Dap;
using Npgsql;

namespace Janus.Datastore;

/// <summary>Reads how a configuration names a database: an Npgsql connection string, or a URL as PostgreSQL's own tools take it.</summary>
public static partial class ConnectionText
{
    private const string Expected = "neither a connection string (Host=...;Database=...;Username=...) nor a URL postgres://user@host/database";

    private const string TargetSessionAttributes = "Target Session Attributes";

    /// <summary>Reads either, and returns a connection string of keywords that the driver knows.</summary>
    /// <exception cref="FormatException">It is neither, or has an unknown keyword or a wrong value; the message names keywords, never a value.</exception>
    public static string Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        IEnumerable<KeyValuePair<string, string>> settings = Scheme().IsMatch(text) ? PostgresUrl.Parse(text) : Split(text);
        NpgsqlConnectionStringBuilder builder = [];
        foreach ((string keyword, string value) in settings)
        {
            Set(builder, keyword, value);
        }

        if (string.IsNullOrEmpty(builder.Host))
        {
            throw new FormatException(Expected);
        }

        ChooseWriter(builder);
        return builder.ConnectionString;
    }

    // Everything here writes: among several servers the one that takes writes is meant, and of a single one it is expected anyway.
    private static void ChooseWriter(NpgsqlConnectionStringBuilder builder)
    {
        if (builder.TargetSessionAttributes is "standby" or "read-only" or "prefer-standby")
        {
            throw new FormatException("Janus writes to its database: read-write or primary expected for target_session_attrs (Target Session Attributes)");
        }

        if (!builder.Host!.Contains(',', StringComparison.Ordinal))
        {
            builder.Remove(TargetSessionAttributes);
        }
        else if (builder.TargetSessionAttributes is null)
        {
            builder[TargetSessionAttributes] = "read-write";
        }
    }

    [GeneratedRegex(@"^\s*[A-Za-z][A-Za-z0-9+.-]*://")]
    private static partial Regex Scheme();

    private static IEnumerable<KeyValuePair<string, string>> Split(string text)
    {
        DbConnectionStringBuilder parts = [];
        try
        {
            parts.ConnectionString = text;
        }
        catch (ArgumentException)
        {
            throw new FormatException(Expected);
        }

        return parts.Keys.Cast<string>().Select(keyword => KeyValuePair.Create(keyword, (string)parts[keyword]));
    }

    private static void Set(NpgsqlConnectionStringBuilder builder, string keyword, string value)
    {
        if (!Knows(keyword))
        {
            throw new FormatException($"'{Cut(keyword)}' is no keyword of a connection string{Suggestion(keyword)}");
        }

        try
        {
            // PostgreSQL's own tools write verify-full, the driver VerifyFull.
            builder[keyword] = Plain(keyword) == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            throw new FormatException($"the value of '{keyword}' cannot be read{Choices(keyword)}");
        }
    }

    private static bool Knows(string keyword)
    {
        try
        {
            // Its own keywords, and the other names that it has for them.
            new NpgsqlConnectionStringBuilder().Remove(keyword);
            return true;
        }
        catch (Exception failure) when (failure is ArgumentException or KeyNotFoundException)
        {
            return false;
        }
    }

    private static string Suggestion(string keyword)
    {
        ILookup<string, string> names = Keywords().Concat(PostgresUrl.Names).ToLookup(Plain);
        return Spelling.Nearest(Plain(keyword), names.Select(name => name.Key)) is { } near ? $"; did you mean '{names[near].First()}'?" : "";
    }

    private static string Choices(string keyword) => Plain(keyword) switch
    {
        "sslmode" => ": expected one of disable, allow, prefer, require, verify-ca and verify-full",
        "targetsessionattributes" => ": expected one of any, primary, standby, prefer-primary, prefer-standby, read-write and read-only",
        _ => "",
    };

    private static IEnumerable<string> Keywords() => typeof(NpgsqlConnectionStringBuilder).GetProperties()
        .Select(property => property.GetCustomAttribute<DisplayNameAttribute>()?.DisplayName)
        .OfType<string>();

    private static string Plain(string keyword) => string.Concat(keyword.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    // What stands before an equals sign may be a secret that was cut in two: a keyword is short.
    private static string Cut(string keyword) => keyword.Length <= 30 ? keyword : string.Concat(keyword.AsSpan(0, 30), "…");
}
