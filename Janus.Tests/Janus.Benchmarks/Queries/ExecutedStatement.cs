using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Janus.Benchmarks.Queries;

/// <summary>A statement that ran, with its plan as <c>auto_explain</c> tells it.</summary>
internal sealed partial record ExecutedStatement(string Name, string Sql, double Milliseconds, PlanNode Plan, string Json)
{
    /// <summary>Parses the text of a notice; null when it is another one.</summary>
    public static ExecutedStatement? TryParse(string notice)
    {
        if (Notice().Match(notice) is not { Success: true } match)
        {
            return null;
        }

        string json = match.Groups["json"].Value;
        using JsonDocument document = JsonDocument.Parse(json);
        string sql = document.RootElement.GetProperty("Query Text").GetString()!;
        return new ExecutedStatement(
            NameOf(sql),
            sql,
            double.Parse(match.Groups["ms"].Value, CultureInfo.InvariantCulture),
            new PlanNode(document.RootElement.GetProperty(nameof(Plan))),
            json);
    }

    /// <summary>Whether the statement is the driver's: it asks for nothing but the server's own tables.</summary>
    public bool IsDriver => !IsNamed && Plan.All().All(node => node.Relation?.StartsWith("pg_", StringComparison.Ordinal) != false);

    /// <summary>Whether the statement only adds rows that it was given. EF Core writes such ones, and cannot be told to name them.</summary>
    public bool IsPlainInsert => Plan.Type == "ModifyTable" && Sql.TrimStart().StartsWith("INSERT", StringComparison.Ordinal)
        && Plan.All().Skip(1).All(node => node.Type is "Result" or "Values Scan");

    /// <summary>Whether the statement tells its name.</summary>
    public bool IsNamed => Name.Length > 0;

    // Those that EF Core itself writes about migrations cannot be given a name.
    private static string NameOf(string sql) =>
        KnownStatements.NameOf(sql)
        ?? (sql.Contains("__EFMigrationsHistory", StringComparison.Ordinal) ? "DatastoreSchema (EF Core)" : "");

    [GeneratedRegex(@"^duration: (?<ms>[0-9.]+) ms  plan:\s*(?<json>\{.*\})\s*$", RegexOptions.Singleline)]
    private static partial Regex Notice();
}
