namespace Janus.Aggregator;

/// <summary>Lets only so many work at once, and those who wait in turn by party: see <see cref="FairQueue{TParty,T}"/>.</summary>
/// <typeparam name="TParty">Whose work it is.</typeparam>
/// <param name="places">How many may work at once.</param>
/// <param name="quantum">The cost of the work that a party does in a round.</param>
internal sealed class FairTurns<TParty>(int places, long quantum)
    where TParty : notnull
{
    private readonly Lock _lock = new();
    private readonly FairQueue<TParty, TaskCompletionSource> _waiting = new(quantum);
    private int _free = places;

    /// <summary>Waits for a turn, which ends when the result is disposed of.</summary>
    /// <exception cref="OperationCanceledException">The wait was broken off.</exception>
    public async ValueTask<IDisposable> EnterAsync(TParty party, long cost, CancellationToken cancellationToken)
    {
        TaskCompletionSource turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--;
                return new Turn(this);
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
