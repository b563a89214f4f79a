namespace Janus.Aggregator;

/// <summary>Lets something be told once in an interval for each key, such as a task, however often it happens.</summary>
internal sealed class Seldom<TKey>(TimeProvider time, TimeSpan interval)
    where TKey : notnull
{
    private const int MaximumKeys = 1000;

    private readonly Dictionary<TKey, long> _told = [];
    private readonly Lock _lock = new();

    /// <summary>Whether it is to be told now.</summary>
    public bool IsDue(TKey key)
    {
        lock (_lock)
        {
            if (_told.TryGetValue(key, out long at) && time.GetElapsedTime(at) < interval)
            {
                return false;
            }

            if (_told.Count >= MaximumKeys)
            {
                // Rather something twice than more and more memory.
                _told.Clear();
            }

            _told[key] = time.GetTimestamp();
            return true;
        }
    }
}
