using System.Text.RegularExpressions;
using Janus.Testing;

namespace Janus.IntegrationTests.Telemetry;

/// <summary>A row of the tables of metrics in docs/operating.md.</summary>
/// <param name="Name">The name in OpenTelemetry.</param>
/// <param name="PrometheusName">The name of the family in Prometheus.</param>
/// <param name="Type">counter, gauge or histogram, as Prometheus sees it.</param>
/// <param name="Unit">The unit in UCUM.</param>
internal sealed partial record DocumentedMetric(string Name, string PrometheusName, string Type, string Unit)
{
    public static IReadOnlyList<DocumentedMetric> All { get; } = [.. Row()
        .Matches(File.ReadAllText(Checkout.Path("docs", "operating.md")))
        .Select(row => new DocumentedMetric(row.Groups["name"].Value, row.Groups["prometheus"].Value, row.Groups["type"].Value, row.Groups["unit"].Value))];

    /// <summary>What Prometheus calls an instrument: OpenTelemetry's rules.</summary>
    public static string PrometheusNameOf(string name, string unit, string type)
    {
        string plain = name.Replace('.', '_');
        string suffix = unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ when unit.StartsWith('{') => "",
            _ => throw new ArgumentException($"no rule for the unit {unit}", nameof(unit)),
        };
        return plain + (plain.EndsWith(suffix, StringComparison.Ordinal) ? "" : suffix) + (type == "counter" ? "_total" : "");
    }

    [GeneratedRegex(@"^\| `(?<name>[a-z0-9._]+)` \| `(?<prometheus>[a-z0-9_]+)` \| (?<type>counter|gauge|histogram) \| (?<unit>[^ |]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
