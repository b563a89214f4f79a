using Janus.Datastore;
using Janus.Hpke;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Datastore;

public sealed class HpkeKeyStoreTests : DatastoreFixture
{
    private static readonly HpkeSuite Other = new(HpkeKemId.P256HkdfSha256, HpkeKdfId.HkdfSha256, HpkeAeadId.ChaCha20Poly1305);
    private static readonly HpkeRotationPolicy Policy = new() { Suites = [Dap.HpkeConfigs.MandatorySuite, Other] };

    private HpkeKeyStore Keys => Get<HpkeKeyStore>();

    [Test]
    public async Task Any_number_of_rotators_at_once_do_what_one_does()
    {
        DateTimeOffset[] times =
        [
            Now,
            Now + Policy.ActiveDuration - Policy.PendingDuration,
            Now + Policy.ActiveDuration,
            Now + Policy.ActiveDuration + Policy.ExpiredDuration,
        ];
        int[] expected = [2, 2, 4, 2];
        foreach ((DateTimeOffset time, int transitions) in times.Zip(expected))
        {
            await using DatabaseGate gate = await DatabaseGate.BeforeRowLocksAsync(Database, "hpke_keys");
            Task<HpkeKeyChanges>[] rotators = [.. Enumerable.Range(0, 4).Select(_ => Keys.RotateAsync(Policy, time, Token))];
            await gate.WaitForAsync(1, rotators);
            await gate.OpenAsync();
            HpkeKeyChanges[] changes = await Task.WhenAll(rotators);

            Assert.That(changes.Select(change => change.Transitions.Count).Order(), Is.EqualTo(new[] { 0, 0, 0, transitions }));
        }

        IReadOnlyList<StoredHpkeKey> left = await Keys.ListAsync(Token);
        Assert.That(left.Select(key => (key.Status.Suite, key.Status.State)), Is.EquivalentTo(new[]
        {
            (Dap.HpkeConfigs.MandatorySuite, HpkeKeyState.Active), (Other, HpkeKeyState.Active),
        }));
        using (Assert.EnterMultipleScope())
        {
            foreach (StoredHpkeKey key in left)
            {
                using HpkeKeyPair pair = HpkeKeyPair.Import(key.Status.Suite.Kem, key.PrivateKey);
                Assert.That(pair.PublicKey.ToArray(), Is.EqualTo(key.Config.PublicKey.ToArray()));
            }
        }
    }

    [Test]
    public async Task An_id_that_has_just_been_freed_is_not_used_again()
    {
        await Keys.RotateAsync(Policy, Now, Token);
        byte[] first = [.. (await Keys.ListAsync(Token)).Select(key => key.Config.Id.Value)];
        Assert.That(first, Is.EquivalentTo(new byte[] { 1, 2 }));
        foreach (byte id in first)
        {
            await Keys.SetStateAsync(new HpkeConfigId(id), null, force: true, Policy, Now + Minute, Token);
        }

        Assert.That((await Keys.ListAsync(Token)).Select(key => key.Config.Id.Value), Is.EquivalentTo(new byte[] { 3, 4 }));
    }

    [Test]
    public async Task A_key_that_reports_may_need_is_deleted_only_by_force()
    {
        await Keys.RotateAsync(Policy, Now, Token);
        HpkeConfigId id = new(1);

        Assert.That((await Keys.SetStateAsync(id, null, force: false, Policy, Now, Token)).Refusal, Is.EqualTo(HpkeKeyRefusal.InUse));
        (HpkeKeyRefusal expired, HpkeKeyChanges changes) = await Keys.SetStateAsync(id, HpkeKeyState.Expired, force: false, Policy, Now, Token);
        Assert.That(expired, Is.EqualTo(HpkeKeyRefusal.None));
        Assert.That(changes.Transitions.Select(transition => transition.To), Is.EqualTo(new[] { HpkeKeyState.Expired, HpkeKeyState.Active }), "another takes its place");
        Assert.That((await Keys.SetStateAsync(id, null, force: false, Policy, Now + Minute, Token)).Refusal, Is.EqualTo(HpkeKeyRefusal.InUse));
        Assert.That((await Keys.SetStateAsync(id, HpkeKeyState.Expired, force: false, Policy, Now, Token)).Refusal, Is.EqualTo(HpkeKeyRefusal.SameState));
        Assert.That((await Keys.SetStateAsync(new HpkeConfigId(77), null, force: true, Policy, Now, Token)).Refusal, Is.EqualTo(HpkeKeyRefusal.Unknown));
        Assert.That((await Keys.SetStateAsync(id, null, force: true, Policy, Now + Minute, Token)).Refusal, Is.EqualTo(HpkeKeyRefusal.None));
        Assert.That((await Keys.ListAsync(Token)).Select(key => key.Config.Id), Has.None.EqualTo(id));

        HpkeKeyChanges made = await Keys.MakeAsync(Other, new HpkeConfigId(200), Now, Token);
        Assert.That(made.Transitions.Single().To, Is.EqualTo(HpkeKeyState.Pending));
        Assert.That((await Keys.MakeAsync(Other, new HpkeConfigId(200), Now, Token)).Transitions, Is.Empty, "the ID is taken");
        Assert.That((await Keys.SetStateAsync(new HpkeConfigId(200), null, force: false, Policy, Now, Token)).Refusal, Is.EqualTo(HpkeKeyRefusal.None), "nobody was told of it");
    }

    [Test]
    public async Task A_change_wakes_every_process_that_has_the_keys_in_memory()
    {
        WorkWaiter waiter = Get<WorkSignal>().CreateWaiter(WorkKind.HpkeKeys);
        Assert.That(await waiter.WaitAsync(TimeSpan.FromSeconds(30), Token), Is.True, "connected");
        Task<bool> waiting = waiter.WaitAsync(TimeSpan.FromSeconds(30), Token);

        await Keys.RotateAsync(Policy, Now, Token);

        Assert.That(await waiting, Is.True);
    }
}
