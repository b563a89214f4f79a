using System.Buffers.Text;
using System.Text.Json.Nodes;
using Janus.Cli.Files;
using Janus.Dap;
using Janus.Datastore;
using Janus.Hpke;
using Janus.Messages;
using Janus.UnitTests.Cli;

namespace Janus.UnitTests.Dap;

[TestFixture]
public sealed class TaskFileTests
{
    private static readonly Role[] Everybody = [Role.Leader, Role.Helper, Role.Collector, Role.Client];
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [TestCase(Role.Leader, true)]
    [TestCase(Role.Helper, true)]
    [TestCase(Role.Collector, true)]
    [TestCase(Role.Client, false)]
    public async Task A_file_comes_back_as_it_was_and_secrets_are_for_their_owner_only(Role recipient, bool secret)
    {
        TaskParameters written = Sample().For(recipient);
        string path = TaskFile.PathOf(_folder.Path, recipient);
        await TaskFile.WriteNewAsync(path, written, CancellationToken.None);
        TaskParameters read = await TaskFile.ReadAsync(path, [recipient], CancellationToken.None);
        Assert.Multiple(() =>
        {
            Assert.That(read.Recipient, Is.EqualTo(recipient));
            Assert.That(read.Id, Is.EqualTo(written.Id));
            Assert.That(read.Configuration, Is.EqualTo(written.Configuration));
            Assert.That(read.Measurement.ToString(), Is.EqualTo(written.Measurement.ToString()));
            Assert.That(read.VerifyKey, Is.EqualTo(written.VerifyKey));
            Assert.That(read.VerificationKeyId, Is.EqualTo(written.VerificationKeyId));
            Assert.That(read.CollectorHpkeConfig, Is.EqualTo(written.CollectorHpkeConfig));
            Assert.That(read.AggregatorToken, Is.EqualTo(written.AggregatorToken));
            Assert.That(read.CollectorToken, Is.EqualTo(written.CollectorToken));
            Assert.That(read.DifferentialPrivacy, Is.EqualTo(written.DifferentialPrivacy));
            if (!OperatingSystem.IsWindows())
            {
                Assert.That(File.GetUnixFileMode(path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite), Is.EqualTo(secret));
            }
        });
    }

    [Test]
    public void Nobody_learns_more_than_the_protocol_needs()
    {
        TaskParameters all = Sample();
        Assert.Multiple(() =>
        {
            Assert.That(all.For(Role.Helper).CollectorToken, Is.Null);
            Assert.That(all.For(Role.Collector).VerifyKey, Is.Null);
            Assert.That(all.For(Role.Collector).AggregatorToken, Is.Null);
            Assert.That(all.For(Role.Client), Is.EqualTo(new TaskParameters { Recipient = Role.Client, Id = all.Id, Configuration = all.Configuration, Measurement = all.Measurement }));
        });
    }

    [Test]
    public void The_aggregators_store_matching_halves()
    {
        TaskParameters all = Sample();
        DapTask leader = all.ToDapTask(DateTimeOffset.UnixEpoch);
        DapTask helper = all.For(Role.Helper).ToDapTask(DateTimeOffset.UnixEpoch);
        Assert.Multiple(() =>
        {
            Assert.That(leader.TokenToPresentAt(DateTimeOffset.UnixEpoch)!.Token!.Value.Matches(helper.Tokens.Single().Hash), Is.True);
            Assert.That(
                all.CollectorToken!.Value.Matches(leader.Tokens.Single(token => token.Purpose == AuthTokenPurpose.AcceptFromCollector).Hash), Is.True);
            Assert.That(helper.Tokens.Single().Purpose, Is.EqualTo(AuthTokenPurpose.AcceptFromLeader));
            Assert.That(helper.TokenToPresentAt(DateTimeOffset.UnixEpoch), Is.Null);
            Assert.That(helper.VerifyKey, Is.EqualTo(leader.VerifyKey));
            Assert.That(() => all.For(Role.Client).ToDapTask(DateTimeOffset.UnixEpoch), Throws.InvalidOperationException);
        });
    }

    [Test]
    public async Task An_existing_file_is_not_overwritten()
    {
        string path = _folder.Write("client.json", "mine");
        Assert.That(
            async () => await TaskFile.WriteNewAsync(path, Sample().For(Role.Client), CancellationToken.None),
            Throws.TypeOf<TaskFileException>().With.Message.Contains("exists already"));
        Assert.That(await File.ReadAllTextAsync(path), Is.EqualTo("mine"));
    }

