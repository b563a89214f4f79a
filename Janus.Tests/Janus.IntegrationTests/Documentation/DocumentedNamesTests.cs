using System.Net;
using System.Text.RegularExpressions;
using Janus.Cli;
using Janus.Dap;
using Janus.Host.Configuration;
using Janus.IntegrationTests.Embedded;
using Janus.Testing;

namespace Janus.IntegrationTests.Documentation;

/// <summary>Media types, status codes, errors, keys, metrics, variables and files that the documents speak of exist.</summary>
[TestFixtureSource(typeof(DocumentText), nameof(DocumentText.All))]
public sealed partial class DocumentedNamesTests(DocumentText document)
{
    // What others send and configure: not ours, and meant.
    private static readonly HashSet<string> Foreign =
    [
        "random_page_cost", "max_connections", "pg_stat_activity", "pg_stat_statements", "pg_dump", "pg_repack", "max_prepared_statements", "pool_mode",
        "server_reset_query", "scrape_configs", "rule_files", "sslrootcert",
    ];

    // These tell about the draft and the code rather than about what an operator does.
    private static readonly string[] ForDevelopers = ["docs/conformance.md", "docs/performance.md"];

    private static readonly HashSet<string> MediaTypes =
    [
        .. typeof(DapMediaTypes).GetProperties().Where(property => property.PropertyType == typeof(string)).Select(property => (string)property.GetValue(DapVersion.Newest.MediaTypes)!), DapMediaType.Problem, "application/json",
    ];

