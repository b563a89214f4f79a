using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Aggregator;

/// <summary>
/// The peers of advertised tasks in memory. They are read again when one is looked for after a change was notified, or after
/// some seconds in any case.
/// </summary>
internal sealed class TaskprovPeers : IDisposable
{
    private static readonly TimeSpan MaximumAge = TimeSpan.FromSeconds(10);

    private readonly TaskprovPeerStore _store;
    private readonly WorkSignal _signal;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _reading = new(1);
    private Snapshot? _current;

    public TaskprovPeers(TaskprovPeerStore store, WorkSignal signal, TimeProvider time)
    {
        _store = store;
        _signal = signal;
        _time = time;
    }

    /// <summary>The other Aggregator of a task in which we have a role, or <see langword="null"/> if it is no peer.</summary>
    public async ValueTask<TaskprovPeer?> FindAsync(TaskConfiguration configuration, Role ours, CancellationToken cancellationToken)
    {
        (Role role, Url url) = ours == Role.Leader
            ? (Role.Helper, configuration.HelperAggregatorEndpoint)
            : (Role.Leader, configuration.LeaderAggregatorEndpoint);
        return TaskprovEndpoints.Normalize(url.ToString()) is { } endpoint
            ? (await CurrentAsync(cancellationToken)).GetValueOrDefault((endpoint, role))
            : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _reading.Dispose();

    private async ValueTask<IReadOnlyDictionary<(string Endpoint, Role Role), TaskprovPeer>> CurrentAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _current) is { } current && IsFresh(current))
        {
            return current.Peers;
        }

        // Whoever comes meanwhile waits for the same reading.
        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (_current is not { } known || !IsFresh(known))
            {
                // The version before the peers: a change that comes between the two makes them stale.
                long version = _signal.VersionOf(WorkKind.Tasks);
                IReadOnlyList<TaskprovPeer> peers = await _store.ListAsync(cancellationToken);
                known = new Snapshot(peers.ToDictionary(peer => (peer.Endpoint, peer.PeerRole)), version, _time.GetTimestamp());
                Volatile.Write(ref _current, known);
            }

            return known.Peers;
        }
        finally
        {
            _reading.Release();
        }
    }

    private bool IsFresh(Snapshot snapshot) =>
        snapshot.Version == _signal.VersionOf(WorkKind.Tasks) && _time.GetElapsedTime(snapshot.ReadAt) < MaximumAge;

    private sealed record Snapshot(IReadOnlyDictionary<(string Endpoint, Role Role), TaskprovPeer> Peers, long Version, long ReadAt);
}
