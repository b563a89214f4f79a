using System.Diagnostics.CodeAnalysis;

namespace Janus.Aggregator;

/// <summary>A queue of each party, served in turn, so that a party waits for what others have in front but not for all they have.</summary>
/// <remarks>
/// Deficit round robin (Shreedhar and Varghese, 1995): in each round a party is served items of about the same cost
/// altogether, however large its items are. Not thread-safe.
/// </remarks>
/// <typeparam name="TParty">Whose items they are.</typeparam>
/// <typeparam name="T">The items.</typeparam>
internal sealed class FairQueue<TParty, T>
    where TParty : notnull
{
    private readonly Dictionary<TParty, Flow> _flows = [];
    private readonly LinkedList<Flow> _round = new();
    private readonly long _quantum;

    /// <param name="quantum">The cost that a party is served in a round.</param>
    public FairQueue(long quantum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quantum, 1);
        _quantum = quantum;
    }

    /// <summary>How many items wait.</summary>
    public int Count { get; private set; }

    /// <summary>Adds an item behind the others of its party.</summary>
    public void Enqueue(TParty party, T item, long cost)
    {
        if (!_flows.TryGetValue(party, out Flow? flow))
        {
            flow = new Flow(party);
            _flows.Add(party, flow);
            _round.AddLast(flow);
        }

        flow.Items.Enqueue((item, cost));
        Count++;
    }

    /// <summary>Takes the item whose turn it is.</summary>
    public bool TryDequeue([MaybeNullWhen(false)] out T item)
    {
        while (_round.First is { } first)
        {
            Flow flow = first.Value;
            (T Item, long Cost) next = flow.Items.Peek();
            if (flow.Credit >= next.Cost)
            {
                flow.Items.Dequeue();
                flow.Credit -= next.Cost;
                Count--;
                if (flow.Items.Count == 0)
                {
                    // Credit is not saved up by who has nothing to be served.
                    _round.RemoveFirst();
                    _flows.Remove(flow.Party);
                }

                item = next.Item;
                return true;
            }

            flow.Credit += _quantum;
            _round.RemoveFirst();
            _round.AddLast(first);
        }

        item = default;
        return false;
    }

    private sealed class Flow(TParty party)
    {
        public TParty Party { get; } = party;

        public Queue<(T Item, long Cost)> Items { get; } = [];

        public long Credit { get; set; }
    }
}
