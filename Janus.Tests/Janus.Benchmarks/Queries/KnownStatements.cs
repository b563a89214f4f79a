using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using Janus.Datastore;

namespace Janus.Benchmarks.Queries;

/// <summary>What the datastore's assembly tells about its statements and the methods that run them.</summary>
internal static partial class KnownStatements
{
    /// <summary>The name in the comment that a statement begins with.</summary>
    public static string? NameOf(string sql) => Name().Match(sql) is { Success: true } match ? match.Groups["name"].Value : null;

    /// <summary>
    /// The names of all raw statements that have a plan: every string literal of the assembly that begins with a name,
    /// wherever it stands, and what is made of the descriptions of leases. What sets, locks, defines or vacuums has no plan.
    /// </summary>
    public static IReadOnlySet<string> Named() => Literals()
        .Concat(StaticStrings())
        .Concat(LeaseTable.All.SelectMany(table => new[] { table.DueTasksSql, table.FirstDueSql, table.AcquireSql("j", "*"), table.ReleaseSql("Release") }))
        .Where(literal => NameOf(literal) is not null && !Utility().IsMatch(literal))
        .Select(literal => NameOf(literal)!)
        .ToHashSet();

    /// <summary>Static strings that are statements without a name; parts of a named statement are none.</summary>
    public static IReadOnlyList<string> Unnamed()
    {
        string[] strings = [.. StaticStrings()];
        return [.. strings.Where(sql => Statement().IsMatch(sql) && !strings.Any(other => NameOf(other) is not null && other.Contains(sql, StringComparison.Ordinal)))];
    }

    /// <summary>
    /// The public methods of the stores and of the schema, inherited ones too, such as <c>ReportStore.PutAsync</c>; one entry for
    /// each overload.
    /// </summary>
    public static IReadOnlyList<string> Methods() => [.. typeof(TransactionRunner).Assembly.GetTypes()
        .Where(type => type.IsPublic && (type.Name.EndsWith("Store", StringComparison.Ordinal) || type == typeof(DatastoreSchema)))
        .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public)
            .Where(method => typeof(Task).IsAssignableFrom(method.ReturnType))
            .Select(method => $"{type.Name}.{method.Name}"))];

    private static IEnumerable<string> StaticStrings() => typeof(TransactionRunner).Assembly.GetTypes()
        .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Where(field => field.FieldType == typeof(string) && !field.DeclaringType!.ContainsGenericParameters)
        .Select(field => (string?)field.GetValue(null))
        .OfType<string>();

    private static List<string> Literals()
    {
        using FileStream file = File.OpenRead(typeof(TransactionRunner).Assembly.Location);
        using PEReader assembly = new(file);
        MetadataReader metadata = assembly.GetMetadataReader();
        List<string> literals = [];
        UserStringHandle handle = MetadataTokens.UserStringHandle(1);
        while (!handle.IsNil)
        {
            literals.Add(metadata.GetUserString(handle));
            handle = metadata.GetNextHandle(handle);
        }

        return literals;
    }

    [GeneratedRegex(@"^-- (?<name>\w+\.\w+)")]
    private static partial Regex Name();

    [GeneratedRegex(@"^-- [^\n]*\n\s*(SET|LOCK|CREATE|ALTER|DROP|VACUUM)\s")]
    private static partial Regex Utility();

    [GeneratedRegex(@"^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|MERGE)\s")]
    private static partial Regex Statement();
}
