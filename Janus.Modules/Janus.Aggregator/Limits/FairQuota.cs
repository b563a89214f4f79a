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

    /// <summary>What a party holds.</summary>
    public long HeldBy(TParty party)
    {
        lock (_lock)
        {
            return _held.GetValueOrDefault(party);
        }
    }

    /// <summary>Whether little is left for a party, or for anybody: time to give back what can be given back.</summary>
    public bool IsShort(TParty party)
    {
        lock (_lock)
        {
            long free = _capacity - _total;
            return free < _capacity / 4 || _held.GetValueOrDefault(party) > _factor * free / 2;
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
        QuotaAnswer answer = TryResize(party, 0, amount);
        taken = answer == QuotaAnswer.Taken ? new Taken(this, party, amount) : null;
        return answer;
    }

    /// <summary>Whether <see cref="TryTake"/> would give an amount now.</summary>
    public QuotaAnswer Offers(TParty party, long amount)
    {
        lock (_lock)
        {
            return Answer(party, 0, amount);
        }
    }

    /// <summary>Makes something that a party holds larger or smaller; what is made smaller is always taken back.</summary>
    /// <param name="party">Whose it is.</param>
    /// <param name="from">How much of what the party holds this is; 0 takes something new.</param>
    /// <param name="to">How much it shall be; 0 gives it back.</param>
    public QuotaAnswer TryResize(TParty party, long from, long to)
    {
        lock (_lock)
        {
            QuotaAnswer answer = to > from ? Answer(party, from, to) : QuotaAnswer.Taken;
            if (answer != QuotaAnswer.Taken)
            {
                return answer;
            }

            long held = _held.GetValueOrDefault(party) - from + to;
            _total += to - from;
            if (held == 0)
            {
                _held.Remove(party);
            }
            else
            {
                _held[party] = held;
            }

            return QuotaAnswer.Taken;
        }
    }

    // As if what is made larger were given back first.
    private QuotaAnswer Answer(TParty party, long from, long to)
    {
        long others = _total - from;
        long held = _held.GetValueOrDefault(party) - from;
        long free = _capacity - others;
        return others > 0 && to > free ? QuotaAnswer.Full
            : held > 0 && held + to > _factor * free ? QuotaAnswer.OverShare
            : QuotaAnswer.Taken;
    }

    private sealed class Taken(FairQuota<TParty> quota, TParty party, long amount) : IDisposable
    {
        private FairQuota<TParty>? _quota = quota;

        public void Dispose() => Interlocked.Exchange(ref _quota, null)?.TryResize(party, amount, 0);
    }
}
