using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Janus.Aggregator;

/// <summary>
/// The requests whose bodies arrive or are worked on, and the memory that they share. A request is charged for what has
/// arrived of it, not for what it announces, and who keeps memory waiting gives it up to others when there is not enough.
/// </summary>
/// <remarks>
/// A sender is slow when nothing has come of it for a while, or when it is behind the pace below. However slow, it is served
/// as long as nobody needs the memory; then the request that has held most for longest ends with 408, until there is enough.
/// What is being worked on never ends. A party over its share gets back what its own slow requests hold, then what those of
/// parties hold that have more.
/// </remarks>
/// <typeparam name="TParty">Who shares: a task, or a peer.</typeparam>
internal sealed class Arrivals<TParty>
    where TParty : notnull
{
    // What arrives is in memory as it came and as it is stored or verified.
    private const int Copies = 2;

    // So that not every packet is accounted for.
    private const int Step = 4 << 10;

    // In bytes of body a second.
    private const int Pace = 256 << 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly LinkedList<Entry> _waiting = [];
    private readonly FairQuota<TParty> _memory;
    private readonly long _overhead;
    private readonly TimeProvider _time;
    private readonly Func<QuotaAnswer, HttpProblemException> _refuse;

    /// <param name="capacity">The bytes that requests share.</param>
    /// <param name="maximumShare">What one party may hold of them when it is alone, in percent.</param>
    /// <param name="overhead">What a request holds beside its body, in bytes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="refuse">Counts a request that is not let in or ends, and makes its answer.</param>
    public Arrivals(long capacity, int maximumShare, int overhead, TimeProvider time, Func<QuotaAnswer, HttpProblemException> refuse)
    {
        _memory = new FairQuota<TParty>(capacity, maximumShare);
        _overhead = overhead;
        _time = time;
        _refuse = refuse;
    }

    /// <summary>The bytes that requests hold now.</summary>
    public long Held => _memory.Total;

    /// <summary>Lets a request in before its body is read, until the result is disposed of.</summary>
    /// <param name="party">Whose request it is.</param>
    /// <param name="context">The request.</param>
    /// <param name="expected">How many bytes of body there must be memory for; they are not held before they arrive.</param>
    /// <exception cref="HttpProblemException">429: the party holds its share; 503: everything is taken.</exception>
    public Arrival Enter(TParty party, HttpContext context, long expected)
    {
        Entry entry = new(this, party, context);
        Resize(entry, _overhead, _overhead + (Copies * expected));
        return entry;
    }

    private void Resize(Entry entry, long to, long needed)
    {
        QuotaAnswer answer;
        lock (_lock)
        {
            answer = entry.IsEnded ? QuotaAnswer.TooSlow : TryResize(entry, to, needed);
            while (answer is QuotaAnswer.Full or QuotaAnswer.OverShare && SlowestBeside(entry, answer) is { } slow)
            {
                Leave(slow);
                slow.End();
                answer = TryResize(entry, to, needed);
            }
        }

        if (answer != QuotaAnswer.Taken)
        {
            throw _refuse(answer);
        }
    }

    private QuotaAnswer TryResize(Entry entry, long to, long needed)
    {
        // Only this object takes of the memory, and under its lock.
        QuotaAnswer answer = needed > to ? _memory.Offers(entry.Party, needed) : QuotaAnswer.Taken;
        answer = answer == QuotaAnswer.Taken ? _memory.TryResize(entry.Party, entry.Held, to) : answer;
        if (answer == QuotaAnswer.Taken)
        {
            entry.Held = to;
            if (entry.Place.List is null && !entry.IsWorking)
            {
                _waiting.AddLast(entry.Place);
            }
        }

        return answer;
    }

    private Entry? SlowestBeside(Entry asking, QuotaAnswer answer)
    {
        long now = _time.GetTimestamp();
        if (answer == QuotaAnswer.Full)
        {
            return Slowest(entry => entry != asking, now);
        }

        long held = _memory.HeldBy(asking.Party);
        return Slowest(entry => entry != asking && entry.Party.Equals(asking.Party), now)
            ?? Slowest(entry => _memory.HeldBy(entry.Party) > held, now);
    }

    private Entry? Slowest(Func<Entry, bool> isCandidate, long now) =>
        _waiting.Where(entry => IsSlow(entry, now) && isCandidate(entry)).MaxBy(entry => entry.Held * (double)(now - entry.Since));

    private bool IsSlow(Entry entry, long now) =>
        _time.GetElapsedTime(entry.LastArrival, now) > Patience
        || _time.GetElapsedTime(entry.Since, now) > Patience + TimeSpan.FromSeconds((double)entry.Held / (Copies * Pace));

    private void Leave(Entry entry)
    {
        if (entry.Place.List is not null)
        {
            _waiting.Remove(entry.Place);
        }

        _memory.TryResize(entry.Party, entry.Held, 0);
        entry.Held = 0;
    }

    private sealed class Entry : Arrival
    {
        private readonly Arrivals<TParty> _arrivals;
        private readonly HttpContext _context;
        private readonly OpenConnection? _connection;
        private long _arrived;
        private long _done;
        private long _kept;
        private long _lastArrival;
        private bool _isAnswering;

        public Entry(Arrivals<TParty> arrivals, TParty party, HttpContext context)
        {
            _arrivals = arrivals;
            _context = context;
            _connection = context.Features.Get<OpenConnection>();
            Party = party;
            Place = new LinkedListNode<Entry>(this);
            Since = _lastArrival = arrivals._time.GetTimestamp();
        }

        public TParty Party { get; }

        public LinkedListNode<Entry> Place { get; }

        /// <summary>The bytes that it holds.</summary>
        public long Held { get; set; }

        /// <summary>Since when the sender has been waited for.</summary>
        public long Since { get; private set; }

        /// <summary>When something came of it for the last time.</summary>
        public long LastArrival => Volatile.Read(ref _lastArrival);

        public bool IsWorking { get; private set; }

        public bool IsEnded { get; private set; }

        /// <inheritdoc/>
        public override PipeReader Body => field ??= new ArrivingBody(_context.Request.BodyReader, this);

        /// <inheritdoc/>
        public override bool IsShort => _arrivals._memory.IsShort(Party);

        /// <inheritdoc/>
        public override void Arrived(long bytes)
        {
            if (bytes > _arrived)
            {
                _arrived = bytes;
                Volatile.Write(ref _lastArrival, _arrivals._time.GetTimestamp());
            }

            long wanted = Wanted;
            if (wanted > Held)
            {
                _arrivals.Resize(this, wanted, wanted);
            }
        }

        /// <inheritdoc/>
        public override void BeginWork()
        {
            lock (_arrivals._lock)
            {
                if (!IsEnded)
                {
                    _arrivals._waiting.Remove(Place);
                    IsWorking = true;
                }
            }

            if (!IsWorking)
            {
                throw _arrivals._refuse(QuotaAnswer.TooSlow);
            }

            _connection?.BeginWork();
        }

        /// <inheritdoc/>
        public override void EndWork(long done, long kept)
        {
            _done = done;
            _kept = kept;
            Wait();
            long wanted = Wanted;
            _arrivals.Resize(this, wanted, wanted);
        }

        /// <inheritdoc/>
        public override void BeginAnswer()
        {
            _isAnswering = true;
            if (IsWorking)
            {
                Wait();
            }
        }

        /// <inheritdoc/>
        public override void Dispose()
        {
            lock (_arrivals._lock)
            {
                _arrivals.Leave(this);
                IsEnded = true;
            }

            if (IsWorking)
            {
                IsWorking = false;
                _connection?.EndWork();
            }
        }

        /// <summary>Ends it while its sender is waited for. Whoever waits is woken on another thread.</summary>
        public void End()
        {
            IsEnded = true;
            if (_isAnswering)
            {
                _context.Abort();
            }
            else
            {
                _context.Request.BodyReader.CancelPendingRead();
            }
        }

        private long Wanted => _arrivals._overhead + (Copies * Step * ((_arrived - _done + _kept + Step - 1) / Step));

        private void Wait()
        {
            lock (_arrivals._lock)
            {
                IsWorking = false;
                Since = _lastArrival = _arrivals._time.GetTimestamp();
                _arrivals._waiting.AddLast(Place);
            }

            _connection?.EndWork();
        }
    }
}
