using Janus.Datastore;
using Janus.Vdaf;

namespace Janus.Aggregator;

/// <summary>Combines the batch bucket shards of a batch: DAP §4.6.4 (collect-aggregate).</summary>
internal static class Batches
{
    /// <summary>Merges the aggregate shares of all shards.</summary>
    public static byte[] Merge(IVdaf vdaf, StoredBatch batch)
    {
        byte[] merged = new byte[vdaf.AggShareLength([])];
        vdaf.AggInit([], merged);
        foreach (BatchBucketShard shard in batch.Shards)
        {
            vdaf.Merge([], merged, shard.AggregateShare);
        }

        return merged;
    }
}
