using Janus.Datastore;
using Janus.Hpke;
using Janus.Messages;

namespace Janus.IntegrationTests.HpkeConfigs;

/// <summary>What is decided about HPKE keys, without a database.</summary>
public sealed class HpkeRotationTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
    private static readonly HpkeSuite First = Dap.HpkeConfigs.MandatorySuite;
    private static readonly HpkeSuite Second = new(HpkeKemId.P256HkdfSha256, HpkeKdfId.HkdfSha256, HpkeAeadId.Aes128Gcm);
    private static readonly HpkeRotationPolicy One = new();
    private static readonly HpkeRotationPolicy Two = new() { Suites = [First, Second] };

    [Test]
    public void A_new_deployment_gets_an_active_key_of_every_ciphersuite_at_once_and_the_first_is_announced_first()
    {
        World world = new(Two);

        Assert.That(world.Look(), Has.All.Matches<HpkeKeyTransition>(made => made is { From: null, To: HpkeKeyState.Active }));
        Assert.That(world.Announced.Select(key => key.Suite), Is.EqualTo(new[] { First, Second }));
        Assert.That(world.Look(), Is.Empty, "and nothing more");
    }

    [Test]
    public void A_key_is_pending_active_expired_and_deleted_each_for_its_time()
    {
        World world = new(One);
        world.Look();

        Assert.That(world.LookAt(One.ActiveDuration - One.PendingDuration - Second1), Is.Empty);
        Assert.That(world.LookAt(One.ActiveDuration - One.PendingDuration), Is.EqualTo(["HPKE key 2: new → Pending"]));
        Assert.That(world.Announced.Single().Id.Value, Is.EqualTo(1));
        Assert.That(world.LookAt(One.ActiveDuration - Second1), Is.Empty);
        Assert.That(world.LookAt(One.ActiveDuration), Is.EqualTo(["HPKE key 2: Pending → Active", "HPKE key 1: Active → Expired"]));
        Assert.That(world.Announced.Single().Id.Value, Is.EqualTo(2));
        Assert.That(world.LookAt(One.ActiveDuration + One.ExpiredDuration - Second1), Is.Empty);
        Assert.That(world.LookAt(One.ActiveDuration + One.ExpiredDuration), Is.EqualTo(["HPKE key 1: Expired → deleted"]));
    }

    [Test]
    public void However_seldom_somebody_looks_no_key_is_missing_and_none_goes_before_its_time([Values(1, 50, 200, 2000, 10_000)] int hours)
    {
        TimeSpan cache = TimeSpan.FromDays(1);
        World world = new(Two);
        Dictionary<byte, DateTimeOffset> lastAnnounced = [];
        Dictionary<byte, DateTimeOffset> gone = [];
        int rotations = 0;
        for (int look = 0; look < 600; look++)
        {
            HashSet<byte> before = [.. world.Keys.Select(key => key.Id.Value)];
            IReadOnlyList<HpkeKeyTransition> transitions = world.Look();
            rotations += transitions.Count(transition => transition is { From: HpkeKeyState.Pending, To: HpkeKeyState.Active });
            foreach (byte id in before.Except(world.Keys.Select(key => key.Id.Value)))
            {
                Assert.That(world.Now - lastAnnounced[id], Is.GreaterThanOrEqualTo(2 * cache), "deleted while cached");
                gone[id] = world.Now;
            }

            foreach (HpkeKeyTransition made in transitions.Where(transition => transition.From is null))
            {
                Assert.That(gone.TryGetValue(made.Id.Value, out DateTimeOffset when) ? world.Now - when : TimeSpan.MaxValue, Is.GreaterThan(One.ExpiredDuration), "an ID used again at once");
            }

            Assert.That(world.Announced.Select(key => key.Suite), Is.EquivalentTo(new[] { First, Second }));
            Assert.That(world.Look(), Is.Empty, "one look does all there is to do");
            world.Announced.ToList().ForEach(key => lastAnnounced[key.Id.Value] = world.Now);
            world.Now += TimeSpan.FromHours(hours);
        }

        Assert.That(rotations, hours < 4 ? Is.Zero : (NUnit.Framework.Constraints.IResolveConstraint)Is.GreaterThan(10));
    }

    [Test]
    public void A_new_ciphersuite_is_announced_when_all_processes_know_it_and_one_taken_out_only_retires_then()
    {
        World world = new(One);
        world.Look();
        world.Policy = One with { Suites = [Second] };

        Assert.That(world.LookAt(TimeSpan.FromHours(1)), Is.EqualTo(["HPKE key 2: new → Pending"]));
        Assert.That(world.Announced.Single().Suite, Is.EqualTo(First));
        Assert.That(world.LookAt(TimeSpan.FromHours(2)), Is.EqualTo(["HPKE key 2: Pending → Active", "HPKE key 1: Active → Expired"]));
        Assert.That(world.Announced.Single().Suite, Is.EqualTo(Second));
        Assert.That(world.LookAt(TimeSpan.FromHours(2) + One.ExpiredDuration), Is.EqualTo(["HPKE key 1: Expired → deleted"]));
    }

    [Test]
    public void A_rotation_begun_by_hand_takes_the_same_way_and_only_once()
    {
        World world = new(One);
        world.Look();

        Assert.That(Texts(world.Do(rotation => rotation.Begin(First))), Is.EqualTo(["HPKE key 2: new → Pending"]));
        Assert.That(world.Do(rotation => rotation.Begin(First)), Is.Empty);
        Assert.That(world.LookAt(One.PendingDuration), Is.EqualTo(["HPKE key 2: Pending → Active", "HPKE key 1: Active → Expired"]));
    }

    [Test]
    public void A_ciphersuite_that_loses_its_key_gets_another_at_once_the_pending_one_if_there_is_one()
    {
        World world = new(Two);
        world.Look();
        HpkeKeyStatus lost = world.Announced.First(key => key.Suite == Second);
        Assert.That(
            world.Do(rotation =>
            {
                rotation.Delete(lost);
                rotation.Run(bereaved: Second);
            }).Select(transition => (transition.Suite, transition.To)),
            Is.EqualTo(new (HpkeSuite, HpkeKeyState?)[] { (Second, null), (Second, HpkeKeyState.Active) }));

        world.Do(rotation => rotation.Begin(First));
        HpkeKeyStatus compromised = world.Announced.First(key => key.Suite == First);
        IReadOnlyList<HpkeKeyTransition> done = world.Do(rotation =>
        {
            rotation.Move(compromised, HpkeKeyState.Expired);
            rotation.Run(bereaved: First);
        });
        Assert.That(done.Select(transition => (transition.From, transition.To)), Is.EqualTo(new (HpkeKeyState?, HpkeKeyState?)[]
        {
            (HpkeKeyState.Active, HpkeKeyState.Expired), (HpkeKeyState.Pending, HpkeKeyState.Active),
        }));
    }

    [Test]
    public void Of_several_active_keys_of_a_ciphersuite_the_last_activated_stays()
    {
        World world = new(One);
        world.Look();
        world.Do(rotation => rotation.Begin(First));
        world.LookAt(One.PendingDuration);
        HpkeKeyStatus old = world.Keys.Single(key => key.State == HpkeKeyState.Expired);
        world.Now += Second1;

        IReadOnlyList<HpkeKeyTransition> done = world.Do(rotation =>
        {
            rotation.Move(old, HpkeKeyState.Active);
            rotation.Run();
        });

        Assert.That(Texts(done), Is.EqualTo(["HPKE key 1: Expired → Active", "HPKE key 2: Active → Expired"]));
    }

    [Test]
    public void An_id_is_chosen_that_has_been_out_of_use_longest()
    {
        Dictionary<byte, DateTimeOffset> used = Enumerable.Range(1, 255).ToDictionary(id => (byte)id, id => Start.AddDays(id));
        HpkeConfigIds ids = new([0, 1, 3], used);

        Assert.That(new[] { ids.TryTake(), ids.TryTake(), ids.TryTake() }, Is.EqualTo(new[] { new HpkeConfigId(2), new HpkeConfigId(4), new HpkeConfigId(5) }));
        Assert.That(new HpkeConfigIds([], new Dictionary<byte, DateTimeOffset>()).TryTake(), Is.EqualTo(new HpkeConfigId(1)));
        Assert.That(new HpkeConfigIds([.. Enumerable.Range(0, 256).Select(id => (byte)id)], used).TryTake(), Is.Null);
    }

    private static readonly TimeSpan Second1 = TimeSpan.FromSeconds(1);

    private static string[] Texts(IEnumerable<HpkeKeyTransition> transitions) =>
        [.. transitions.Select(transition => $"HPKE key {transition.Id}: {transition.From?.ToString() ?? "new"} → {transition.To?.ToString() ?? "deleted"}")];

    /// <summary>The keys of one deployment, as decisions have left them.</summary>
    private sealed class World(HpkeRotationPolicy policy)
    {
        private readonly Dictionary<byte, DateTimeOffset> _used = [];

        public HpkeRotationPolicy Policy { get; set; } = policy;

        public DateTimeOffset Now { get; set; } = Start;

        public IReadOnlyList<HpkeKeyStatus> Keys { get; private set; } = [];

        public IReadOnlyList<HpkeKeyStatus> Announced => [.. HpkeKeyStatus.Announced(Keys, key => key)];

        public IReadOnlyList<HpkeKeyTransition> Look() => Do(rotation => rotation.Run());

        public string[] LookAt(TimeSpan since)
        {
            Now = Start + since;
            return Texts(Look());
        }

        public IReadOnlyList<HpkeKeyTransition> Do(Action<HpkeRotation> act)
        {
            HpkeRotation rotation = new(Keys, new HpkeConfigIds(Keys.Select(key => key.Id.Value), _used), Policy, Now);
            act(rotation);
            rotation.Transitions.ToList().ForEach(transition => _used[transition.Id.Value] = Now);
            Keys = [.. rotation.Keys];
            Assert.That(rotation.LacksIds, Is.False);
            return rotation.Transitions;
        }
    }
}
