using System.Text.Json;
using Janus.Datastore;
using Janus.IntegrationTests.Embedded;
using Janus.Messages;
using Janus.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.IntegrationTests.Taskprov;

/// <summary>How two operators agree, with the commands that docs/taskprov.md tells them to use.</summary>
public sealed class TaskprovCommandTests
{
    private TestDirectory _directory = null!;
    private TestDatabase _leader = null!;
    private TestDatabase _helper = null!;

    [SetUp]
    public async Task Create()
    {
        _directory = new TestDirectory();
        _leader = await TestPostgres.CreateDatabaseAsync();
        _helper = await TestPostgres.CreateDatabaseAsync();
    }

    [TearDown]
    public async Task Drop()
    {
        await _leader.DisposeAsync();
        await _helper.DisposeAsync();
        _directory.Dispose();
    }

    [Test]
    public async Task Two_operators_agree_and_rotate_the_secret()
    {
        string key = DatastoreKeys.Generate();
        TestAgreement agreement = new();
        string config = System.Buffers.Text.Base64Url.EncodeToString(
            Codec.WireMessage.Encode(agreement.PeerOf(Role.Leader, new Uri("https://helper.example/")).CollectorHpkeConfig));

        await RunAsync(
            _leader, key, "add", "--role", "leader", "--leader", "https://leader.example", "--helper", "https://helper.example/",
            "--collector-hpke-config", config, "--target-batch-size", "500", "--report-expiry-age", "14d", "--output", _directory.Path("peers"));
        await RunAsync(_helper, key, "add", "--peer-file", _directory.Path("peers/helper.json"), "--asynchronous");
        await RunAsync(_helper, key, "set", "1", "--report-expiry-age", "36h");
        await RunAsync(_helper, key, "add-verify-key-init", "https://leader.example/", "--output", _directory.Path("secret.txt"));
        await RunAsync(_leader, key, "add-verify-key-init", "1", "--verify-key-init-file", _directory.Path("secret.txt"));
        await RunAsync(_helper, key, "token", "add", "1", "--label", "next", "--output", _directory.Path("token"));
        using TestCertificate certificate = TestCertificate.Root("leader");
        (string pem, _) = certificate.Write(_directory.Root, "leader");
        byte[] keyHash = Dap.CertificateKey.Hash(certificate.Certificate);
        await RunAsync(_helper, key, "certificate", "add", "1", "--label", "pin", "--certificate", pem);
        await RunAsync(_helper, key, "certificate", "add", "1", "--label", "pin-by-hash", "--key-sha256", Convert.ToHexString(keyHash));
        using JsonDocument listed = JsonDocument.Parse(await RunAsync(_helper, key, "list", "--json"));

        TaskprovPeer leader = await PeerOfAsync(_leader, key);
        TaskprovPeer helper = await PeerOfAsync(_helper, key);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((leader.Endpoint, leader.PeerRole, leader.TargetBatchSize), Is.EqualTo(("https://helper.example/", Role.Helper, (ulong?)500)));
            Assert.That((helper.Endpoint, helper.PeerRole, helper.Asynchronous), Is.EqualTo(("https://leader.example/", Role.Leader, true)));
            Assert.That((leader.ReportExpiryAge, helper.ReportExpiryAge), Is.EqualTo(((TimeSpan?)TimeSpan.FromDays(14), (TimeSpan?)TimeSpan.FromHours(36))));
            Assert.That(listed.RootElement[0].GetProperty("report_expiry_age").GetInt64(), Is.EqualTo(36 * 3600));
            Assert.That(leader.VerifyKeyInits.Select(init => init.Id), Is.EqualTo(new byte[] { 0, 1 }));
            Assert.That(leader.VerifyKeyInits.Select(init => init.Secret), Is.EqualTo(helper.VerifyKeyInits.Select(init => init.Secret)));
            Assert.That(helper.Tokens.Select(token => token.Label), Is.EqualTo(new[] { "first-from-leader", "next", "pin", "pin-by-hash" }));
            Assert.That(helper.Tokens[1].Hash, Is.EqualTo(Dap.BearerToken.Parse(File.ReadAllText(_directory.Path("token")).Trim()).Hash()));
            Assert.That(helper.Tokens[0].Hash, Is.EqualTo(leader.Tokens.Single(token => token.Token is not null).Token!.Value.Hash()));
            Assert.That(helper.Tokens.Where(token => token.Kind == AuthTokenKind.CertificateKey).Select(token => token.Hash), Is.EqualTo(new[] { keyHash, keyHash }));
            Assert.That(leader.CollectorHpkeConfig, Is.EqualTo(helper.CollectorHpkeConfig));
            Assert.That(listed.RootElement[0].GetProperty("verification_key_ids").GetArrayLength(), Is.EqualTo(2));
            Assert.That(File.ReadAllText(_directory.Path("peers/collector.json")), Does.Not.Contain("verify_key_init").And.Not.Contain("aggregator_token"));
        }
    }

    private static async Task<string> RunAsync(TestDatabase database, string key, params string[] arguments)
    {
        await using HostProcess command = HostProcess.Start(
            ["taskprov", "peer", .. arguments],
            new Dictionary<string, string> { ["JANUS_DATABASE_URL"] = database.ConnectionString, ["JANUS__Database__DatastoreKeys"] = key });
        int exitCode = await command.WaitForExitAsync();
        Assert.That(exitCode, Is.Zero, command.Error);
        return command.Output;
    }

    private static async Task<TaskprovPeer> PeerOfAsync(TestDatabase database, string key)
    {
        await using ServiceProvider stores = new ServiceCollection()
            .AddJanusDatastore(options =>
            {
                options.ConnectionString = database.ConnectionString;
                options.Keys.Add(key);
            })
            .BuildServiceProvider();
        return (await stores.GetRequiredService<TaskprovPeerStore>().ListAsync(TestContext.CurrentContext.CancellationToken)).Single();
    }
}
