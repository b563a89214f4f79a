namespace Janus.Aggregator;

/// <summary>A bounded amount of something, such as memory, that several parties share without starving each other.</summary>
/// <remarks>
/// What one party may hold depends on what is free: with a maximum share of 75 %, at most three times as much as is left. So
/// one party alone gets 75 % of the capacity, two that want more get 43 % each, and something is always left for one who
/// comes new. Nothing has to be configured for each party, and what nobody else wants is not kept from who does, up to the
/// maximum share. (In switches this is known as dynamic thresholds.)
/// </remarks>
/// <typeparam name="TParty">Who holds: a task, or a peer.</typeparam>
internal sealed class FairQuota<TParty>
    where TParty : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TParty, long> _held = [];
    private readonly long _capacity;
    private readonly double _factor;
    private long _total;

    /// <param name="capacity">How much there is.</param>
    /// <param name="maximumShare">What a party may hold of it when it is alone, in percent.</param>
    public FairQuota(long capacity, int maximumShare)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumShare, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maximumShare, 100);
        _capacity = capacity;
        _factor = maximumShare == 100 ? double.PositiveInfinity : maximumShare / (100.0 - maximumShare);
    }

    /// <summary>What all parties hold together.</summary>
    public long Total
    {
        get
        {
            lock (_lock)
            {
                return _total;
            }
        }
    }

    /// <summary>Takes <paramref name="amount"/> for a party until <paramref name="taken"/> is disposed of.</summary>
    /// <remarks>
    /// Who holds nothing gets whatever is free; and when nobody holds anything, even more than the capacity: otherwise
    /// what is larger could never be done.
    /// </remarks>
    public QuotaAnswer TryTake(TParty party, long amount, out IDisposable? taken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(amount, 1);
        taken = null;
        lock (_lock)
        {
            long held = _held.GetValueOrDefault(party);
            long free = _capacity - _total;
            if (_total > 0 && amount > free)
            {
                return QuotaAnswer.Full;
            }

            if (held > 0 && held + amount > _factor * free)
            {
                return QuotaAnswer.OverShare;
            }

            _held[party] = held + amount;
            _total += amount;
        }

        taken = new Taken(this, party, amount);
        return QuotaAnswer.Taken;
    }

    private void Return(TParty party, long amount)
    {
        lock (_lock)
        {
            long held = _held[party] - amount;
            _total -= amount;
            if (held == 0)
            {
                _held.Remove(party);
            }
            else
            {
                _held[party] = held;
            }
        }
    }

    private sealed class Taken(FairQuota<TParty> quota, TParty party, long amount) : IDisposable
    {
        private FairQuota<TParty>? _quota = quota;

        public void Dispose() => Interlocked.Exchange(ref _quota, null)?.Return(party, amount);
    }
}
