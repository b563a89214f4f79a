using Janus.Aggregator;

namespace Janus.IntegrationTests.Limits;

public sealed class SharedReadsTests
{
    private readonly SharedReads<char, int> _reads = new();
    private readonly List<(TaskCompletionSource<int> Result, CancellationToken Abandoned)> _begun = [];

    [SetUp]
    public void Forget() => _begun.Clear();

    [Test]
    public async Task Reads_of_one_thing_at_a_time_are_one_and_the_next_is_another()
    {
        Task<int>[] first = [ReadAsync('a'), ReadAsync('a')];
        Task<int> other = ReadAsync('b');
        Assert.That(_begun, Has.Count.EqualTo(2));
        _begun[0].Result.SetResult(1);
        Assert.That(await Task.WhenAll(first), Is.EqualTo([1, 1]));

        Task<int> second = ReadAsync('a');
        _begun[1].Result.SetResult(2);
        _begun[2].Result.SetResult(3);
        Assert.That((await other, await second), Is.EqualTo((2, 3)));
    }

    [Test]
    public async Task Read_goes_on_while_somebody_waits_and_ends_with_the_last_who_gives_up()
    {
        using CancellationTokenSource one = new();
        using CancellationTokenSource other = new();
        Task<int>[] waiting = [ReadAsync('a', one.Token), ReadAsync('a', other.Token)];

        await one.CancelAsync();
        Assert.That(async () => await waiting[0], Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_begun[0].Abandoned.IsCancellationRequested, Is.False);
        await other.CancelAsync();
        Assert.That(async () => await waiting[1], Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_begun[0].Abandoned.IsCancellationRequested, Is.True);

        Task<int> next = ReadAsync('a');
        _begun[1].Result.SetResult(7);
        Assert.That(await next, Is.EqualTo(7), "nobody joins what was given up");
    }

    [Test]
    public void Failure_is_that_of_all_who_wait_and_not_of_the_next()
    {
        Task<int>[] waiting = [ReadAsync('a'), ReadAsync('a')];
        _begun[0].Result.SetException(new IOException("gone"));
        Assert.That(async () => await waiting[0], Throws.TypeOf<IOException>());
        Assert.That(async () => await waiting[1], Throws.TypeOf<IOException>());
        Task<int> next = ReadAsync('a');
        _begun[1].Result.SetResult(1);
        Assert.That(async () => await next, Is.EqualTo(1));
    }

    private Task<int> ReadAsync(char key, CancellationToken cancellationToken = default) => _reads.ReadAsync(
        key,
        abandoned =>
        {
            TaskCompletionSource<int> result = new();
            _begun.Add((result, abandoned));
            return result.Task;
        },
        cancellationToken);
}