    private static readonly HashSet<int> Statuses =
    [
        .. DapProblemType.All.Select(problem => (int)problem.Status),
        .. DocumentedNames.Words.Select(word => StatusName().Match(word)).Where(match => match.Success).Select(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)),
        .. Enum.GetValues<HttpStatusCode>().Where(status => DocumentedNames.Words.Contains($"{status}")).Select(status => (int)status),
    ];

    [Test]
    public void Media_types_are_sent() =>
        Assert.That(Matches(MediaType(), Everything).Except(MediaTypes), Is.Empty);

    [Test]
    public void Status_codes_are_answered() =>
        Assert.That(Matches(Status(), ForDevelopers.Contains(document.Path) ? "" : document.Prose).Where(code => !Statuses.Contains(int.Parse(code, System.Globalization.CultureInfo.InvariantCulture))), Is.Empty);

    [Test]
    public void Errors_labels_and_members_are_in_the_program() =>
        Assert.That(
            document.Spans.Where(span => Name().IsMatch(span) && !Foreign.Contains(span) && !PlatformLabel().IsMatch(span) && !DocumentedNames.Words.Contains(span) && !DocumentedNames.Words.Contains(DocumentedNames.Pascal(span)) && !IsMetric(span)),
            Is.Empty);

    [Test]
    public void Metrics_are_in_the_tables_of_operating() =>
        Assert.That(document.Spans.Select(span => Metric().Match(span)).Where(match => match.Success).Select(match => match.Value).Where(metric => !IsMetric(metric) && !DocumentedNames.Attributes.Contains(metric)), Is.Empty);

    [Test]
    public void Keys_of_the_configuration_exist() =>
        Assert.That(
            document.Spans.Select(span => Key().Match(span)).Where(match => match.Success).Select(match => match.Groups[1].Value.Replace(':', '.'))
                .Where(key => !ForDevelopers.Contains(document.Path) && !IsNamespace(key) && !DocumentedNames.IsKey(key)),
            Is.Empty);

    [Test]
    public void Variables_of_the_environment_exist()
    {
        string[] sections = [.. Matches(SectionVariable(), Everything).Select(name => name["JANUS__".Length..].Replace("__", ".", StringComparison.Ordinal)).Except(["Section.Key"])];
        Assert.That(sections.Where(key => !DocumentedNames.IsKey(key)), Is.Empty);
        Assert.That(Matches(Variable(), Everything).Where(name => !DocumentedNames.Words.Contains(name)), Is.Empty);
    }

    [Test]
    public void Configurations_are_accepted()
    {
        using TestDirectory directory = new();
        foreach (string yaml in document.Blocks.Select(block => block.Text).Concat(HereDocuments()).Where(text => Section().IsMatch(text)))
        {
            string file = directory.Path("janus.yaml");
            File.WriteAllText(file, yaml);
            try
            {
                JanusConfiguration.Load(new ConfigurationArguments { ConfigFile = file });
            }
            catch (CliException failure)
            {
                // Files that it names are on the reader's machine.
                Assert.That(failure.Message, Does.Not.Contain("unknown key").And.Not.Contain("was expected").And.Not.Contain("is not "), yaml);
            }
        }
    }

    [Test]
    public void Links_lead_somewhere() =>
        Assert.That(
            Link().Matches(document.Prose).Select(match => match.Groups[1].Value).Where(target => !target.Contains("://", StringComparison.Ordinal) && target.Length > 0)
                .Where(target => !Path.Exists(Path.Combine(Path.GetDirectoryName(Checkout.Path(document.Path))!, target))),
            Is.Empty);

    private string Everything => string.Join('\n', [document.Prose, .. document.Blocks.Select(block => block.Text)]);

    private IEnumerable<string> HereDocuments() => document.Blocks.SelectMany(block => Here().Matches(block.Text).Select(match => match.Groups[1].Value));

    private static IEnumerable<string> Matches(Regex regex, string text) => regex.Matches(text).Select(match => match.Value.TrimEnd('.', ';', '_')).Distinct();

    private static bool IsNamespace(string key) => key.Split('.')[0] is "Janus" or "Microsoft" or "System" || key.Contains("Tests", StringComparison.Ordinal);

    private static bool IsMetric(string name) => Telemetry.DocumentedMetric.All.Any(metric =>
        metric.Name == name || metric.PrometheusName == name || metric.Name.StartsWith(name + ".", StringComparison.Ordinal));

    [GeneratedRegex(@"application/[a-z0-9.+-]+(;message=[a-z0-9-]+)?")]
    private static partial Regex MediaType();

    [GeneratedRegex(@"(?<![\d,.§\-/:#])\b[45]\d\d\b(?![\d,.]\d|[%µ-]| (?:µs|ms|MB|kB|GB|KiB|MiB|s|reports|elements|rows|bytes|series|of|pages|statements|times)\b)")]
    private static partial Regex Status();

    [GeneratedRegex(@"^Status([45]\d\d)\w+$")]
    private static partial Regex StatusName();

    [GeneratedRegex(@"^([a-z]+(_[a-z0-9]+)+|[a-z]+([A-Z][a-z]+)+)$")]
    private static partial Regex Name();

    // Labels of the instruments of .NET and Npgsql, and http_404 and the like, which are made of numbers.
    [GeneratedRegex(@"^(http|aspnetcore|server|dns|db|gc|cpu|error)_[a-z0-9_]+$")]
    private static partial Regex PlatformLabel();

    [GeneratedRegex(@"^janus([._][a-z_]+)+")]
    private static partial Regex Metric();

    [GeneratedRegex(@"^([A-Z][A-Za-z]+([.:][A-Z][A-Za-z]+)+)(?=$|:? |:$)")]
    private static partial Regex Key();

    [GeneratedRegex(@"JANUS__[A-Za-z_]+")]
    private static partial Regex SectionVariable();

    [GeneratedRegex(@"\bJANUS_[A-Z]+(_[A-Z]+)*\b")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^(Roles|Http|Database|Aggregator|Log|Telemetry|Management):\s")]
    private static partial Regex Section();

    [GeneratedRegex(@"<<'END'\n(.*?\n)END", RegexOptions.Singleline)]
    private static partial Regex Here();

    [GeneratedRegex(@"\]\(([^)#\s]*)(#[^)]*)?\)")]
    private static partial Regex Link();
}
