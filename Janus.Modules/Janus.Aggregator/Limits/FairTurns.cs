namespace Janus.Aggregator;

/// <summary>Lets only so many work at once, and those who wait in turn by party: see <see cref="FairQueue{TParty,T}"/>.</summary>
/// <typeparam name="TParty">Whose work it is.</typeparam>
/// <param name="places">How many may work at once.</param>
/// <param name="quantum">The cost of the work that a party does in a round.</param>
/// <param name="maximumWaiting">How many may wait. Those who gave up count until a turn would have been theirs.</param>
internal sealed class FairTurns<TParty>(int places, long quantum, int maximumWaiting = int.MaxValue)
    where TParty : notnull
{
    private readonly Lock _lock = new();
    private readonly FairQueue<TParty, TaskCompletionSource> _waiting = new(quantum);
    private int _free = places;

    /// <summary>Waits for a turn, which ends when the result is disposed of.</summary>
    /// <exception cref="OperationCanceledException">The wait was broken off.</exception>
    public async ValueTask<IDisposable> EnterAsync(TParty party, long cost, CancellationToken cancellationToken) =>
        await TryEnterAsync(party, cost, cancellationToken)
            ?? throw new InvalidOperationException($"at most {maximumWaiting} waiting for a turn expected, there are as many");

    /// <summary>Waits for a turn as <see cref="EnterAsync"/> does; <see langword="null"/>, at once, when as many wait as may.</summary>
    /// <exception cref="OperationCanceledException">The wait was broken off.</exception>
    public async ValueTask<IDisposable?> TryEnterAsync(TParty party, long cost, CancellationToken cancellationToken)
    {
        TaskCompletionSource turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--;
                return new Turn(this);
            }

            if (_waiting.Count >= maximumWaiting)
            {
                return null;
            }

            _waiting.Enqueue(party, turn, cost);
        }

        // Whichever comes first decides: a turn that was given is taken, one that was given up is passed on.
        await using CancellationTokenRegistration registration = cancellationToken.Register(() => turn.TrySetCanceled(cancellationToken));
        await turn.Task;
        return new Turn(this);
    }

    private void Leave()
    {
        lock (_lock)
        {
            while (_waiting.TryDequeue(out TaskCompletionSource? next))
            {
                if (next.TrySetResult())
                {
                    return;
                }
            }

            _free++;
        }
    }

    private sealed class Turn(FairTurns<TParty> turns) : IDisposable
    {
        private FairTurns<TParty>? _turns = turns;

        public void Dispose() => Interlocked.Exchange(ref _turns, null)?.Leave();
    }
}
