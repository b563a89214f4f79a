using System.Buffers.Text;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Janus.Aggregator;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.IntegrationTests.Embedded;
using Janus.Messages;
using Janus.Testing;
using Npgsql;

namespace Janus.IntegrationTests.Http;

/// <summary>HTTPS by Kestrel, and client certificates that are pinned: DAP §3 (http-usage), §3.5 (request-authentication).</summary>
public sealed class MutualTlsTests
{
    private const string FirstToken = "first-from-leader";

    private TestDirectory _directory = null!;
    private TestCertificate _root = null!;
    private TestCertificate _server = null!;
    private TestCertificate _peer = null!;
    private CertificateFile _serverFile = null!;
    private TestDatabase _database = null!;
    private TestAggregator _helper = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _directory = new TestDirectory();
        _root = TestCertificate.Root("root");
        _server = _root.Issue("server");
        _peer = TestCertificate.Root("peer");
        (string certificate, string key) = _server.Write(_directory.Root, "server");
        _serverFile = new CertificateFile(certificate, key, null);
        _database = await TestPostgres.CreateDatabaseAsync();
        _helper = await TestAggregator.StartAsync(_database, certificate: _serverFile);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _helper.DisposeAsync();
        await _database.DisposeAsync();
        _peer.Dispose();
        _server.Dispose();
        _root.Dispose();
        _directory.Dispose();
    }

    [Test]
    public async Task A_pinned_certificate_is_accepted_and_a_wrong_one_or_none_refused()
    {
        TestTask task = await AddTaskAsync(Pin("peer", _peer));
        using TestCertificate wrong = TestCertificate.Root("peer");
        (TestCertificate? Certificate, BearerToken? Token, HttpStatusCode Expected)[] both =
        [
            (_peer, task.AggregatorToken, HttpStatusCode.NotFound),
            (_peer, BearerToken.Generate(), HttpStatusCode.Unauthorized),
            (_peer, null, HttpStatusCode.Unauthorized),
            (wrong, task.AggregatorToken, HttpStatusCode.Unauthorized),
            (null, task.AggregatorToken, HttpStatusCode.Unauthorized),
        ];
        (TestCertificate? Certificate, BearerToken? Token, HttpStatusCode Expected)[] certificateAlone =
        [
            (_peer, null, HttpStatusCode.NotFound),
            (wrong, null, HttpStatusCode.Unauthorized),
            (wrong, task.AggregatorToken, HttpStatusCode.Unauthorized),
            (null, null, HttpStatusCode.Unauthorized),
        ];
        foreach ((TestCertificate? certificate, BearerToken? token, HttpStatusCode expected) in both)
        {
            Assert.That(await StatusAsync(task, certificate, token), Is.EqualTo(expected), $"{certificate?.Certificate.Subject} and a token: {token is not null}");
        }

        await _helper.Get<AuthTokenStore>().RemoveAsync(await OwnerAsync(task), FirstToken, CancellationToken.None);
        Assert.That(async () => await StatusAsync(task, _peer, null), Is.EqualTo(HttpStatusCode.NotFound).After(10_000, 20));
        foreach ((TestCertificate? certificate, BearerToken? token, HttpStatusCode expected) in certificateAlone)
        {
            Assert.That(await StatusAsync(task, certificate, token), Is.EqualTo(expected), $"{certificate?.Certificate.Subject} alone");
        }
    }

    [Test]
    public async Task A_task_without_a_pin_takes_any_certificate_or_none()
    {
        TestTask task = await AddTaskAsync();
        Assert.That(await StatusAsync(task, _peer, task.AggregatorToken), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await StatusAsync(task, null, task.AggregatorToken), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await StatusAsync(task, _peer, null), Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task An_address_in_a_strangers_certificate_is_not_asked_for_its_issuer()
    {
        using TcpListener issuer = new(IPAddress.Loopback, 0);
        issuer.Start();
        using TestCertificate unknown = TestCertificate.Root("unknown");
        using TestCertificate stranger = unknown.Issue("stranger", new Uri($"http://127.0.0.1:{((IPEndPoint)issuer.LocalEndpoint).Port}/issuer.crt"));
        TestTask task = await AddTaskAsync(Pin("stranger", stranger));

        // The handshake is over by then, and so are its checks.
        Assert.That(await StatusAsync(task, stranger, task.AggregatorToken), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(issuer.Pending(), Is.False);
    }

    [Test]
    public async Task A_leader_changes_its_certificate_while_it_runs_and_no_request_is_refused()
    {
        using TestCertificate next = TestCertificate.Root("next");
        (string certificate, string key) = _peer.Write(_directory.Root, "leader");
        string roots = _directory.Path("roots.pem");
        await File.WriteAllTextAsync(roots, _root.Pem);
        await using TestDatabase database = await TestPostgres.CreateDatabaseAsync();
        await using TestAggregator leader = await TestAggregator.StartAsync(database, AggregatorRoles.All, configure: options =>
        {
            options.AggregationJobs.MaximumDelay = TimeSpan.FromMilliseconds(20);
            options.CollectionJobDriver.PollInterval = TimeSpan.FromMilliseconds(100);
            options.Peer.ClientCertificate = certificate;
            options.Peer.ClientPrivateKey = key;
            options.Peer.TrustedCertificates = roots;
        });
        TestTask task = await AddTaskAsync(leader.Endpoint, Pin("old", _peer), Pin("new", next));
        await leader.AddTaskAsync(task.For(Role.Leader));
        Assert.That(await UploadAndCollectAsync(leader, task), Is.EqualTo(3));

        next.Write(_directory.Root, "leader");
        await File.WriteAllTextAsync(key, next.KeyPem);
        while (!leader.Logs.Lines.Any(line => line.Contains("the certificates for connections to Helpers have changed: new", StringComparison.Ordinal)))
        {
            Assert.That(await UploadAndCollectAsync(leader, task), Is.EqualTo(3));
        }

        AuthTokenOwner owner = await OwnerAsync(task);
        await _helper.Get<AuthTokenStore>().RemoveAsync(owner, "old", CancellationToken.None);
        Assert.That(async () => await StatusAsync(task, _peer, task.AggregatorToken), Is.EqualTo(HttpStatusCode.Unauthorized).After(10_000, 20));
        Assert.That(await UploadAndCollectAsync(leader, task), Is.EqualTo(3));
        Assert.That(leader.Logs.Lines, Has.None.Contains("answered 401"));
    }

    [Test]
    public async Task Replaced_certificate_files_are_served_without_a_restart_over_http_1_and_2()
    {
        Assert.That(await ServedSubjectAsync(), Is.EqualTo("CN=server"));
        foreach (Version version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using HttpClient client = Client(null);
            using HttpRequestMessage request = new(HttpMethod.Get, new Uri(_helper.Endpoint, DapRoute.HpkeConfig)) { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using HttpResponseMessage response = await client.SendAsync(request);
            Assert.That((response.StatusCode, response.Version), Is.EqualTo((HttpStatusCode.OK, version)));
        }

        using TestCertificate renewed = _root.Issue("renewed");
        renewed.Write(_directory.Root, "server");
        Assert.That(async () => await ServedSubjectAsync(), Is.EqualTo("CN=renewed").After(20_000, 50));
        Assert.That(_helper.Logs.Lines, Has.Some.Contains("was replaced: CN=renewed"));
        Assert.That(_helper.Logs.Lines, Has.Some.Contains("expires at"), "an hour is not much");
    }

    [Test]
    public async Task Commands_trust_a_root_and_a_collector_presents_its_certificate()
    {
        TestTask task = new(new TestTaskOptions { Leader = _helper.Endpoint, Helper = _helper.Endpoint, BatchMode = BatchMode.LeaderSelected });
        DapTask stored = task.For(Role.Leader);
        AuthToken pin = Pin("collector", _peer) with { Purpose = AuthTokenPurpose.AcceptFromCollector };
        await _helper.AddTaskAsync(stored with { Tokens = [.. stored.Tokens, pin] });
        string taskFile = TaskFile(task, "collector");
        string key = WriteJson("key.json", new()
        {
            ["hpke_config"] = Base64Url.EncodeToString(WireMessage.Encode(task.CollectorHpkeConfig)),
            ["private_key"] = Base64Url.EncodeToString(task.CollectorKeyPair.ExportPrivateKey()),
        });
        string roots = _directory.Path("ca.pem");
        await File.WriteAllTextAsync(roots, _root.Pem);
        (string certificate, string certificateKey) = _peer.Write(_directory.Root, "collector");
        string[] collect = ["collect", "--task-file", taskFile, "--key", key, "--leader-selected", "--ca", roots];

        await using HostProcess upload = HostProcess.Start(["upload", "--task-file", TaskFile(task, "client"), "--ca", roots, "1"]);
        await using HostProcess untrusting = HostProcess.Start(["upload", "--task-file", TaskFile(task, "client"), "1"]);
        await using HostProcess known = HostProcess.Start([.. collect, "--client-certificate", certificate, "--client-key", certificateKey]);
        await using HostProcess unknown = HostProcess.Start(collect);
        int[] codes = await Task.WhenAll(upload.WaitForExitAsync(), untrusting.WaitForExitAsync(), unknown.WaitForExitAsync());

        // One report is no batch yet: the known Collector has its job, and waits for it until it is killed.
        await using NpgsqlConnection connection = new(_database.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand jobs = new("SELECT count(*) FROM collection_jobs", connection);
        Assert.That(async () => await jobs.ExecuteScalarAsync(), Is.EqualTo(1L).After(30_000, 50), known.Error);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(codes, Is.EqualTo((int[])[0, 1, 1]), upload.Error);
            Assert.That(upload.Output, Does.Contain("1 report accepted"));
            Assert.That(untrusting.Error, Does.Contain("an aggregator cannot be reached: the certificate of https://"));
            Assert.That(unknown.Error, Does.Contain("answered 401 Unauthorized: "));
        }
    }

    private string TaskFile(TestTask task, string recipient)
    {
        Dictionary<string, string> members = new()
        {
            ["for"] = recipient,
            ["task_id"] = task.Id.ToString(),
            ["task_configuration"] = Base64Url.EncodeToString(task.Configuration.Encoded.Span),
        };
        if (recipient == "collector")
        {
            members["collector_hpke_config"] = Base64Url.EncodeToString(WireMessage.Encode(task.CollectorHpkeConfig));
            members["collector_token"] = task.CollectorToken.Secret;
        }

        return WriteJson(recipient + ".json", members);
    }

    private string WriteJson(string name, Dictionary<string, string> members)
    {
        File.WriteAllText(_directory.Path(name), JsonSerializer.Serialize(members));
        return _directory.Path(name);
    }

    private static AuthToken Pin(string label, TestCertificate certificate) => AuthToken.ToAcceptCertificate(
        AuthTokenPurpose.AcceptFromLeader, label, CertificateKey.Hash(certificate.Certificate), DateTimeOffset.UnixEpoch);

    private Task<TestTask> AddTaskAsync(params AuthToken[] pins) => AddTaskAsync(new Uri("https://leader.example/"), pins);

    private async Task<TestTask> AddTaskAsync(Uri leader, params AuthToken[] pins)
    {
        TestTask task = new(new TestTaskOptions { Leader = leader, Helper = _helper.Endpoint, BatchMode = BatchMode.LeaderSelected });
        DapTask stored = task.For(Role.Helper);
        await _helper.AddTaskAsync(stored with { Tokens = [.. stored.Tokens, .. pins] });
        return task;
    }

    private async Task<AuthTokenOwner> OwnerAsync(TestTask task) =>
        AuthTokenOwner.Task((await _helper.Get<TaskStore>().FindAsync(task.Id, CancellationToken.None))!.Key);

    private HttpClient Client(TestCertificate? certificate) => new(DapHttpHandler.Create(new ClientTls
    {
        Certificate = certificate is null ? null : new LoadedCertificate(certificate.Certificate, []),
        TrustedRoots = [_root.Certificate],
    }));

    private async Task<HttpStatusCode> StatusAsync(TestTask task, TestCertificate? certificate, BearerToken? token)
    {
        using HttpClient client = Client(certificate);
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(_helper.Endpoint, $"tasks/{task.Id}/aggregation_jobs/{new string('A', 22)}"));
        request.Headers.Authorization = token is { } present ? new("Bearer", present.Secret) : null;
        using HttpResponseMessage response = await client.SendAsync(request);
        return response.StatusCode;
    }

    private async Task<ulong> UploadAndCollectAsync(TestAggregator leader, TestTask task)
    {
        using HttpClient toHelper = Client(null);
        HpkeConfig helperConfig = WireMessage.Decode<HpkeConfigList>(await toHelper.GetByteArrayAsync(new Uri(_helper.Endpoint, DapRoute.HpkeConfig))).Configs[0];
        ReportFactory reports = new(task, await leader.HpkeConfigAsync(), helperConfig, TestDeployment.CurrentTime);
        await RawHttp.PostAsync(new Uri(leader.Endpoint, $"tasks/{task.Id}/reports"), DapVersion.Newest.MediaTypes.UploadRequest, ReportFactory.UploadBody(reports.Make(0, 1, 2)));
        HttpAnswer created = await RawHttp.PostAsync(
            new Uri(leader.Endpoint, $"tasks/{task.Id}/collection_jobs"), DapVersion.Newest.MediaTypes.CollectionJobReq, WireMessage.Encode(TestDeployment.RequestFor(task)), task.CollectorToken);
        Uri job = new(leader.Endpoint, created.Location!);
        HttpAnswer answer = await TestDeployment.AwaitAsync(task, job);
        await RawHttp.DeleteAsync(job, task.CollectorToken);
        return answer.Decode<CollectionJobResp>().ReportCount;
    }

    private async Task<string> ServedSubjectAsync()
    {
        using TcpClient connection = new();
        await connection.ConnectAsync(IPAddress.Loopback, _helper.Endpoint.Port);
        await using SslStream stream = new(connection.GetStream(), false);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                CustomTrustStore = { _root.Certificate },
            },
        });
        return stream.RemoteCertificate!.Subject;
    }
}
