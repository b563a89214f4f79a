using System.Net;
using Janus.Aggregator;
using Janus.Datastore;
using Janus.Hpke;
using Janus.Messages;
using Janus.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Janus.IntegrationTests.HpkeConfigs;

/// <summary>DAP §4.4.1 (hpke-config) over HTTP.</summary>
public sealed class HpkeConfigEndpointTests
{
    private TestDatabase _database = null!;

    [SetUp]
    public async Task Create() => _database = await TestPostgres.CreateDatabaseAsync();

    [TearDown]
    public async Task Drop() => await _database.DisposeAsync();

    [Test]
    public async Task A_first_start_makes_a_key_and_announces_it_for_caching()
    {
        await using TestAggregator aggregator = await StartAsync();
        HttpAnswer answer = await GetAsync(aggregator);
        HpkeConfigList list = answer.Decode<HpkeConfigList>();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(answer.ContentType, Is.EqualTo("application/ppm-dap;message=hpke-config-list"));
            Assert.That(answer.CacheControl, Is.EqualTo("max-age=3600"));
            Assert.That(list.Configs, Has.Count.EqualTo(1));
            Assert.That(list.Configs[0].KemId, Is.EqualTo(0x20), "DHKEM(X25519, HKDF-SHA256)");
            Assert.That(list.Configs[0].KdfId, Is.EqualTo(1), "HKDF-SHA256");
            Assert.That(list.Configs[0].AeadId, Is.EqualTo(1), "AES-128-GCM");
            Assert.That(list.Configs[0].PublicKey.Length, Is.EqualTo(32));
        }
    }

    [Test]
    public void Caches_may_keep_the_configurations_for_a_day_by_default() =>
        Assert.That(new AggregatorOptions().HpkeConfigCacheLifetime, Is.EqualTo(TimeSpan.FromDays(1)));

    [Test]
    public async Task A_cache_that_has_the_configurations_is_told_that_they_are_current()
    {
        await using TestAggregator aggregator = await StartAsync();
        HttpAnswer first = await GetAsync(aggregator);
        string tag = first.Header("ETag")!;
        Assert.That(tag, Does.Match("^\"[A-Za-z0-9_-]{43}\"$"), "a strong one");
        foreach (string known in new[] { tag, $"W/{tag}", "*", $"\"other\", {tag}" })
        {
            HttpAnswer answer = await GetAsync(aggregator, known);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.NotModified), known);
                Assert.That(answer.Body, Is.Empty);
                Assert.That(answer.Header("ETag"), Is.EqualTo(tag));
                Assert.That(answer.CacheControl, Is.EqualTo("max-age=3600"));
                Assert.That(answer.Header("Vary"), Is.EqualTo("Origin"));
            }
        }

        foreach (string other in new[] { "\"other\"", tag.Trim('"'), "nonsense" })
        {
            HttpAnswer answer = await GetAsync(aggregator, other);
            Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), other);
            Assert.That(answer.Body, Is.EqualTo(first.Body));
        }
    }

    [Test]
    public async Task The_tag_is_the_same_after_a_restart_and_another_with_another_key()
    {
        await using TestAggregator first = await StartAsync();
        string? tag = (await GetAsync(first)).Header("ETag");
        await first.DisposeAsync();
        await using TestAggregator second = await StartAsync(first.DatastoreKey);
        Assert.That((await GetAsync(second)).Header("ETag"), Is.EqualTo(tag));
        await AddKeyAsync(second, 2, DateTimeOffset.UtcNow.AddMinutes(1));
        await second.DisposeAsync();
        await using TestAggregator third = await StartAsync(first.DatastoreKey);
        Assert.That((await GetAsync(third, tag)).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await GetAsync(third)).Header("ETag"), Is.Not.EqualTo(tag));
    }

    [Test]
    public async Task Head_tells_the_same_without_the_body()
    {
        await using TestAggregator aggregator = await StartAsync();
        HttpAnswer get = await GetAsync(aggregator);
        HttpAnswer head = await RawHttp.SendAsync(HttpMethod.Head, new Uri(aggregator.Endpoint, "hpke_config"));
        Assert.That(head.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(head.Body, Is.Empty);
        foreach (string name in new[] { "ETag", "Cache-Control", "Content-Type", "Content-Length", "Vary" })
        {
            Assert.That(head.Header(name), Is.EqualTo(get.Header(name)).And.Not.Null, name);
        }
    }

    [Test]
    public async Task Every_configuration_has_an_id_of_its_own_and_each_opens_reports()
    {
        string key = DatastoreKeys.Generate();
        await using TestAggregator first = await StartAsync(key);
        bool[] added = [await AddKeyAsync(first, 2, DateTimeOffset.UtcNow), await AddKeyAsync(first, 2, DateTimeOffset.UtcNow), await AddKeyAsync(first, 9, DateTimeOffset.UtcNow)];
        Assert.That(added, Is.EqualTo(new[] { true, false, true }));
        await first.DisposeAsync();
        await using TestAggregator second = await StartAsync(key);
        IReadOnlyList<HpkeConfig> announced = (await GetAsync(second)).Decode<HpkeConfigList>().Configs;
        HpkeConfig[] configs = [.. (await second.Get<HpkeKeyStore>().ListAsync(CancellationToken.None)).Select(stored => stored.Config)];
        Assert.That(configs.Select(config => config.Id.Value), Is.EquivalentTo(new byte[] { 1, 2, 9 }));
        Assert.That(announced.Select(config => config.Id.Value), Is.EqualTo(new byte[] { 9 }), "the newest of the ciphersuite");

        TestTask task = new(new TestTaskOptions());
        await second.AddTaskAsync(task.For(Role.Leader));
        foreach (HpkeConfig config in configs)
        {
            HttpAnswer answer = await RawHttp.PostAsync(
                new Uri(second.Endpoint, $"tasks/{task.Id}/reports"),
                "application/ppm-dap;message=upload-req",
                ReportFactory.UploadBody(new ReportFactory(task, config, null, new Time(1)).Make(1)));
            Assert.That((answer.Status, answer.Body.Length), Is.EqualTo((HttpStatusCode.OK, 0)), $"configuration {config.Id}");
        }
    }

    [Test]
    public async Task Reports_under_an_older_configuration_are_still_uploaded_and_aggregated()
    {
        await using TestAggregator before = await StartAsync();
        HpkeConfig older = await before.HpkeConfigAsync();
        Assert.That(await AddKeyAsync(before, 2, DateTimeOffset.UtcNow.AddSeconds(1)), Is.True);
        await before.DisposeAsync();
        await using TestAggregator aggregator = await StartAsync(before.DatastoreKey);
        HpkeConfig newer = await aggregator.HpkeConfigAsync();
        Assert.That((older.Id.Value, newer.Id.Value), Is.EqualTo(((byte)1, (byte)2)));

        TestTask atLeader = new(new TestTaskOptions { Leader = aggregator.Endpoint });
        await aggregator.AddTaskAsync(atLeader.For(Role.Leader));
        HttpAnswer uploaded = await RawHttp.PostAsync(
            new Uri(aggregator.Endpoint, $"tasks/{atLeader.Id}/reports"),
            "application/ppm-dap;message=upload-req",
            ReportFactory.UploadBody(new ReportFactory(atLeader, older, null, new Time(1)).Make(1, 2)));
        Assert.That((uploaded.Status, uploaded.Body.Length), Is.EqualTo((HttpStatusCode.OK, 0)));

        TestTask atHelper = new(new TestTaskOptions { Helper = aggregator.Endpoint });
        await aggregator.AddTaskAsync(atHelper.For(Role.Helper));
        ScriptedLeader leader = new(atHelper, aggregator.Endpoint);
        MadeReport[] reports =
        [
            .. new ReportFactory(atHelper, null, older, new Time(1)).Make(1),
            .. new ReportFactory(atHelper, null, newer, new Time(1)).Make(2),
            .. new ReportFactory(atHelper, null, older, new Time(1)).Make(3),
        ];
        Assert.That(
            leader.Finish(await leader.PostInitAsync(leader.InitBody(reports.Select(leader.Init)))),
            Is.EqualTo(reports.Select(report => report.Id)));
    }

    [Test]
    public async Task A_restart_keeps_the_key()
    {
        await using TestAggregator first = await StartAsync();
        byte[] before = (await GetAsync(first)).Body;
        await first.DisposeAsync();
        await using TestAggregator second = await StartAsync(first.DatastoreKey);
        Assert.That((await GetAsync(second)).Body, Is.EqualTo(before));
    }

    [Test]
    public async Task Processes_that_start_at_once_on_an_empty_database_share_one_key_that_all_can_use()
    {
        string key = DatastoreKeys.Generate();
        TestAggregator[] aggregators = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => StartAsync(key))));
        try
        {
            TestTask task = new(new TestTaskOptions());
            await aggregators[0].AddTaskAsync(task.For(Role.Leader));
            byte[][] lists = await Task.WhenAll(aggregators.Select(async one => (await GetAsync(one)).Body));
            HpkeConfig config = await aggregators[0].HpkeConfigAsync();
            ReportFactory reports = new(task, config, null, new Time(1));
            Assert.That(lists, Is.All.EqualTo(lists[0]));
            foreach (TestAggregator aggregator in aggregators)
            {
                HttpAnswer answer = await RawHttp.PostAsync(
                    new Uri(aggregator.Endpoint, $"tasks/{task.Id}/reports"),
                    "application/ppm-dap;message=upload-req",
                    ReportFactory.UploadBody(reports.Make(1)));
                Assert.That((answer.Status, answer.Body.Length), Is.EqualTo((HttpStatusCode.OK, 0)));
            }
        }
        finally
        {
            foreach (TestAggregator aggregator in aggregators)
            {
                await aggregator.DisposeAsync();
            }
        }
    }

    [Test]
    public async Task A_key_that_is_added_later_is_announced_in_its_place_and_without_a_restart()
    {
        FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero));
        await using TestAggregator aggregator = await TestAggregator.StartAsync(_database, AggregatorRoles.Aggregator, clock);
        HpkeConfig made = await aggregator.HpkeConfigAsync();
        using HpkeKeyPair pair = HpkeKeyPair.Generate(HpkeKemId.X25519HkdfSha256);
        HpkeConfig added = made with { Id = new HpkeConfigId(2), PublicKey = pair.PublicKey };
        await aggregator.Get<HpkeKeyStore>().AddAsync(
            new StoredHpkeKey(added, pair.ExportPrivateKey(), clock.GetUtcNow().AddSeconds(1)), CancellationToken.None);
        Assert.That(
            async () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return (await GetAsync(aggregator)).Decode<HpkeConfigList>().Configs;
            },
            Is.EqualTo(new[] { added }).After(20_000, 50));
    }

    [Test]
    public async Task Another_method_than_get_is_not_allowed()
    {
        await using TestAggregator aggregator = await StartAsync();
        HttpAnswer answer = await RawHttp.PostAsync(new Uri(aggregator.Endpoint, "hpke_config"), "text/plain", []);
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
    }

    private Task<TestAggregator> StartAsync(string? key = null) => TestAggregator.StartAsync(
        _database, configure: options => options.HpkeConfigCacheLifetime = TimeSpan.FromHours(1), datastoreKey: key);

    private static async Task<HttpAnswer> GetAsync(TestAggregator aggregator, string? ifNoneMatch = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(aggregator.Endpoint, "hpke_config"));
        if (ifNoneMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        }

        return await RawHttp.SendAsync(request);
    }

    private static async Task<bool> AddKeyAsync(TestAggregator aggregator, byte id, DateTimeOffset createdAt)
    {
        using HpkeKeyPair pair = HpkeKeyPair.Generate(HpkeKemId.X25519HkdfSha256);
        HpkeConfig made = await aggregator.HpkeConfigAsync();
        HpkeConfig added = made with { Id = new HpkeConfigId(id), PublicKey = pair.PublicKey };
        return await aggregator.Get<HpkeKeyStore>().AddAsync(new StoredHpkeKey(added, pair.ExportPrivateKey(), createdAt), CancellationToken.None);
    }
}
