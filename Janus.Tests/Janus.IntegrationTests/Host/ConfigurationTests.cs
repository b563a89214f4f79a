using System.Data.Common;
using System.Runtime.Versioning;
using System.Text.Json;
using Janus.Cli;
using Janus.Datastore;
using Janus.Host.Configuration;
using Janus.IntegrationTests.Embedded;
using Npgsql;

namespace Janus.IntegrationTests.Host;

[NonParallelizable]
public sealed class ConfigurationTests
{
    private readonly List<string> _variables = [];
    private TestDirectory _directory = null!;

    [SetUp]
    public void CreateDirectory() => _directory = new TestDirectory();

    [TearDown]
    public void CleanUp()
    {
        _variables.ForEach(name => Environment.SetEnvironmentVariable(name, null));
        _variables.Clear();
        _directory.Dispose();
    }

    [Test]
    public void Shipped_sample_holds_the_defaults()
    {
        JanusOptions sample = JanusConfiguration.Load(new ConfigurationArguments());

        Assert.That(JsonSerializer.Serialize(sample), Is.EqualTo(JsonSerializer.Serialize(new JanusOptions())));
    }

    [Test]
    public void Every_key_is_in_the_shipped_sample()
    {
        string[] lines = File.ReadAllLines(JanusConfiguration.DefaultFile);

        IEnumerable<string> missing = Keys(typeof(JanusOptions)).Where(key => !lines.Any(line => line.TrimStart().StartsWith(key + ":", StringComparison.Ordinal)));

        Assert.That(missing, Is.Empty);
    }

