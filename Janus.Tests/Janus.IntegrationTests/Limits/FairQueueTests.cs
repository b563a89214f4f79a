using Janus.Aggregator;

namespace Janus.IntegrationTests.Limits;

public sealed class FairQueueTests
{
    [Test]
    public void Items_of_a_party_keep_their_order_and_parties_alternate()
    {
        FairQueue<char, string> queue = new(quantum: 1);
        foreach (string item in (string[])["a1", "a2", "a3", "a4", "b1", "b2", "c1"])
        {
            queue.Enqueue(item[0], item, cost: 1);
        }

        Assert.That(DequeueAll(queue), Is.EqualTo(["a1", "b1", "c1", "a2", "b2", "a3", "a4"]));
        Assert.That(queue.Count, Is.Zero);
    }

    [Test]
    public void Party_with_large_items_is_served_as_much_as_one_with_small_ones()
    {
        FairQueue<char, string> queue = new(quantum: 10);
        Enumerable.Range(0, 5).ToList().ForEach(i => queue.Enqueue('a', $"a{i}", cost: 30));
        Enumerable.Range(0, 50).ToList().ForEach(i => queue.Enqueue('b', $"b{i}", cost: 3));

        string[] served = DequeueAll(queue);

        // Whenever a large one has been served, the small ones have had about as much, give or take one round and one item.
        for (int i = 0; i < 5; i++)
        {
            int small = served.TakeWhile(item => item != $"a{i}").Count(item => item[0] == 'b');
            Assert.That(small * 3, Is.EqualTo((i + 1) * 30).Within(13), $"before a{i}");
        }
    }

    [Test]
    public void Party_that_comes_later_does_not_wait_for_what_others_have()
    {
        FairQueue<char, string> queue = new(quantum: 1);
        Enumerable.Range(0, 1000).ToList().ForEach(i => queue.Enqueue('a', $"a{i}", cost: 1));
        for (int i = 0; i < 10; i++)
        {
            queue.TryDequeue(out _);
        }

        queue.Enqueue('b', "b", cost: 1);

        Assert.That(DequeueAll(queue).Take(2), Does.Contain("b"));
    }

    private static string[] DequeueAll(FairQueue<char, string> queue)
    {
        List<string> items = [];
        while (queue.TryDequeue(out string? item))
        {
            items.Add(item);
        }

        return [.. items];
    }
}
