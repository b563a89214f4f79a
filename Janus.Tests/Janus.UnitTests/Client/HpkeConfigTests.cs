using Janus.Client;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Janus.Vdaf;
using Microsoft.Extensions.Time.Testing;

namespace Janus.UnitTests.Client;

[TestFixture]
public sealed class HpkeConfigTests
{
    private readonly HttpClient _http = new(DapHttpHandler.Create());
    private FakeTimeProvider _clock = null!;
    private ScriptedAggregators _aggregators = null!;
    private DapClient _client = null!;

    [SetUp]
    public void StartAggregators()
    {
        _clock = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        _aggregators = new ScriptedAggregators(VdafDescription.Count());
        _client = new DapClient(
            _aggregators.DapTask.Id,
            _aggregators.DapTask.Configuration,
            _http,
            new DapClientOptions { TimeProvider = _clock, DefaultHpkeConfigLifetime = TimeSpan.FromMinutes(10) });
    }

    [TearDown]
    public async Task StopAggregators() => await _aggregators.DisposeAsync();

    [OneTimeTearDown]
    public void DisposeHttpClient() => _http.Dispose();

    [TestCase("max-age=100", "40", 60)]
    [TestCase("public, max-age=100", null, 100)]
    [TestCase(null, null, 600)]
    [TestCase("no-store", null, 1)]
    [TestCase("no-cache", null, 1)]
    [TestCase("max-age=100, no-cache", null, 1)]
    [TestCase("max-age=10", "40", 1)]
    public async Task Configuration_is_kept_as_long_as_the_aggregator_allows(string? cacheControl, string? age, int seconds)
    {
        _aggregators.CacheControl = cacheControl;
        _aggregators.Age = age;

        await UploadAsync();
        _clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        await UploadAsync();
        Assert.That(_aggregators.ConfigRequests("leader"), Is.EqualTo(1));
        Assert.That(_aggregators.ConfigRequests("helper"), Is.EqualTo(1));

        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await UploadAsync();
        Assert.That(_aggregators.ConfigRequests("leader"), Is.EqualTo(2));
        Assert.That(_aggregators.ConfigRequests("helper"), Is.EqualTo(2));
    }