    [TestCase("Roless: [all]", "Roless: unknown key; did you mean Roles?")]
    [TestCase("Http: { Lissten: x }", "Http.Lissten: unknown key")]
    [TestCase("Http: { ShutdownTimeout: 3 }", "Http.ShutdownTimeout: \"3\" is not a duration")]
    [TestCase("Http: { ShutdownTimeout: 3d }", "Http.ShutdownTimeout: between")]
    [TestCase("Http: { Listen: [ftp://x] }", "Http.Listen: \"ftp://x\"")]
    [TestCase("Http: { Listen: ['https://*:8443'] }", "Http.Certificate: a certificate is needed for an https address")]
    [TestCase("Http: { PrivateKey: key.pem }", "Http.PrivateKey: there is no certificate that it belongs to")]
    [TestCase("Http: { ClientCertificates: require }", "Http.ClientCertificates: \"require\" is not one of ignore, ask")]
    [TestCase("Aggregator: { Peer: { ClientPrivateKey: key.pem } }", "Aggregator.Peer.ClientCertificate: expected the certificate of the private key")]
    [TestCase("Http: { Listen: { a: b } }", "Http.Listen: expected a list")]
    [TestCase("Http: 3", "Http: expected a section with keys")]
    [TestCase("Roles: [leader]", "Roles[0]: \"leader\" is not one of all, aggregator, aggregation-job-creator")]
    [TestCase("Database: { MaximumConnections: 1 }", "Database.MaximumConnections: between 2 and 10000")]
    [TestCase("Database: { StartTimeout: 2d }", "Database.StartTimeout: between 0s and 1d")]
    [TestCase("Database: { ConnectionString: Host=db }", "Database.DatastoreKeys: a key is needed")]
    [TestCase("Database: { ConnectionString: 'mysql://db/x', DatastoreKeys: [AAECAwQFBgcICQoLDA0ODw] }", "Database.ConnectionString")]
    [TestCase("Aggregator: { Browsers: { AllowedOrigins: ['https://app.example/'] } }", "Aggregator.Browsers.AllowedOrigins: \"https://app.example/\" is not an origin")]
    [TestCase("Aggregator: { Browsers: { AllowedOrigins: ['*', 'https://app.example'] } }", "Aggregator.Browsers.AllowedOrigins: \"*\" is not an origin")]
    [TestCase("Aggregator: { Browsers: { AllowedOrigins: [none, app.example] } }", "Aggregator.Browsers.AllowedOrigins: \"none\" is not an origin")]
    [TestCase("Aggregator: { Browsers: { PreflightMaxAge: 2d } }", "Aggregator.Browsers.PreflightMaxAge: ")]
    [TestCase("Aggregator: { KeyRotation: { ExpiredDuration: 47h } }", "Aggregator.KeyRotation.ExpiredDuration: expected at least 2.00:00:00, twice HpkeConfigCacheLifetime: Clients encrypt to a key as long as they may cache it")]
    [TestCase("Aggregator: { HpkeConfigCacheLifetime: 8d }", "Aggregator.KeyRotation.ExpiredDuration: at least 16.00:00:00, twice HpkeConfigCacheLifetime")]
    [TestCase("Aggregator: { KeyRotation: { PendingDuration: 29s } }", "Aggregator.KeyRotation.PendingDuration: expected at least 00:00:30: by then every process has read a new key")]
    [TestCase("Aggregator: { KeyRotation: { ActiveDuration: 1h } }", "Aggregator.KeyRotation.ActiveDuration: expected longer than PendingDuration")]
    [TestCase("Aggregator: { KeyRotation: { ActiveDuration: 1.5h } }", "Aggregator.KeyRotation.ActiveDuration: so short with this ExpiredDuration there would be 227 keys at a time")]
    [TestCase("Aggregator: { KeyRotation: { Ciphersuites: [] } }", "Aggregator.KeyRotation.Ciphersuites: at least one is needed")]
    [TestCase("Aggregator: { KeyRotation: { Ciphersuites: [X25519/HkdfSha256/Aes128Gcm] } }", "Aggregator.KeyRotation.Ciphersuites: \"X25519/HkdfSha256/Aes128Gcm\" is not KEM/KDF/AEAD, such as X25519HkdfSha256/HkdfSha256/Aes128Gcm; KEMs: ")]
    [TestCase("Aggregator: { KeyRotation: { Ciphersuites: [P256HkdfSha256/HkdfSha256/Aes128Gcm, p256hkdfsha256/hkdfsha256/aes128gcm] } }", "P256HkdfSha256/HkdfSha256/Aes128Gcm is there twice")]
    [TestCase("Database: { DatastoreKeys: [AAECAwQFBgcICQoLDA0ODw, AAECAwQFBgcICQoLDA0ODw] }", "Database.DatastoreKeys: datastore key 1: expected another key than key 0")]
    [TestCase("Database: { DatastoreKeys: [AAECAwQFBgcICQoLDA0ODw], DatastoreKeysFile: keys }", "Database.DatastoreKeysFile: give DatastoreKeys or DatastoreKeysFile, not both")]
    [TestCase("Database: { DatastoreKeysFile: /nowhere/keys }", "Database.DatastoreKeysFile: /nowhere/keys: Could not find")]
    [TestCase("Log: { Level: [a] }", "Log.Level: expected one value")]
    [TestCase("Log: { Levels: { Janus.Dap: loud } }", "Log.Levels.Janus.Dap: \"loud\" is not one of verbose")]
    [TestCase("Telemetry: { OtlpEndpoint: here }", "Telemetry.OtlpEndpoint: \"here\" is not an absolute URL")]
    [TestCase("Telemetry: { OtlpHeaders: { x-key: hush } }", "Telemetry.OtlpHeaders: headers are for OtlpEndpoint")]
    [TestCase("Telemetry: { OtlpEndpoint: 'http://c:4317', OtlpHeaders: { 'x key': hush } }", "Telemetry.OtlpHeaders: \"x key\" is not the name of a header")]
    [TestCase("Telemetry: { SamplingRatio: 2 }", "Telemetry.SamplingRatio: between 0 and 1")]
    [TestCase("Telemetry: { BacklogInterval: 1ms }", "Telemetry.BacklogInterval: 0s, or between 1s and 1h")]
    [TestCase("Management: { Listen: ['9464'] }", "Management.Listen: \"9464\" is not an address such as http://127.0.0.1:9464")]
    [TestCase("a: [1\nb: 2", "not YAML")]
    [TestCase("a: 1\na: 2", "line")]
    [TestCase("- 1", "0: unknown key")]
    public void Mistake_is_refused_with_its_path(string yaml, string expected) =>
        Assert.That(() => Load(yaml), Throws.TypeOf<CliException>().With.Message.Contains(expected));

    [Test]
    public void Empty_list_is_not_the_default()
    {
        Assert.That(Load("Aggregator: { Browsers: { AllowedOrigins: [] } }").Aggregator.Browsers.AllowedOrigins, Is.Empty);
        Assert.That(Load("Aggregator: { Browsers: { AllowedOrigins: } }").Aggregator.Browsers.AllowedOrigins, Is.EqualTo(["*"]));
        Assert.That(() => Load("Roles: []"), Throws.TypeOf<CliException>().With.Message.Contains("Roles: at least one role is needed"));
    }

