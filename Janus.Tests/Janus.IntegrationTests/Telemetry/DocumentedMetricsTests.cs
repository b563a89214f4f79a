using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Janus.Datastore;
using Janus.Host.Configuration;
using Janus.Host.Hosting;
using Janus.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Janus.IntegrationTests.Telemetry;

/// <summary>docs/operating.md, the dashboard and the alerts against the instruments of a process with every role.</summary>
public sealed partial class DocumentedMetricsTests
{
    private static readonly string[] OfPrometheus = ["up", "ALERTS"];

    private readonly ConcurrentDictionary<string, Instrument> _instruments = new();

    [OneTimeSetUp]
    public async Task EnumerateInstruments()
    {
        await using TestDatabase database = await TestPostgres.CreateDatabaseAsync();
        JanusOptions options = new();
        options.Database.ConnectionString = database.ConnectionString;
        options.Database.DatastoreKeys = [DatastoreKeys.Generate()];
        options.Management.Listen = ["http://127.0.0.1:0"];
        await using OpenedDatabase opened = await OpenedDatabase.OpenAsync(options.Database, attach: false, create: false, CancellationToken.None);
        await using WebApplication application = JanusApplication.Build(options, opened);
        JanusApplication.Map(application, options);
        // Instruments exist as soon as what uses them does.
        _ = application.Services.GetServices<IHostedService>().ToList();
        await application.Services.GetRequiredService<BacklogStore>().ReadAsync(TimeProvider.System.GetUtcNow(), CancellationToken.None);
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name.StartsWith("Janus.", StringComparison.Ordinal))
            {
                _instruments[instrument.Name] = instrument;
            }
        };
        listener.Start();
    }

    [Test]
    public void Every_instrument_is_documented_and_every_documented_one_exists() => Assert.That(
        DocumentedMetric.All.Where(metric => metric.Name.StartsWith("janus.", StringComparison.Ordinal)).Select(metric => metric.Name),
        Is.EquivalentTo(_instruments.Keys));

    [Test]
    public void Documented_types_units_and_prometheus_names_are_those_of_the_instruments()
    {
        foreach (Instrument instrument in _instruments.Values)
        {
            string type = TypeOf(instrument);
            DocumentedMetric expected = new(
                instrument.Name, DocumentedMetric.PrometheusNameOf(instrument.Name, instrument.Unit!, type), type, instrument.Unit!);
            Assert.That(DocumentedMetric.All, Does.Contain(expected), $"the row of {instrument.Name} in docs/operating.md");
        }
    }

    [Test]
    public void Every_instrument_has_a_unit_a_description_and_histograms_their_boundaries()
    {
        foreach (Instrument instrument in _instruments.Values)
        {
            Assert.That(instrument.Unit, Is.Not.Empty, instrument.Name);
            Assert.That(instrument.Description, Does.EndWith("."), instrument.Name);
            IReadOnlyList<object>? boundaries = instrument switch
            {
                Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries?.Cast<object>().ToList(),
                Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries?.Cast<object>().ToList(),
                _ => [0],
            };
            Assert.That(boundaries, Is.Not.Null.And.Not.Empty, instrument.Name);
        }
    }

    [Test]
    public void No_metric_is_documented_twice() => Assert.That(DocumentedMetric.All.Select(metric => metric.PrometheusName), Is.Unique);

    [Test]
    public void Alerts_use_documented_metrics_only()
    {
        string rules = File.ReadAllText(Checkout.Path("docs", "prometheus", "alerts.yaml"));
        string[] expressions = [.. Expression().Matches(rules).Select(match => match.Groups["expression"].Value)];

        Assert.That(expressions, Has.Length.GreaterThan(10));
        Assert.That(expressions, Has.Length.EqualTo(Alert().Count(rules)), "each alert has one expression");
        Assert.That(expressions.SelectMany(Metrics).Except(Known()), Is.Empty);
    }

    [Test]
    public void Every_alert_is_explained()
    {
        string rules = File.ReadAllText(Checkout.Path("docs", "prometheus", "alerts.yaml"));
        string guide = File.ReadAllText(Checkout.Path("docs", "operating.md"));

        Assert.That(Alert().Matches(rules).Select(match => match.Groups["name"].Value).Where(name => !guide.Contains($"`{name}`", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Dashboard_uses_documented_metrics_only()
    {
        using JsonDocument dashboard = JsonDocument.Parse(File.ReadAllText(Checkout.Path("docs", "grafana", "janus.json")));
        string[] expressions = [.. Texts(dashboard.RootElement, "expr")];

        Assert.That(expressions, Has.Length.GreaterThan(20));
        Assert.That(expressions.SelectMany(Metrics).Except(Known()), Is.Empty);
    }

    [Test]
    public void Dashboard_shows_every_metric_of_the_aggregator()
    {
        using JsonDocument dashboard = JsonDocument.Parse(File.ReadAllText(Checkout.Path("docs", "grafana", "janus.json")));
        HashSet<string> shown = [.. Texts(dashboard.RootElement, "expr").SelectMany(Metrics)];

        Assert.That(DocumentedMetric.All.Where(metric => metric.Name.StartsWith("janus.", StringComparison.Ordinal) && !shown.Contains(metric.PrometheusName)).Select(metric => metric.Name), Is.Empty);
    }

    // What a process adds to a scrape by itself is the concern of its own test.
    private static string[] Known() => [.. DocumentedMetric.All.Select(metric => metric.PrometheusName), .. OfPrometheus];

    // Names that are followed by what only follows a metric, without the suffixes of histograms.
    private static IEnumerable<string> Metrics(string expression) => Metric()
        .Matches(Label().Replace(expression, ""))
        .Select(match => match.Value)
        .Where(name => name.Contains('_', StringComparison.Ordinal) && !Function().IsMatch(name))
        .Select(name => Known().Contains(name) ? name : Suffix().Replace(name, ""));

    private static IEnumerable<string> Texts(JsonElement element, string property) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member =>
            member.Name == property && member.Value.ValueKind == JsonValueKind.String ? [member.Value.GetString()!] : Texts(member.Value, property)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => Texts(item, property)),
        _ => [],
    };

    private static string TypeOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" or "ObservableCounter" => "counter",
        "Histogram" => "histogram",
        _ => "gauge",
    };

    [GeneratedRegex(@"^ +expr: (?<expression>.+)$", RegexOptions.Multiline)]
    private static partial Regex Expression();

    [GeneratedRegex(@"^ +- alert: (?<name>\w+)$", RegexOptions.Multiline)]
    private static partial Regex Alert();

    [GeneratedRegex(@"[a-zA-Z_][a-zA-Z0-9_]*")]
    private static partial Regex Metric();

    [GeneratedRegex(@"\{[^}]*\}|\b(by|without|on|ignoring|group_left|group_right) ?\([^)]*\)|\[[^\]]*\]")]
    private static partial Regex Label();

    [GeneratedRegex(@"^(histogram_quantile|label_replace|sum_over_time|max_over_time|min_over_time|avg_over_time|absent_over_time|clamp_min|clamp_max|predict_linear|label_values|group_left|group_right|__rate_interval|__interval)$")]
    private static partial Regex Function();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Suffix();
}
