using System.CommandLine;
using System.Text.Json;
using Janus.Cli;
using Janus.Cli.Commands;
using Janus.Datastore;
using Janus.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.IntegrationTests.Host;

/// <summary>What the commands about keys say and do.</summary>
public sealed class KeyCommandTests
{
    private const string Mandatory = "X25519HkdfSha256/HkdfSha256/Aes128Gcm";

    private TestDatabase _database = null!;
    private DatabaseAccess _access = null!;

    private HpkeKeyStore Keys => _access.Stores.GetRequiredService<HpkeKeyStore>();

    [SetUp]
    public async Task Create()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _access = new DatabaseAccess(_database, DatastoreKeys.Generate());
    }

    [TearDown]
    public async Task Drop()
    {
        await _access.CloseAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task A_list_shows_states_and_times_for_people_and_for_programs()
    {
        Assert.That(await RunAsync("hpke-key list"), Does.Contain("no HPKE keys"));
        await Keys.RotateAsync(_access.HpkeRotation, TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(3), default);
        await RunAsync("hpke-key rotate");

        string table = await RunAsync("hpke-key list");
        using JsonDocument json = JsonDocument.Parse(await RunAsync("hpke-key list --json"));

        Assert.That(table, Does.Match($@"1 +active +3d +\S+ +{Mandatory}").And.Match(@"2 +pending +\ds "));
        JsonElement[] keys = [.. json.RootElement.EnumerateArray()];
        Assert.That(keys.Select(key => (key.GetProperty("id").GetInt32(), key.GetProperty("state").GetString(), key.GetProperty("announced").GetBoolean())), Is.EqualTo(new[]
        {
            (2, "pending", false), (1, "active", true),
        }));
        Assert.That(keys[1].GetProperty("state_age_seconds").GetInt64(), Is.InRange(3 * 86_400, (3 * 86_400) + 300));
        Assert.That(keys[1].TryGetProperty("expired_at", out _), Is.False);
        Assert.That(json.RootElement.GetRawText(), Does.Not.Contain("private"));
    }

    [Test]
    public async Task A_rotation_is_begun_once_and_tells_when_it_takes_effect()
    {
        Assert.That(await RunAsync("hpke-key rotate"), Is.EqualTo($"HPKE key 1 ({Mandatory}): new → active{Environment.NewLine}"));
        string begun = await RunAsync($"hpke-key rotate --ciphersuite {Mandatory}");
        Assert.That(begun, Does.Contain($"HPKE key 2 ({Mandatory}): new → pending").And.Contain("HPKE key 2 is announced from 20"));
        Assert.That(await RunAsync("hpke-key rotate"), Does.Not.Contain("new →").And.Contain("HPKE key 2 is announced from 20"));
        Assert.That(
            async () => await RunAsync("hpke-key rotate --ciphersuite P256HkdfSha256/HkdfSha256/Aes128Gcm"),
            Throws.TypeOf<CliException>().With.Message.Contains($"is not among Aggregator.KeyRotation.Ciphersuites ({Mandatory})"));
        Assert.That(Parse("hpke-key rotate --ciphersuite x").Errors.Single().Message, Does.Contain("KEM/KDF/AEAD such as"));
    }

    [Test]
    public async Task A_compromised_key_is_replaced_at_once_and_deleted_only_with_force()
    {
        await RunAsync("hpke-key rotate");

        Assert.That(
            async () => await RunAsync("hpke-key set-state 1 deleted"),
            Throws.TypeOf<CliException>().With.Message.Contains("outdated_config").And.Message.Contains("are lost").And.Message.Contains("--force"));
        string expired = await RunAsync("hpke-key set-state 1 expired");
        Assert.That(expired, Does.Contain("active → expired").And.Contain($"HPKE key 2 ({Mandatory}): new → active").And.Contain("still decrypts"));
        Assert.That(async () => await RunAsync("hpke-key set-state 1 expired"), Throws.TypeOf<CliException>().With.Message.EqualTo("HPKE key 1 is expired already"));
        Assert.That(await RunAsync("hpke-key set-state 1 deleted --force"), Does.Contain("expired → deleted").And.Contain("backups"));
        Assert.That(async () => await RunAsync("hpke-key set-state 1 expired"), Throws.TypeOf<CliException>().With.Message.Contains("there is no HPKE key 1"));
        Assert.That(Parse("hpke-key set-state 1 pending").Errors, Is.Not.Empty);
        Assert.That((await Keys.ListAsync(default)).Single().Status.State, Is.EqualTo(HpkeKeyState.Active));
    }

    [Test]
    public async Task A_key_added_by_hand_is_pending_and_one_of_an_unknown_ciphersuite_is_warned_about()
    {
        Assert.That(await RunAsync("hpke-key add --id 9"), Does.StartWith($"HPKE key 9 added ({Mandatory}), pending: "));
        Assert.That(await RunAsync("hpke-key add --kem p256"), Does.Contain("is not among Aggregator.KeyRotation.Ciphersuites"));
        Assert.That(async () => await RunAsync("hpke-key add --id 9"), Throws.TypeOf<CliException>().With.Message.Contains("configuration ID 9 exists already"));
        Assert.That(await RunAsync("hpke-key set-state 9 active"), Does.Contain("pending → active"));
    }

    [Test]
    public async Task The_status_of_datastore_keys_shows_what_is_left_to_do_and_the_re_encryption_does_it()
    {
        await RunAsync("hpke-key rotate");
        string old = _access.Keys[0];
        string added;
        do
        {
            added = DatastoreKeys.Generate();
        }
        while (Hex(added) == Hex(old));

        await _access.UseAsync(added, old);
        Assert.That(await RunAsync("datastore-key status"), Does.Contain($"key {Hex(added)} encrypts; {Hex(old)} decrypt only").And.Match($@"hpke_keys.private_key +{Hex(old)} +1 +to be re-encrypted"));
        await _access.UseAsync(added);
        Assert.That(
            async () => await RunAsync("datastore-key re-encrypt"),
            Throws.TypeOf<CliException>().With.Message.Contains($"key {Hex(old)} is not configured: add it behind the others"));

        await _access.UseAsync(added, old);
        string[] lines = (await RunAsync("datastore-key re-encrypt")).Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines[0], Does.StartWith("{\"event\":\"progress\",\"done\":1,"));
        Assert.That(lines[1], Does.StartWith("{\"event\":\"finished\",\"done\":1,").And.EndWith("\"remaining\":0}"));
        Assert.That(lines[2], Is.EqualTo($"1 values encrypted again; every value in the database is under key {Hex(added)}; key {Hex(old)} may be removed now, once every process has key {Hex(added)} first"));
        using JsonDocument status = JsonDocument.Parse(await RunAsync("datastore-key status --json"));
        Assert.That(status.RootElement.GetProperty("complete").GetBoolean());
        Assert.That(status.RootElement.GetProperty("encrypting_key").GetString(), Is.EqualTo(Hex(added)));
    }

    private static string Hex(string key) => $"{DatastoreKeys.Parse([key]).Ids[0]:x2}";

    private ParseResult Parse(string line)
    {
        Command root = new("janus") { HpkeKeyCommand.Create(_access), DatastoreKeyCommand.Create(_access) };
        return root.Parse(line.Split(' '));
    }

    private async Task<string> RunAsync(string line)
    {
        ParseResult parsed = Parse(line);
        Assert.That(parsed.Errors, Is.Empty);
        StringWriter output = new();
        Assert.That(await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output }), Is.Zero);
        return output.ToString();
    }

    /// <summary>A database and keys in place of a configuration.</summary>
    private sealed class DatabaseAccess : IProcessHost, IDatastoreAccess
    {
        public IReadOnlyList<string> Roles => [];

        private readonly TestDatabase _database;
        private ServiceProvider _stores;

        public DatabaseAccess(TestDatabase database, params string[] keys)
        {
            _database = database;
            Keys = keys;
            _stores = Build();
        }

        public string[] Keys { get; private set; }

        public string ConnectionString => _database.ConnectionString;

        public HpkeRotationPolicy HpkeRotation { get; } = new();

        public GarbageCollectionLimits GarbageCollection { get; } = new(TimeSpan.FromDays(1), 1000, TimeSpan.Zero, 0);

        public IServiceProvider Stores => _stores;

        public async Task UseAsync(params string[] keys)
        {
            await _stores.DisposeAsync();
            Keys = keys;
            _stores = Build();
        }

        public ValueTask CloseAsync() => _stores.DisposeAsync();

        public Task<int> RunAsync(RunArguments arguments, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IDatastoreAccess> OpenDatastoreAsync(ConfigurationArguments arguments, bool migrate, CancellationToken cancellationToken) =>
            Task.FromResult<IDatastoreAccess>(this);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private ServiceProvider Build() => new ServiceCollection()
            .AddJanusDatastore(options =>
            {
                options.ConnectionString = ConnectionString;
                Array.ForEach(Keys, options.Keys.Add);
            })
            .BuildServiceProvider();
    }
}
