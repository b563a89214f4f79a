using System.Security.Cryptography;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.IntegrationTests.Datastore;

public sealed class TaskStoreTests : DatastoreFixture
{
    private TaskStore Tasks => Get<TaskStore>();

    [TestCase(Role.Leader)]
    [TestCase(Role.Helper)]
    public async Task A_task_comes_back_as_it_was_added(Role role)
    {
        DapTask task = NewTask(BatchMode.LeaderSelected, role) with { TargetBatchSize = 50, BatchTimeWindow = 24, VerificationKeyId = 200 };

        DapTask added = await Tasks.AddAsync(task, Token);
        DapTask? found = await Tasks.FindAsync(task.Id, Token);

        Assert.That(added.Key, Is.Positive);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found!.Key, Is.EqualTo(added.Key));
            Assert.That((found.Id, found.Role, found.VerificationKeyId), Is.EqualTo((task.Id, role, (byte)200)));
            Assert.That(found.Configuration.Encoded.ToArray(), Is.EqualTo(task.Configuration.Encoded.ToArray()));
            Assert.That(found.VerifyKey, Is.EqualTo(task.VerifyKey));
            Assert.That(found.CollectorHpkeConfig, Is.EqualTo(task.CollectorHpkeConfig));
            Assert.That(found.Tokens.Select(token => token.Purpose), Is.EquivalentTo(task.Tokens.Select(token => token.Purpose)));
            Assert.That(found.Tokens.All(token => task.Tokens.Any(token.HasSameSecret)), Is.True);
            Assert.That((found.TargetBatchSize, found.BatchTimeWindow, found.CreatedAt), Is.EqualTo(((ulong?)50, (ulong?)24, Now)));
        }
    }

    [Test]
    public async Task The_same_task_may_be_added_again_and_at_once()
    {
        DapTask task = NewTask();

        DapTask[] added = await RaceAsync(6, i => Tasks.AddAsync(task with { CreatedAt = Now.AddSeconds(i) }, Token));

        Assert.That(added.Select(one => one.Key).Distinct().Count(), Is.EqualTo(1));
        Assert.That(await Tasks.ListAsync(Token), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Another_task_under_the_same_id_is_a_conflict()
    {
        DapTask task = await Tasks.AddAsync(NewTask(), Token);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Tasks.AddAsync(task with { VerifyKey = RandomNumberGenerator.GetBytes(32) }, Token), Throws.InstanceOf<TaskConflictException>());
            Assert.That(() => Tasks.AddAsync(task with { Tokens = NewTask().Tokens }, Token), Throws.InstanceOf<TaskConflictException>());
            Assert.That(() => Tasks.AddAsync(task with { TargetBatchSize = 1 }, Token), Throws.InstanceOf<TaskConflictException>());
            Assert.That(
                () => Tasks.AddAsync(task with { Role = Role.Helper }, Token),
                Throws.InstanceOf<TaskConflictException>().With.Property("Id").EqualTo(task.Id).And.Message.Contains("is the Leader of task"));
        }
    }

    [Test]
    public async Task An_unknown_task_is_not_found() => Assert.That(await Tasks.FindAsync(TaskId.Random(), Token), Is.Null);

    [Test]
    public async Task A_verify_key_moved_to_another_task_does_not_open()
    {
        await Tasks.AddAsync(NewTask(), Token);
        await Tasks.AddAsync(NewTask(), Token);
        await ScalarAsync<int>("""
            WITH moved AS (UPDATE tasks AS a SET verify_key = b.verify_key FROM tasks AS b WHERE a.task_id <> b.task_id RETURNING 1)
            SELECT 1
            """);

        Assert.That(() => Tasks.ListAsync(Token), Throws.InstanceOf<CryptographicException>());
    }

    [Test]
    public async Task Secrets_are_not_stored_or_printed_in_the_clear()
    {
        DapTask task = await Tasks.AddAsync(NewTask(), Token);

        byte[] stored = await ScalarAsync<byte[]>("SELECT verify_key || token FROM tasks JOIN auth_tokens USING (task_key) WHERE token IS NOT NULL");

        Assert.That(stored.AsSpan().IndexOf(task.VerifyKey), Is.Negative);
        AuthToken token = task.TokenToPresentAt(Now)!;
        string secret = token.Token!.Value.Secret;
        Assert.That(stored.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(secret)), Is.Negative);
        Assert.That(task.ToString(), Does.Contain(task.Id.ToString()).And.Not.Contain(secret));
        Assert.That(token.ToString(), Does.Contain(token.Label).And.Not.Contain(secret));
    }

    [Test]
    public async Task Hpke_keys_come_back_newest_first_and_an_id_is_taken_once()
    {
        HpkeKeyStore keys = Get<HpkeKeyStore>();
        StoredHpkeKey old = new(new HpkeConfig(new HpkeConfigId(200), 0x20, 1, 2, new byte[] { 1 }), [1, 2], Now);
        StoredHpkeKey young = new(new HpkeConfig(new HpkeConfigId(3), 0x20, 1, 1, new byte[] { 2 }), [3, 4], Now + Minute);

        bool[] added = [await keys.AddAsync(old, Token), await keys.AddAsync(young, Token), await keys.AddAsync(old with { PrivateKey = [9] }, Token)];
        IReadOnlyList<StoredHpkeKey> found = await keys.ListAsync(Token);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(added, Is.EqualTo((bool[])[true, true, false]));
            Assert.That(found.Select(key => key.Config), Is.EqualTo((HpkeConfig[])[young.Config, old.Config]));
            Assert.That(found.Select(key => key.PrivateKey), Is.EqualTo((byte[][])[[3, 4], [1, 2]]));
        }
    }
}
