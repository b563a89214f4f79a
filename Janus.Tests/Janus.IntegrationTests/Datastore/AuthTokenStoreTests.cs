using System.Security.Cryptography;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Janus.IntegrationTests.Datastore;

public sealed class AuthTokenStoreTests : DatastoreFixture
{
    private AuthTokenStore Tokens => Get<AuthTokenStore>();

    [Test]
    public async Task Credentials_of_a_task_and_of_a_peer_are_added_changed_and_removed()
    {
        DapTask task = await AddTaskAsync();
        TaskprovPeer? peer = await Get<TaskprovPeerStore>().AddAsync(new TestAgreement().PeerOf(Role.Leader, new Uri("https://helper.example/")), Token);
        foreach (AuthTokenOwner owner in new[] { AuthTokenOwner.Task(task.Key), AuthTokenOwner.TaskprovPeer(peer!.Key) })
        {
            int before = (await Tokens.ListAsync(owner, Token)).Count;
            AuthToken present = AuthToken.ToPresent("a", BearerToken.Generate(), Now) with { NotBefore = Now + Minute, NotAfter = Now + (2 * Minute) };
            AuthToken certificate = AuthToken.ToAcceptCertificate(AuthTokenPurpose.AcceptFromCollector, "b", RandomNumberGenerator.GetBytes(32), Now);
            bool[] added = [await Tokens.AddAsync(owner, present, Token), await Tokens.AddAsync(owner, certificate, Token), await Tokens.AddAsync(owner, certificate with { Id = [1] }, Token)];
            Assert.That(added, Is.EqualTo((bool[])[true, true, false]), "a label is taken once");

            IReadOnlyList<AuthToken> listed = await Tokens.ListAsync(owner, Token);
            Assert.That(listed.Select(token => token.ToString()), Is.SupersetOf((string[])[present.ToString(), certificate.ToString()]));
            Assert.That(listed.Single(token => token.Label == "a").HasSameSecret(present), Is.True);
            Assert.That(listed.Single(token => token.Label == "a").IsSameRow(present), Is.True);

            Assert.That(await Tokens.ExpireAsync(owner, "b", Now + Minute, Token), Is.True);
            Assert.That((await Tokens.ListAsync(owner, Token)).Single(token => token.Label == "b").NotAfter, Is.EqualTo(Now + Minute));
            Assert.That(() => Tokens.ExpireAsync(owner, "a", Now, Token), Throws.InstanceOf<PostgresException>(), "not before it begins");
            Assert.That(await Tokens.RemoveAsync(owner, "a", Token) && await Tokens.RemoveAsync(owner, "b", Token), Is.True);
            Assert.That(await Tokens.RemoveAsync(owner, "a", Token) || await Tokens.ExpireAsync(owner, "a", Now, Token), Is.False);
            Assert.That(await Tokens.ListAsync(owner, Token), Has.Count.EqualTo(before));
        }
    }

    [Test]
    public async Task A_hash_is_known_while_its_credential_is_valid()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        byte[] hash = RandomNumberGenerator.GetBytes(32);
        AuthToken token = AuthToken.ToAccept(AuthTokenPurpose.AcceptFromLeader, "x", hash, Now) with { NotBefore = Now, NotAfter = Now + Minute };
        await Tokens.AddAsync(AuthTokenOwner.Task(task.Key), token, Token);
        DateTimeOffset[] times = [Now.AddTicks(-10), Now, Now + Minute - TimeSpan.FromSeconds(1), Now + Minute];
        List<bool> known = [];
        foreach (DateTimeOffset time in times)
        {
            known.Add(await Tokens.KnowsAsync([RandomNumberGenerator.GetBytes(32), hash], time, Token));
        }

        Assert.That(known, Is.EqualTo((bool[])[false, true, true, false]));
        Assert.That(await Tokens.KnowsAsync([task.Tokens[0].Hash!], Now, Token), Is.True);
    }

    [Test]
    public async Task The_credentials_of_a_task_go_with_it()
    {
        DapTask task = await AddTaskAsync();
        await ScalarAsync<int>($"WITH gone AS (DELETE FROM tasks WHERE task_key = {task.Key} RETURNING 1) SELECT 1 FROM gone");
        Assert.That(await ScalarAsync<long>("SELECT count(*) FROM auth_tokens"), Is.Zero);
        Assert.That(
            () => Tokens.AddAsync(AuthTokenOwner.Task(task.Key), AuthToken.ToPresent("x", BearerToken.Generate(), Now), Token),
            Throws.InstanceOf<PostgresException>());
    }

    [Test]
    public async Task A_sealed_token_moved_to_another_row_does_not_open()
    {
        DapTask task = await AddTaskAsync();
        await Tokens.AddAsync(AuthTokenOwner.Task(task.Key), AuthToken.ToPresent("x", BearerToken.Generate(), Now), Token);
        await ScalarAsync<int>("""
            WITH moved AS (UPDATE auth_tokens AS a SET token = b.token FROM auth_tokens AS b WHERE a.label = 'x' AND b.purpose = 1 AND b.label <> 'x' RETURNING 1)
            SELECT 1
            """);
        Assert.That(() => Get<TaskStore>().FindAsync(task.Id, Token), Throws.InstanceOf<CryptographicException>());
    }

    [Test]
    public async Task Tokens_of_the_older_schema_are_moved_and_back_unless_something_would_be_lost()
    {
        await using TestDatabase database = await TestPostgres.CreateDatabaseAsync();
        await using ServiceProvider services = new ServiceCollection()
            .AddJanusDatastore(options =>
            {
                options.ConnectionString = database.ConnectionString;
                options.Keys.Add(Key);
            })
            .BuildServiceProvider();
        TaskStore tasks = services.GetRequiredService<TaskStore>();
        AuthTokenStore tokens = services.GetRequiredService<AuthTokenStore>();
        DapTask leader = await tasks.AddAsync(NewTask(role: Role.Leader), Token);
        DapTask helper = await tasks.AddAsync(NewTask(role: Role.Helper), Token);
        AuthTokenOwner owner = AuthTokenOwner.Task(leader.Key);
        await tokens.AddAsync(owner, AuthToken.ToAcceptCertificate(AuthTokenPurpose.AcceptFromCollector, "pin", new byte[32], Now), Token);

        await using JanusDbContext context = await services.GetRequiredService<IDbContextFactory<JanusDbContext>>().CreateDbContextAsync(Token);
        IMigrator migrator = context.GetService<IMigrator>();
        string[] all = [.. context.Database.GetMigrations()];
        string before = all[Array.FindIndex(all, name => name.EndsWith("_Endurance", StringComparison.Ordinal)) - 1];
        Assert.That(() => migrator.MigrateAsync(before, Token), Throws.InstanceOf<PostgresException>().With.Message.Contains("certificates are pinned"));
        await tokens.RemoveAsync(owner, "pin", Token);

        await migrator.MigrateAsync(before, Token);
        await migrator.MigrateAsync(cancellationToken: Token);
        NpgsqlConnection.ClearAllPools();

        foreach (DapTask task in new[] { leader, helper })
        {
            DapTask moved = (await tasks.FindAsync(task.Id, Token))!;
            Assert.That(moved.Tokens.Select(token => token.Label), Is.EquivalentTo(task.Tokens.Select(token => token.Label)));
            Assert.That(task.Tokens.All(token => moved.Tokens.Any(token.HasSameSecret)), Is.True);
        }
    }
}