    [Test]
    public async Task Uploads_at_the_same_time_share_one_request()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => UploadAsync()));

        Assert.That(_aggregators.Stored, Has.Count.EqualTo(20));
        Assert.That(_aggregators.ConfigRequests("leader"), Is.EqualTo(1));
        Assert.That(_aggregators.ConfigRequests("helper"), Is.EqualTo(1));
    }

    [Test]
    public async Task Upload_that_is_called_off_does_not_fail_the_others_that_wait_for_the_configuration()
    {
        using CancellationTokenSource stop = new();
        using ManualResetEventSlim release = new();
        _aggregators.Script = (_, _, normally) =>
        {
            release.Wait(TimeSpan.FromSeconds(10));
            return normally();
        };
        Task first = _client.UploadAsync(Measurement.FromNumber(1), stop.Token);
        Task second = UploadAsync();

        await stop.CancelAsync();
        Assert.That(() => first, Throws.InstanceOf<OperationCanceledException>());
        release.Set();
        await second;

        Assert.That(_aggregators.Stored, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Outdated_configuration_is_fetched_past_all_caches_and_a_new_report_sent()
    {
        await UploadAsync();
        using TestKey rotated = Rotate();

        ReportId id = await _client.UploadAsync(Measurement.FromNumber(1));

        Assert.That(_aggregators.Uploads, Has.Count.EqualTo(3));
        Assert.That(_aggregators.Stored[1].ReportMetadata.ReportId, Is.EqualTo(id));
        Assert.That(
            _aggregators.DapTask.AggregateResult([_aggregators.Stored[1]], rotated), Is.EqualTo(new UInt128[] { 1 }));
        ReceivedRequest[] fetches = [.. _aggregators.Server.Requests.Where(request => request.Method == "GET")];
        Assert.That(fetches.Select(fetch => fetch.CacheControl), Is.EqualTo(new[] { null, null, "no-cache", "no-cache" }));
    }

    [Test]
    public async Task Report_made_anew_has_another_id()
    {
        await UploadAsync();
        using TestKey rotated = Rotate();
        List<ReportId> ids = [];
        _aggregators.Script = (request, _, normally) =>
        {
            if (ScriptedAggregators.IsUpload(request))
            {
                ids.Add(WireMessage.Decode<UploadRequest>(request.Body).Reports.Single().ReportMetadata.ReportId);
            }

            return normally();
        };

        await UploadAsync();

        Assert.That(ids, Has.Count.EqualTo(2));
        Assert.That(ids[0], Is.Not.EqualTo(ids[1]));
    }

    [Test]
    public void Configuration_that_stays_outdated_is_refused_after_one_more_report()
    {
        _aggregators.KnownLeaderConfig = new HpkeConfigId(99);

        Assert.That(
            () => UploadAsync(),
            Throws.InstanceOf<ReportRefusedException>().With.Property("Error").EqualTo(ReportError.OutdatedConfig));
        Assert.That(_aggregators.Uploads, Has.Count.EqualTo(2));
        Assert.That(_aggregators.ConfigRequests("leader"), Is.EqualTo(2));
    }

    [Test]
    public async Task Bulk_upload_sends_only_the_outdated_reports_again()
    {
        await UploadAsync();
        using TestKey rotated = Rotate();
        _aggregators.Refuse = position => _aggregators.Uploads.Count == 2 && position is 1 or 3 ? ReportError.InvalidMessage : null;

        UploadSummary summary = await _client.UploadAsync(Enumerable.Range(0, 5).Select(_ => Measurement.FromNumber(1)));

        Assert.That(summary.Accepted, Is.EqualTo(3));
        Assert.That(summary.Errors, Is.EquivalentTo(new Dictionary<ReportError, long> { [ReportError.InvalidMessage] = 2 }));
        Assert.That(_aggregators.Uploads, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Unsupported_and_unusable_configurations_are_skipped()
    {
        HpkeConfig good = _aggregators.DapTask.Leader.Config;
        _aggregators.LeaderConfigs = new HpkeConfigList(
        [
            good with { Id = new HpkeConfigId(10), KemId = 0x4242 },
            good with { Id = new HpkeConfigId(11), AeadId = 0x4242 },
            good with { Id = new HpkeConfigId(12), PublicKey = new byte[5] },
            good,
        ]);

        await UploadAsync();

        Assert.That(_aggregators.Stored.Single().LeaderEncryptedInputShare.ConfigId, Is.EqualTo(good.Id));
    }

    [Test]
    public async Task The_first_supported_configuration_is_preferred()
    {
        using TestKey other = new(40);
        HpkeConfig known = _aggregators.DapTask.Leader.Config;
        foreach (HpkeConfig[] order in new HpkeConfig[][] { [known, other.Config], [other.Config with { KemId = 0x4242 }, known, other.Config] })
        {
            _aggregators.LeaderConfigs = new HpkeConfigList(order);
            _clock.Advance(TimeSpan.FromDays(2));
            await UploadAsync();
        }

        _aggregators.LeaderConfigs = new HpkeConfigList([other.Config, known]);
        _aggregators.KnownLeaderConfig = other.Config.Id;
        _clock.Advance(TimeSpan.FromDays(2));
        await UploadAsync();
        Assert.That(
            _aggregators.Stored.Select(report => report.LeaderEncryptedInputShare.ConfigId),
            Is.EqualTo(new[] { known.Id, known.Id, other.Config.Id }));
    }

    [TestCase("0000")]
    [TestCase("")]
    [TestCase("000a0100200001000100020102")]
    [TestCase("0009010020000100010000")]
    public void Empty_or_malformed_list_is_refused_and_nothing_is_uploaded(string body)
    {
        _aggregators.Script = (request, _, normally) => request.Path.StartsWith("/leader", StringComparison.Ordinal)
            ? normally() with { Body = Convert.FromHexString(body) }
            : normally();
        Assert.That(() => UploadAsync(), Throws.InstanceOf<DapResponseException>());
        Assert.That(_aggregators.Uploads, Is.Empty);
    }

    [Test]
    public void Aggregator_without_a_supported_configuration_is_refused()
    {
        HpkeConfig good = _aggregators.DapTask.Helper.Config;
        _aggregators.HelperConfigs = new HpkeConfigList([good with { KdfId = 0x4242 }]);

        Assert.That(() => UploadAsync(), Throws.InstanceOf<DapResponseException>().With.Message.Contains("Helper"));
        Assert.That(_aggregators.Uploads, Is.Empty);
    }

    [Test]
    public void Answer_that_is_no_list_of_configurations_is_refused()
    {
        _aggregators.Script = (request, _, normally) => request.Path.StartsWith("/leader", StringComparison.Ordinal)
            ? Answer.Text(200, "hello")
            : normally();
        Assert.That(() => UploadAsync(), Throws.InstanceOf<DapResponseException>());

        _aggregators.Script = (request, _, normally) => request.Path.StartsWith("/leader", StringComparison.Ordinal)
            ? normally() with { Body = [0, 10, 1] }
            : normally();
        Assert.That(() => UploadAsync(), Throws.InstanceOf<DapResponseException>());
        Assert.That(_aggregators.Uploads, Is.Empty);
    }

    private Task<ReportId> UploadAsync() => _client.UploadAsync(Measurement.FromNumber(1));

    private TestKey Rotate()
    {
        TestKey rotated = new(50);
        _aggregators.LeaderConfigs = new HpkeConfigList([rotated.Config]);
        _aggregators.KnownLeaderConfig = rotated.Config.Id;
        return rotated;
    }
}