    [TestCase("for", "nobody", "for: expected leader, helper, collector or client")]
    [TestCase("task_id", null, "task_id: expected 32 bytes")]
    [TestCase("task_configuration", null, "task_configuration: missing")]
    [TestCase("for", "collector", "verify_key: must not be in the file for the collector")]
    [TestCase("task_id", "AAAA", "task_id: expected 32 bytes")]
    [TestCase("task_configuration", "AAAA", "task_configuration: expected an encoded TaskConfiguration of this version of DAP: cannot decode task_info")]
    [TestCase("task_configuration", "!", "task_configuration: expected base64url")]
    [TestCase("vdaf", "sum:7", "the task's VDAF is histogram")]
    [TestCase("vdaf", "nonsense", "expected")]
    [TestCase("verify_key", "AAAA", "expected a verify key of 32 bytes, got 3")]
    [TestCase("verify_key", null, "verify_key: missing in the file for the helper")]
    [TestCase("collector_hpke_config", "AAAA", "kdf_id")]
    [TestCase("aggregator_token", "no spaces", "aggregator_token: expected a bearer token")]
    [TestCase("collector_token", "abc", "collector_token: must not be in the file for the helper")]
    [TestCase("task_id", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "task_configuration_fingerprint: ")]
    [TestCase("verify_key", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "verify_key_fingerprint: ")]
    [TestCase("surprise", "abc", "no member is called \"surprise\": is it misspelt, or written by a newer version? The members are for, task_id,")]
    [TestCase("private_key", "abc", "expected a task file ('janus task add'), got a Collector's key file")]
    public async Task A_mistake_in_a_file_is_named(string member, string? value, string expected)
    {
        string path = await WriteAsync(Role.Helper);
        JsonObject json = JsonNode.Parse(await File.ReadAllTextAsync(path))!.AsObject();
        json[member] = value;
        _folder.Write("helper.json", json.ToJsonString());
        Assert.That(
            async () => await TaskFile.ReadAsync(path, Everybody, CancellationToken.None),
            Throws.TypeOf<TaskFileException>().With.Message.StartsWith(path).And.Message.Contains(expected));
    }

    [TestCase("{\"for\":1}", "for: expected a value of another kind")]
    [TestCase("{\"for\":\"client\",\"for\":\"client\"}", "expected a JSON object whose members differ")]
    [TestCase("[]", "expected a JSON object")]
    [TestCase("", "line 1: expected JSON")]
    [TestCase("for: client\n", "line 1: expected JSON")]
    public void What_is_no_task_file_is_told(string content, string expected) => Assert.That(
        async () => await TaskFile.ReadAsync(_folder.Write("x.json", content), Everybody),
        Throws.TypeOf<TaskFileException>().With.Message.EqualTo($"{_folder.File("x.json")}: {expected}"));

    [Test]
    public void A_folder_is_no_task_file() => Assert.That(
        async () => await TaskFile.ReadAsync(_folder.Path, Everybody),
        Throws.TypeOf<TaskFileException>().With.Message.EqualTo($"{_folder.Path}: expected a file, got a folder"));

    [Test]
    public async Task A_task_file_is_no_key_file()
    {
        string path = await WriteAsync(Role.Collector);
        Assert.That(
            async () => await CollectorKeyFile.ReadAsync(path),
            Throws.TypeOf<TaskFileException>().With.Message.EqualTo($"{path}: expected a Collector's key file ('janus hpke-key generate'), got a task file ('janus task add')"));
    }

    [Test]
    public async Task A_file_for_somebody_else_is_refused()
    {
        string path = await WriteAsync(Role.Helper);
        Assert.That(
            async () => await TaskFile.ReadAsync(path, [Role.Collector], CancellationToken.None),
            Throws.TypeOf<TaskFileException>().With.Message.Contains("expected the file for the collector, got the one for the helper"));
    }

    [Test]
    public async Task No_error_quotes_a_secret()
    {
        string path = await WriteAsync(Role.Helper);
        string text = await File.ReadAllTextAsync(path);
        string token = Sample().AggregatorToken!.Value.Secret;
        _folder.Write("helper.json", text.Replace("\"aggregator_token\": \"", "\"aggregator_token\": \"(", StringComparison.Ordinal));
        TaskFileException refused = (await Assert.ThrowsAsync<TaskFileException>(() => TaskFile.ReadAsync(path, Everybody, CancellationToken.None)))!;
        Assert.That(refused.ToString(), Does.Not.Contain(token));
    }