    [Test]
    public void All_mistakes_are_reported_at_once()
    {
        CliException refusal = Assert.Throws<CliException>(() => Load("A: 1\nHttp: { B: 2, ShutdownTimeout: x }\nDatabase: { MaximumConnections: 0, DatastoreKeys: [k] }"))!;

        IReadOnlyList<string> expected = ["A: ", "Http.B: ", "Http.ShutdownTimeout: ", "Database.MaximumConnections: ", "Database.DatastoreKeys: "];
        foreach (string part in expected)
        {
            Assert.That(refusal.Message, Does.Contain(part));
        }
    }

    [Test]
    public void Refused_key_and_password_are_not_shown()
    {
        CliException refusal = Assert.Throws<CliException>(() => Load("Database: { ConnectionString: 'Password=hush', Password: hush, PasswordFile: f, DatastoreKeys: [hush] }\nTelemetry: { OtlpHeaders: { x: hush } }"))!;

        Assert.That(refusal.Message, Does.Not.Contain("hush"));
    }

    [TestCase("500ms", 0.5)]
    [TestCase("1.5s", 1.5)]
    [TestCase("2m", 120)]
    [TestCase("1h", 3600)]
    public void Duration_is_read_with_its_unit(string text, double seconds) =>
        Assert.That(Load($"Http: {{ ShutdownTimeout: {text} }}").Http.ShutdownTimeout, Is.EqualTo(TimeSpan.FromSeconds(seconds)));

