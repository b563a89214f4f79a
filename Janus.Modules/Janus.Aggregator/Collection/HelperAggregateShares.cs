using System.Security.Cryptography;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>The Helper's aggregate shares as resources; each batch has one, once: DAP §4.6.4 (collect-aggregate).</summary>
/// <remarks>
/// A share's ID follows from its request. The same request finds the same share, also after its resource was deleted. In a
/// task whose Helper is asynchronous, a request that is in order itself is stored for a driver, which compares it with the
/// batch; in the others that is done at once. Everything is checked before the batch is marked collected, so that a refusal
/// leaves both sides able to try again: a deferred request that was refused is given its problem at every GET, until the
/// same request is made again, which is then in progress again under the same ID.
/// </remarks>
internal sealed class HelperAggregateShares
{
    private readonly AggregateShareStore _store;
    private readonly HelperCollection _collection;
    private readonly HelperOptions _options;
    private readonly TimeProvider _time;

    public HelperAggregateShares(AggregateShareStore store, HelperCollection collection, IOptions<AggregatorOptions> options, TimeProvider time)
    {
        _store = store;
        _collection = collection;
        _options = options.Value.Helper;
        _time = time;
    }

    /// <summary>
    /// Makes a share of the encoded AggregateShareReq, or returns the one that the same request made before, as it stands now.
    /// </summary>
    /// <exception cref="DecodeException">The request is malformed.</exception>
    /// <exception cref="DapProblemException">The request is refused; nothing changed.</exception>
    public async Task<StoredAggregateShare> CreateAsync(AggregatorTask task, byte[] body, CancellationToken cancellationToken)
    {
        AggregateShareReq request = WireMessage.Decode<AggregateShareReq>(body);
        CollectionRequests.CheckBatchMode(task, request.BatchSelector.BatchMode);
        CollectionRequests.Check(task, request.CollectionJobReq);
        byte[] hash = SHA256.HashData(body);
        StoredAggregateShare share = new()
        {
            TaskKey = task.Key,
            Id = AggregateShareId.FromBytes(hash.AsSpan(0, AggregateShareId.Length)),
            RequestHash = hash,
            Request = body,
            Range = task.BatchMode.RangeOf(task.Id, request.BatchSelector, request.CollectionJobReq.Query),
        };
        if (task.Stored.Asynchronous)
        {
            return await _store.DeferAsync(share, _time.GetUtcNow(), cancellationToken);
        }

        return await _store.RestoreAsync(task.Key, hash, cancellationToken)
            ?? await _collection.CollectAsync(task, share, request, null, cancellationToken)
            ?? throw new InvalidOperationException("a share that nobody else can have was taken by somebody else");
    }

    /// <summary>The share with this ID, or <see langword="null"/> if there is none or it was deleted.</summary>
    public async Task<StoredAggregateShare?> FindAsync(AggregatorTask task, AggregateShareId id, CancellationToken cancellationToken) =>
        await _store.FindAsync(task.Key, id, cancellationToken) is { State: not AggregateShareState.Deleted } share ? share : null;

    /// <summary>Deletes the resource; a batch that was collected stays so, and what a driver has in hand is given up.</summary>
    /// <returns>Whether there was one.</returns>
    public Task<bool> DeleteAsync(AggregatorTask task, AggregateShareId id, CancellationToken cancellationToken) =>
        _store.DeleteAsync(task.Key, id, cancellationToken);

    /// <summary>How long the Leader is asked to wait for a deferred share: as long as others have waited for a driver.</summary>
    public async Task<TimeSpan> RetryAfterAsync(CancellationToken cancellationToken) =>
        _options.RetryAfterFor(_time.GetUtcNow() - await _store.FirstDueAsync(cancellationToken));
}