    [Test]
    public void Nothing_secret_is_printed()
    {
        TaskParameters all = Sample();
        Assert.Multiple(() =>
        {
            Assert.That(all.ToString(), Does.Not.Contain(all.AggregatorToken!.Value.Secret).And.Not.Contain(Base64Url.EncodeToString(all.VerifyKey)));
            Assert.That(TaskDescription.Of(all.ToDapTask(DateTimeOffset.UnixEpoch)).ToString(), Does.Not.Contain(all.AggregatorToken!.Value.Secret).And.Not.Contain(Base64Url.EncodeToString(all.VerifyKey)));
        });
    }

    [Test]
    public async Task A_collector_key_file_comes_back_as_it_was_and_is_for_its_owner_only()
    {
        using HpkeKeyPair pair = HpkeKeyPair.Generate(HpkeKemId.P256HkdfSha256);
        HpkeConfig config = HpkeConfigs.Create(new HpkeConfigId(9), new HpkeSuite(HpkeKemId.P256HkdfSha256, HpkeKdfId.HkdfSha256, HpkeAeadId.Aes256Gcm), pair);
        string path = _folder.File("key.json");
        await CollectorKeyFile.WriteNewAsync(path, config, pair, CancellationToken.None);
        (HpkeConfig read, HpkeKeyPair readPair) = await CollectorKeyFile.ReadAsync(path, CancellationToken.None);
        using HpkeKeyPair dispose = readPair;
        HpkeConfig fromFile = await CollectorKeyFile.ReadConfigAsync(path, CancellationToken.None);
        HpkeConfig fromText = await CollectorKeyFile.ReadConfigAsync(CollectorKeyFile.Encode(config), CancellationToken.None);
        Assert.Multiple(() =>
        {
            Assert.That(new[] { read, fromFile, fromText }, Is.All.EqualTo(config));
            Assert.That(readPair.ExportPrivateKey(), Is.EqualTo(pair.ExportPrivateKey()));
            if (!OperatingSystem.IsWindows())
            {
                Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            }
        });
    }

    [Test]
    public async Task A_private_key_of_another_configuration_is_refused()
    {
        using HpkeKeyPair one = HpkeKeyPair.Generate(HpkeKemId.X25519HkdfSha256);
        using HpkeKeyPair other = HpkeKeyPair.Generate(HpkeKemId.X25519HkdfSha256);
        string path = _folder.File("key.json");
        await CollectorKeyFile.WriteNewAsync(path, HpkeConfigs.Create(new HpkeConfigId(1), HpkeConfigs.MandatorySuite, one), other, CancellationToken.None);
        Assert.That(
            async () => await CollectorKeyFile.ReadAsync(path, CancellationToken.None),
            Throws.TypeOf<TaskFileException>().With.Message.Contains("does not belong"));
    }

    private static TaskParameters Sample()
    {
        MeasurementEncoding measurement = MeasurementEncoding.Parse("histogram:0,50,60");
        return new TaskParameters
        {
            Recipient = Role.Leader,
            Id = TaskId.FromBytes(new byte[32]),
            Configuration = new TaskConfiguration(new TaskConfigurationFields
            {
                TaskInfo = "test"u8.ToArray(),
                LeaderAggregatorEndpoint = new Url("https://leader.example/"),
                HelperAggregatorEndpoint = new Url("https://helper.example/dap"),
                TimePrecision = new TimePrecision(300),
                MinBatchSize = 10,
                BatchMode = BatchMode.TimeInterval,
                VdafType = measurement.Vdaf.Type,
                VdafConfiguration = measurement.Vdaf.EncodeConfiguration(),
            }),
            Measurement = measurement,
            VerifyKey = [.. Enumerable.Range(1, 32).Select(i => (byte)i)],
            VerificationKeyId = 3,
            CollectorHpkeConfig = new HpkeConfig(new HpkeConfigId(1), 0x20, 1, 1, new byte[32]),
            AggregatorToken = BearerToken.Parse("aggregator-secret"),
            CollectorToken = BearerToken.Parse("collector-secret"),
            DifferentialPrivacy = DifferentialPrivacyStrategy.Parse("laplace:epsilon=1/2"),
        };
    }

    private async Task<string> WriteAsync(Role recipient)
    {
        string path = TaskFile.PathOf(_folder.Path, recipient);
        await TaskFile.WriteNewAsync(path, Sample().For(recipient), CancellationToken.None);
        return path;
    }
}