    [Test]
    public void Environment_overrides_the_file_and_the_command_line_both()
    {
        const string Yaml = "Roles: [aggregator]\nHttp: { Listen: ['http://127.0.0.1:1', 'http://127.0.0.1:2'], ShutdownTimeout: 1s }";
        Set("JANUS__Http__Listen", "http://127.0.0.1:3");
        Set("JANUS__Roles", "collection-job-driver, aggregation-job-driver");
        string file = Write(Yaml);

        JanusOptions environment = JanusConfiguration.Load(new ConfigurationArguments { ConfigFile = file });
        JanusOptions commandLine = JanusConfiguration.Load(new RunArguments { Configuration = new ConfigurationArguments { ConfigFile = file }, Listen = ["http://127.0.0.1:4"] });

        Assert.That(environment.Http.Listen, Is.EqualTo(["http://127.0.0.1:3"]));
        Assert.That(environment.Roles, Is.EqualTo([ProcessRole.CollectionJobDriver, ProcessRole.AggregationJobDriver]));
        Assert.That(environment.Http.ShutdownTimeout, Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(commandLine.Http.Listen, Is.EqualTo(["http://127.0.0.1:4"]));
    }

    [Test]
    public void Unknown_key_in_the_environment_is_refused()
    {
        Set("JANUS__Http__Lissten", "x");

        Assert.That(() => Load(""), Throws.TypeOf<CliException>().With.Message.Contains("Http.Lissten"));
    }

    [Test]
    public void Database_url_and_password_become_a_connection_string()
    {
        Set("JANUS_DATABASE_URL", "postgres://jan%40us@db.example:6432/reports?sslmode=require");
        Set("JANUS_DATABASE_PASSWORD", "a;b=\"c\"");
        Set("JANUS__Database__DatastoreKeys", "AAECAwQFBgcICQoLDA0ODw");

        DbConnectionStringBuilder resolved = new() { ConnectionString = Load("").Database.ResolvedConnectionString() };

        Assert.That(resolved["Host"], Is.EqualTo("db.example"));
        Assert.That(resolved["Port"], Is.EqualTo("6432"));
        Assert.That(resolved["Username"], Is.EqualTo("jan@us"));
        Assert.That(resolved["Database"], Is.EqualTo("reports"));
        Assert.That(resolved["SSL Mode"], Is.EqualTo("Require"));
        Assert.That(resolved["Password"], Is.EqualTo("a;b=\"c\""));
    }

    [Test]
    public void Database_url_may_ask_for_a_verified_certificate()
    {
        Set("JANUS_DATABASE_URL", "postgres://janus@db/janus?sslmode=verify-full&sslrootcert=/etc/db-ca.pem");
        Set("JANUS__Database__DatastoreKeys", "AAECAwQFBgcICQoLDA0ODw");

        NpgsqlConnectionStringBuilder resolved = new(Load("").Database.ResolvedConnectionString());

        Assert.That((resolved.SslMode, resolved.RootCertificate), Is.EqualTo((SslMode.VerifyFull, "/etc/db-ca.pem")));
    }

    [TestCase("postgres://janus@db/janus?sslmode=perhaps", "the value of 'SSL Mode' cannot be read: one of disable")]
    [TestCase("Host=db;Colour=red", "'colour' is no keyword of a connection string")]
    [TestCase("Host=db;sslmod=hush", "'sslmod' is no keyword of a connection string; did you mean 'SSL Mode'?")]
    [TestCase("Username=janus", "neither a connection string")]
    public void Connection_string_that_the_driver_cannot_read_is_refused_with_its_keyword(string text, string expected)
    {
        Set("JANUS_DATABASE_URL", text);
        Set("JANUS__Database__DatastoreKeys", "AAECAwQFBgcICQoLDA0ODw");

        Assert.That(() => Load(""), Throws.TypeOf<CliException>().With.Message.Contains($"Database.ConnectionString: {expected}"));
    }

    [Test]
    public void Direct_connection_string_gets_the_password_too_and_needs_another_beside_it()
    {
        Set("JANUS__Database__DatastoreKeys", "AAECAwQFBgcICQoLDA0ODw");
        Set("JANUS_DATABASE_DIRECT_URL", "postgres://janus@db:5432/janus");
        Assert.That(() => Load(""), Throws.TypeOf<CliException>().With.Message.Contains("Database.DirectConnectionString: there is no ConnectionString"));

        Set("JANUS_DATABASE_URL", "postgres://janus@pooler:6432/janus");
        Set("JANUS_DATABASE_PASSWORD", "hush");
        NpgsqlConnectionStringBuilder direct = new(Load("").Database.ResolvedDirectConnectionString());

        Assert.That((direct.Host, direct.Port, direct.Password), Is.EqualTo(("db", 5432, "hush")));
    }

    [Test]
    public void Password_file_replaces_the_configured_password()
    {
        string secret = _directory.Path("secret");
        File.WriteAllText(secret, "from-file\n");
        string file = Write("Database: { ConnectionString: Host=db, Password: configured, DatastoreKeys: [AAECAwQFBgcICQoLDA0ODw] }");

        JanusOptions options = JanusConfiguration.Load(new ConfigurationArguments { ConfigFile = file, DatabasePasswordFile = secret });

        DbConnectionStringBuilder resolved = new() { ConnectionString = options.Database.ResolvedConnectionString() };
        Assert.That(resolved["Password"], Is.EqualTo("from-file"));
    }

    [TestCase("ConnectionString: 'Host=db;Password=hush'", true)]
    [TestCase("ConnectionString: Host=pooler, DirectConnectionString: 'Host=db;Password=hush'", true)]
    [TestCase("ConnectionString: Host=pooler, DirectConnectionString: 'postgres://janus:hush@db/janus'", true)]
    [TestCase("ConnectionString: Host=pooler, DirectConnectionString: 'postgres://janus@db/janus'", false)]
    [Platform(Exclude = "Win")]
    [UnsupportedOSPlatform("windows")]
    public void File_with_a_password_that_others_may_read_is_warned_of(string database, bool isSecret)
    {
        string keys = _directory.Path("keys");
        File.WriteAllText(keys, DatastoreKeys.Generate());
        string file = Write($"Database: {{ {database}, DatastoreKeysFile: {keys} }}");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        JanusOptions options = JanusConfiguration.Load(new ConfigurationArguments { ConfigFile = file });

        Assert.That(SecretFiles.Warnings(options, null), isSecret ? Has.One.StartsWith($"{file}: every user") : Is.Empty);
    }

    [Test]
    public void Missing_file_is_named() =>
        Assert.That(
            () => JanusConfiguration.Load(new ConfigurationArguments { ConfigFile = _directory.Path("none.yaml") }),
            Throws.TypeOf<CliException>().With.Message.Contains("none.yaml"));

    private static IEnumerable<string> Keys(Type options) => options.GetProperties().Where(property => property.CanWrite).SelectMany(property =>
        property.PropertyType.Namespace?.StartsWith("Janus.", StringComparison.Ordinal) == true && property.PropertyType.IsClass ? Keys(property.PropertyType).Prepend(property.Name) : [property.Name]);

    private JanusOptions Load(string yaml) => JanusConfiguration.Load(new ConfigurationArguments { ConfigFile = Write(yaml) });

    private string Write(string yaml)
    {
        string file = _directory.Path("janus.yaml");
        File.WriteAllText(file, yaml);
        return file;
    }

    private void Set(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        _variables.Add(name);
    }
}
