using Janus.Messages;

namespace Janus.Datastore;

/// <summary>
/// Chooses configuration IDs: never one that a key has, and of the others the one that has been out of use longest, because
/// Clients and caches may still take a recent one for the key that had it.
/// </summary>
internal sealed class HpkeConfigIds
{
    private readonly HashSet<byte> _taken;
    private readonly IReadOnlyDictionary<byte, DateTimeOffset> _lastUsed;

    /// <param name="taken">The IDs of the keys that exist.</param>
    /// <param name="lastUsed">When an ID was last given to a key or freed; IDs that never were are not in it.</param>
    public HpkeConfigIds(IEnumerable<byte> taken, IReadOnlyDictionary<byte, DateTimeOffset> lastUsed)
    {
        _taken = [.. taken];
        _lastUsed = lastUsed;
    }

    /// <summary>Takes an ID, unless all are taken.</summary>
    public HpkeConfigId? TryTake()
    {
        // 1 comes first, 0 last: it looks like an ID that was forgotten.
        byte[] free = [.. Enumerable.Range(1, byte.MaxValue).Append(0).Select(id => (byte)id).Where(id => !_taken.Contains(id))];
        if (free.Length == 0)
        {
            return null;
        }

        byte chosen = free.MinBy(id => _lastUsed.GetValueOrDefault(id, DateTimeOffset.MinValue));
        _taken.Add(chosen);
        return new HpkeConfigId(chosen);
    }
}
