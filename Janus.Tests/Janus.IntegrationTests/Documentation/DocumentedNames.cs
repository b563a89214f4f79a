using System.Collections.Frozen;
using System.Reflection;
using System.Text.RegularExpressions;
using Janus.Host.Configuration;
using Janus.Testing;

namespace Janus.IntegrationTests.Documentation;

/// <summary>The names that a document may use: those of the program.</summary>
internal static partial class DocumentedNames
{
    private static readonly string[] Extensions = [".cs", ".yaml", ".json", ".sh", ""];

    /// <summary>Every word of the sources, the configuration and the scripts, with an underscore or without.</summary>
    public static FrozenSet<string> Words { get; } = ((string[])["Janus.Host", "Janus.Modules", "migrations", "scripts", "docs/prometheus", "docs/grafana"])
        .SelectMany(folder => Directory.GetFiles(Checkout.Path(folder), "*", SearchOption.AllDirectories))
        .Where(file => !Built().IsMatch(file) && Extensions.Contains(Path.GetExtension(file)))
        .Append(Checkout.Path("appsettings.yaml")).Append(Checkout.Path("janus")).Append(Checkout.Path("Dockerfile"))
        .SelectMany(file => Word().Matches(File.ReadAllText(file)).Select(match => match.Value))
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The names of attributes and instruments that the sources write as one text.</summary>
    public static FrozenSet<string> Attributes { get; } = Directory.GetFiles(Checkout.Path("Janus.Modules"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !Built().IsMatch(file))
        .SelectMany(file => Attribute().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Every key of the configuration with its sections, from the top.</summary>
    public static IReadOnlyList<string> Keys { get; } = [.. KeysOf(typeof(JanusOptions), "")];

    /// <summary>Whether a key, or the end of one, is in the configuration.</summary>
    public static bool IsKey(string dotted) => Keys.Any(key => key == dotted || key.EndsWith("." + dotted, StringComparison.Ordinal));

    /// <summary>The name of an error or a thing in the way that the sources write it.</summary>
    public static string Pascal(string name) => string.Concat(name.Split('_').Where(part => part.Length > 0).Select(part => char.ToUpperInvariant(part[0]) + part[1..]));

    /// <summary>The text in one line.</summary>
    public static string Flat(string text) => Spaces().Replace(text, " ");

    private static IEnumerable<string> KeysOf(Type type, string path) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.CanWrite)
        .SelectMany(property => (string[])
        [
            path + property.Name,
            .. property.PropertyType is { IsClass: true } nested && nested.Namespace!.StartsWith("Janus", StringComparison.Ordinal) ? KeysOf(nested, $"{path}{property.Name}.") : [],
        ]);

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex Built();

    [GeneratedRegex(@"[A-Za-z_][A-Za-z0-9_]*")]
    private static partial Regex Word();

    [GeneratedRegex(@"""(janus[a-z_.]+)""")]
    private static partial Regex Attribute();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
