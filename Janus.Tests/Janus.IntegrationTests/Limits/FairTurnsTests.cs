using Janus.Aggregator;

namespace Janus.IntegrationTests.Limits;

public sealed class FairTurnsTests
{
    [Test]
    public async Task Those_who_wait_have_their_turns_by_party()
    {
        FairTurns<char> turns = new(places: 1, quantum: 1);
        IDisposable first = await turns.EnterAsync('a', 1, default);
        List<string> order = [];
        Task[] waiting = [.. ((string[])["a1", "a2", "a3", "b1"]).Select(name => WorkAsync(turns, name, order))];
        Assert.That(waiting.Any(task => task.IsCompleted), Is.False);

        first.Dispose();
        await Task.WhenAll(waiting);

        Assert.That(order, Is.EqualTo(["a1", "b1", "a2", "a3"]));
    }

    [Test]
    public async Task Turn_that_is_given_up_goes_to_the_next_one()
    {
        FairTurns<char> turns = new(places: 1, quantum: 1);
        IDisposable first = await turns.EnterAsync('a', 1, default);
        using CancellationTokenSource impatient = new();
        Task<IDisposable> givenUp = turns.EnterAsync('a', 1, impatient.Token).AsTask();
        Task<IDisposable> patient = turns.EnterAsync('a', 1, default).AsTask();

        await impatient.CancelAsync();
        Assert.That(async () => await givenUp, Throws.InstanceOf<OperationCanceledException>());
        first.Dispose();
        (await patient).Dispose();

        Assert.That((await turns.EnterAsync('b', 1, default)), Is.Not.Null);
    }

    [Test]
    public async Task No_more_wait_than_may_and_who_gives_up_makes_room_when_a_turn_ends()
    {
        FairTurns<char> turns = new(places: 1, quantum: 1, maximumWaiting: 2);
        IDisposable first = await turns.EnterAsync('a', 1, default);
        using CancellationTokenSource impatient = new();
        Task<IDisposable?> givenUp = turns.TryEnterAsync('a', 1, impatient.Token).AsTask();
        Task<IDisposable?> patient = turns.TryEnterAsync('b', 1, default).AsTask();

        Assert.That(await turns.TryEnterAsync('c', 1, default), Is.Null);
        Assert.That(async () => await turns.EnterAsync('c', 1, default), Throws.InvalidOperationException);
        await impatient.CancelAsync();
        Assert.That(async () => await givenUp, Throws.InstanceOf<OperationCanceledException>());
        first.Dispose();
        using IDisposable? second = await patient;
        Task<IDisposable?>[] next = [turns.TryEnterAsync('c', 1, default).AsTask(), turns.TryEnterAsync('c', 1, default).AsTask()];

        Assert.That(next.Select(task => task.IsCompleted), Is.All.False);
    }

    private static async Task WorkAsync(FairTurns<char> turns, string name, List<string> order)
    {
        using IDisposable turn = await turns.EnterAsync(name[0], 1, default);
        order.Add(name);
    }
}
