using Janus.Aggregator;

namespace Janus.IntegrationTests.Limits;

public sealed class FairQuotaTests
{
    [TestCase(100, 75, 75)]
    [TestCase(16, 75, 12)]
    [TestCase(2, 75, 2)]
    [TestCase(1, 75, 1)]
    [TestCase(10, 100, 10)]
    [TestCase(10, 1, 1)]
    public void Party_alone_gets_its_share(int capacity, int share, int expected) =>
        Assert.That(TakeAll(new FairQuota<string>(capacity, share), "one"), Is.EqualTo(expected));

    [Test]
    public void Greedy_parties_leave_room_for_one_that_comes_new()
    {
        FairQuota<int> quota = new(1300, 75);
        int[] held = new int[4];
        for (bool any = true; any;)
        {
            any = false;
            for (int party = 0; party < held.Length; party++)
            {
                if (quota.TryTake(party, 1, out _) == QuotaAnswer.Taken)
                {
                    held[party]++;
                    any = true;
                }
            }
        }

        // Each has three times of what is left: 4 · 300 + 100.
        Assert.That(held, Is.All.EqualTo(300));
        Assert.That(quota.TryTake(0, 1, out _), Is.EqualTo(QuotaAnswer.OverShare));
        Assert.That(quota.TryTake(99, 100, out _), Is.EqualTo(QuotaAnswer.Taken));
        Assert.That(quota.TryTake(98, 1, out _), Is.EqualTo(QuotaAnswer.Full));
    }

    [Test]
    public void What_is_given_back_can_be_taken_again_and_giving_back_twice_changes_nothing()
    {
        FairQuota<string> quota = new(10, 100);
        Assert.That(quota.TryTake("one", 10, out IDisposable? taken), Is.EqualTo(QuotaAnswer.Taken));
        Assert.That(quota.TryTake("other", 1, out _), Is.EqualTo(QuotaAnswer.Full));

        taken!.Dispose();
        taken.Dispose();

        Assert.That(quota.Total, Is.Zero);
        Assert.That(quota.TryTake("other", 10, out _), Is.EqualTo(QuotaAnswer.Taken));
    }

    [Test]
    public void More_than_the_capacity_is_given_when_nothing_else_is_held()
    {
        FairQuota<string> quota = new(10, 75);
        Assert.That(quota.TryTake("one", 50, out IDisposable? taken), Is.EqualTo(QuotaAnswer.Taken));
        Assert.That(quota.TryTake("other", 1, out _), Is.EqualTo(QuotaAnswer.Full));
        taken!.Dispose();
        Assert.That(quota.TryTake("other", 1, out _), Is.EqualTo(QuotaAnswer.Taken));
        Assert.That(quota.TryTake("one", 50, out _), Is.EqualTo(QuotaAnswer.Full));
    }

    [Test]
    public void Parties_that_race_never_hold_more_than_there_is()
    {
        FairQuota<int> quota = new(50, 75);
        long most = 0;
        Parallel.For(0, 8, party =>
        {
            for (int i = 0; i < 5000; i++)
            {
                if (quota.TryTake(party, 1 + (i % 7), out IDisposable? taken) == QuotaAnswer.Taken)
                {
                    InterlockedMaximum(ref most, quota.Total);
                    taken!.Dispose();
                }
            }
        });

        Assert.That((quota.Total, most), Is.EqualTo((0L, most)));
        Assert.That(most, Is.InRange(1, 50));
    }

    private static int TakeAll(FairQuota<string> quota, string party)
    {
        int taken = 0;
        while (quota.TryTake(party, 1, out _) == QuotaAnswer.Taken)
        {
            taken++;
        }

        return taken;
    }

    private static void InterlockedMaximum(ref long target, long value)
    {
        for (long seen = Volatile.Read(ref target); value > seen;)
        {
            seen = Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
