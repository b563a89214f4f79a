using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Telemetry;

/// <summary>
/// A Leader, configured by its configuration, and a Helper, configured by the standard variables, that export to one
/// collector, and whose management listeners are scraped.
/// </summary>
[CancelAfter(120_000)]
public sealed partial class TelemetryTests
{
    private const int Reports = 20;
    private const string LeaderSecret = "leader key=1 of all %2C letters";
    private const string HelperSecret = "helper-key";
    private static readonly HttpClient Http = new();

    private OtlpReceiver _collector = null!;
    private Deployment _deployment = null!;
    private AggregatorProcess _leader = null!;
    private AggregatorProcess _helper = null!;
    private DeployedTask _task = null!;
    private string _leaderScrape = "";
    private string _helperScrape = "";

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [OneTimeSetUp]
    public async Task AggregateAndCollect()
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(100));
        _collector = await OtlpReceiver.StartAsync();
        _deployment = await Deployment.CreateAsync();
        _deployment.Settings["Log__Format"] = "json";
        _deployment.Settings["Management__Listen"] = "http://127.0.0.1:0";
        _deployment.Settings["Telemetry__BacklogInterval"] = "1s";
        _deployment.Variables["OTEL_BSP_SCHEDULE_DELAY"] = "100";
        _deployment.Variables["OTEL_BLRP_SCHEDULE_DELAY"] = "100";
        _deployment.Variables["OTEL_METRIC_EXPORT_INTERVAL"] = "500";
        Dictionary<string, string> common = new(_deployment.Settings);
        _deployment.Settings["Telemetry__OtlpEndpoint"] = _collector.Endpoint.ToString();
        _deployment.Settings["Telemetry__OtlpProtocol"] = "http-protobuf";
        _deployment.Settings["Telemetry__OtlpHeaders__x-api-key"] = LeaderSecret;
        _deployment.Settings["Telemetry__ServiceName"] = "leader";
        _deployment.Settings["Telemetry__ResourceAttributes__deployment.environment.name"] = "testing";
        _leader = await _deployment.StartLeaderAsync([Deployment.All], limit.Token);
        _deployment.Settings.Clear();
        common.ToList().ForEach(setting => _deployment.Settings.Add(setting.Key, setting.Value));
        _deployment.Variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.Endpoint.ToString();
        _deployment.Variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        _deployment.Variables["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-api-key={HelperSecret}";
        _deployment.Variables["OTEL_SERVICE_NAME"] = "helper";
        _helper = await _deployment.StartHelperAsync([Deployment.All], limit.Token);

        VdafDescription vdaf = VdafDescription.Count();
        _task = await DeployedTask.CreateAsync(_deployment, vdaf, BatchMode.TimeInterval, Reports, asynchronous: false, limit.Token);
        DateTimeOffset then = DeployedTask.HoursAgo(2);
        await _task.UploadAsync(TestMeasurement.RandomMany(vdaf, Reports, new Random(1)), then, limit.Token);
        await _task.CollectAsync(then, limit.Token);
        // The Collector may have the answer before the driver has counted it.
        do
        {
            await Task.Delay(100, limit.Token);
            _leaderScrape = await Http.GetStringAsync(new Uri(_leader.Management, "metrics"), limit.Token);
        }
        while (!_leaderScrape.Contains("janus_collection_jobs_total{", StringComparison.Ordinal)
            || Value(_leaderScrape, "janus_job_running", "kind=\"collection_job\"") > 0
            || Value(_leaderScrape, "janus_backlog_reports") > 0);
        _helperScrape = await Http.GetStringAsync(new Uri(_helper.Management, "metrics"), limit.Token);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _task?.Dispose();
        await _deployment.DisposeAsync();
        await _collector.DisposeAsync();
    }

    [TestCase("/v1/traces")]
    [TestCase("/v1/metrics")]
    [TestCase("/v1/logs")]
    public async Task Every_signal_arrives_with_header_and_name_whether_configured_or_by_the_standard_variables(string path)
    {
        OtlpRequest leader = await AwaitAsync(() => From(path, LeaderSecret));
        OtlpRequest helper = await AwaitAsync(() => From(path, HelperSecret));

        Assert.That(leader.Contains("deployment.environment.name") && leader.Contains("testing"));
        Assert.That(leader.Contains("leader"));
        Assert.That(helper.Contains("helper"));
    }

    [Test]
    public async Task Headers_reach_the_collector_as_they_are_configured() =>
        Assert.That((await AwaitAsync(() => _collector.Requests.FirstOrDefault(request => request.Contains("testing")))).Headers["x-api-key"], Is.EqualTo(LeaderSecret));

    [Test]
    public async Task Helper_continues_the_trace_of_a_leaders_step()
    {
        foreach ((string step, string route) in new[] { ("aggregation job step", "aggregation_jobs"), ("collection job step", "aggregate_shares") })
        {
            OtlpSpan handled = await AwaitAsync(() => _collector.Spans.FirstOrDefault(span =>
                span.Service == "helper" && span.Name.StartsWith("POST", StringComparison.Ordinal) && span.Name.EndsWith(route, StringComparison.Ordinal)));
            OtlpSpan root = await AwaitAsync(() => _collector.Spans.FirstOrDefault(span => span.Trace == handled.Trace && span.Name == step));
            OtlpSpan request = await AwaitAsync(() => _collector.Spans.FirstOrDefault(span => span.Id == handled.Parent));

            Assert.That((root.Service, root.Parent), Is.EqualTo(("leader", "")));
            Assert.That((request.Service, request.Trace, request.Parent), Is.EqualTo(("leader", root.Trace, root.Id)));
        }
    }

    [Test]
    public async Task Traces_tell_the_task_and_nobodys_secrets()
    {
        await AwaitAsync(() => _collector.Spans.FirstOrDefault(span => span.Name == "collection job step"));

        Assert.That(_collector.Requests.Any(request => request.Path == "/v1/traces" && request.Contains(_task.Id.ToString())));
        foreach (string secret in new[] { "Bearer ", LeaderSecret, HelperSecret, Uri.EscapeDataString(LeaderSecret), Base64Url.EncodeToString(_task.LeaderTask.VerifyKey) })
        {
            Assert.That(_collector.Requests.Any(request => request.Contains(secret)), Is.False, "exported");
            Assert.That(_leader.Output + _helper.Output, Does.Not.Contain(secret));
        }

        Assert.That(_collector.Requests.Any(request => request.Contains(_task.LeaderTask.VerifyKey)), Is.False);
    }

    [Test]
    public async Task Looking_for_work_makes_no_traces()
    {
        await AwaitAsync(() => _collector.Spans.FirstOrDefault(span => span.Name == "collection job step"));

        Assert.That(_collector.Spans.Where(span => span.Parent.Length == 0).Select(span => span.Name).Where(name => name.Contains("Acquire", StringComparison.Ordinal) || name.Contains("Backlog", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task Logs_have_the_ID_of_the_trace_on_the_console_and_at_the_collector()
    {
        using HttpResponseMessage refused = await Http.GetAsync(new Uri(_helper.Address, "nothing/here"), Token);
        string line = await AwaitAsync(() => _helper.Output.Split('\n').LastOrDefault(text => text.Contains("no such resource", StringComparison.Ordinal)));
        string trace = JsonDocument.Parse(line).RootElement.GetProperty("@tr").GetString()!;

        await AwaitAsync(() => _collector.Requests.FirstOrDefault(request => request.Path == "/v1/logs" && request.Contains(Convert.FromHexString(trace))));
    }

    [Test]
    public async Task Public_port_serves_neither_metrics_nor_the_log_level_and_the_management_listener_no_protocol()
    {
        foreach (string path in new[] { "metrics", "log-level" })
        {
            Assert.That(await StatusAsync(_leader.Address, path), Is.EqualTo(HttpStatusCode.NotFound), path);
            Assert.That(await StatusAsync(_leader.Management, path), Is.EqualTo(HttpStatusCode.OK), path);
        }

        foreach (string path in new[] { "healthz", "readyz" })
        {
            Assert.That(await StatusAsync(_leader.Address, path), Is.EqualTo(HttpStatusCode.OK), path);
            Assert.That(await StatusAsync(_leader.Management, path), Is.EqualTo(HttpStatusCode.OK), path);
        }

        Assert.That(await StatusAsync(_leader.Management, DapRoute.HpkeConfig), Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Everything_in_a_scrape_is_documented_with_its_type()
    {
        Dictionary<string, string> documented = DocumentedMetric.All.ToDictionary(metric => metric.PrometheusName, metric => metric.Type);
        foreach (AggregatorProcess process in new[] { _leader, _helper })
        {
            string scrape = await ScrapeAsync(process);
            foreach (Match family in Family().Matches(scrape).Where(family => family.Groups["name"].Value != "target_info"))
            {
                Assert.That(documented.GetValueOrDefault(family.Groups["name"].Value), Is.EqualTo(family.Groups["type"].Value), family.Groups["name"].Value);
            }
        }
    }

    [Test]
    public void Metrics_tell_what_has_happened()
    {
        (string leader, string helper) = (_leaderScrape, _helperScrape);
        Assert.That(Value(leader, "janus_upload_reports_total", "outcome=\"stored\""), Is.EqualTo(Reports));
        Assert.That(Value(leader, "janus_aggregation_reports_total", "role=\"leader\""), Is.EqualTo(Reports));
        Assert.That(Value(helper, "janus_aggregation_reports_total", "role=\"helper\""), Is.EqualTo(Reports));
        Assert.That(Value(leader, "janus_aggregation_job_reports_sum"), Is.EqualTo(Reports));
        Assert.That(Value(leader, "janus_aggregation_report_age_seconds_count"), Is.GreaterThan(0));
        Assert.That(Value(leader, "janus_peer_request_duration_seconds_count", "operation=\"create_aggregation_job\"", "status=\"200\""), Is.GreaterThan(0));
        Assert.That(Value(leader, "janus_peer_request_duration_seconds_count", "operation=\"create_aggregate_share\"", "status=\"200\""), Is.EqualTo(1));
        Assert.That(Value(leader, "janus_job_step_duration_seconds_count", "kind=\"collection_job\"", "outcome=\"done\""), Is.GreaterThan(0));
        Assert.That(Value(leader, "janus_collection_jobs_total", "outcome=\"finished\""), Is.EqualTo(1));
        Assert.That(Value(leader, "janus_collection_batch_reports_sum", "role=\"leader\""), Is.EqualTo(Reports));
        Assert.That(Value(helper, "janus_collection_batch_reports_sum", "role=\"helper\""), Is.EqualTo(Reports));
    }

    [Test]
    public async Task No_label_names_a_task_a_host_of_the_database_or_a_secret()
    {
        string scrape = await ScrapeAsync(_leader);

        Assert.That(scrape, Does.Not.Contain(_task.Id.ToString()).And.Not.Contain("Host=").And.Not.Contain(LeaderSecret));
    }

    [Test]
    public async Task Log_level_is_changed_by_the_command_for_one_source_and_put_back()
    {
        await using HostProcess change = HostProcess.Start(["log-level", "debug", "--source", "Janus.Aggregator", "--for", "1h", "--url", _leader.Management.ToString()]);
        Assert.That(await change.WaitForExitAsync(), Is.Zero, change.Error);
        Assert.That(change.Output, Does.Match(@"Janus\.Aggregator +debug +20\d\d-"));

        DateTimeOffset then = DeployedTask.HoursAgo(3);
        await _task.UploadAsync(TestMeasurement.RandomMany(_task.Vdaf, Reports, new Random(2)), then, Token);
        string line = await AwaitAsync(() => _leader.Output.Split('\n').LastOrDefault(text => text.Contains("aggregation jobs created", StringComparison.Ordinal)));
        Assert.That(JsonDocument.Parse(line).RootElement.GetProperty("@l").GetString(), Is.EqualTo("Debug"));
        Assert.That(JsonDocument.Parse(line).RootElement.GetProperty("@tr").GetString(), Has.Length.EqualTo(32));
        Assert.That(_leader.Output, Does.Contain("The log level of \\\"Janus.Aggregator\\\" is Debug until"));

        using HttpResponseMessage reset = await Http.PutAsync(
            new Uri(_leader.Management, "log-level"), new StringContent("""{"level":"default","source":"Janus.Aggregator"}"""), Token);
        Assert.That(await reset.Content.ReadAsStringAsync(Token), Does.Not.Contain("Janus.Aggregator"));
    }

    [TestCase("loud", "\"loud\" is not a level: verbose, debug")]
    [TestCase("1", "\"1\" is not a level")]
    [TestCase("""{"level":"debug","source":"a b"}""", "the beginning of the name of a source")]
    [TestCase("""{"level":"debug","for":"10"}""", "\"10\" is not a duration")]
    [TestCase("""{"level":"debug","for":"8d"}""", "\"8d\" is not a duration")]
    [TestCase("""{"level":"debug","sources":"x"}""", "JSON such as")]
    public async Task Wrong_log_level_is_refused_with_what_is_expected(string body, string expected)
    {
        using HttpResponseMessage refused = await Http.PutAsync(new Uri(_leader.Management, "log-level"), new StringContent(body), Token);

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await refused.Content.ReadAsStringAsync(Token), Does.Contain(expected));
    }

    private OtlpRequest? From(string path, string secret) =>
        _collector.Requests.FirstOrDefault(request => request.Path == path && request.Headers.GetValueOrDefault("x-api-key") == secret);

    private static async Task<HttpStatusCode> StatusAsync(Uri address, string path)
    {
        using HttpResponseMessage answer = await Http.GetAsync(new Uri(address, path), Token);
        return answer.StatusCode;
    }

    private static Task<string> ScrapeAsync(AggregatorProcess process) => Http.GetStringAsync(new Uri(process.Management, "metrics"), Token);

    private static double Value(string scrape, string name, params string[] labels)
    {
        string line = scrape.Split('\n').Single(line =>
            (line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name + " ", StringComparison.Ordinal))
            && labels.All(label => line.Contains(label, StringComparison.Ordinal)));
        return double.Parse(line.Split("} ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<T> AwaitAsync<T>(Func<T?> look)
        where T : class
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed < TimeSpan.FromSeconds(30))
        {
            if (look() is { } found)
            {
                return found;
            }

            await Task.Delay(50, Token);
        }

        throw new TimeoutException("what was waited for did not come");
    }

    [GeneratedRegex(@"^# TYPE (?<name>\w+) (?<type>\w+)\r?$", RegexOptions.Multiline)]
    private static partial Regex Family();
}
