using System.Security.Cryptography;
using Npgsql;

namespace Janus.Datastore;

/// <summary>What has been aggregated of a batch, for both roles: DAP §4.5.4.3 (batch-buckets).</summary>
public sealed class BatchStore
{
    private const int FirstPageLength = 16;
    private const int LongestPageLength = 10_000;
    private const int PageBytes = 8 << 20;

    private readonly TransactionRunner _runner;
    private readonly ColumnEncryption _encryption;

    internal BatchStore(TransactionRunner runner, ColumnEncryption encryption)
    {
        _runner = runner;
        _encryption = encryption;
    }

    /// <summary>Pending reports are counted up to this many.</summary>
    public static long PendingLimit => 10_000;

    /// <summary>
    /// Reads a batch and hands each of its aggregate shares to <paramref name="merge"/>, outside of any transaction. What
    /// it says may be outdated at once, also from one share to the next; the writes check its fingerprint again.
    /// </summary>
    /// <param name="taskKey">The task's key.</param>
    /// <param name="range">The batch.</param>
    /// <param name="merge">Takes an aggregate share, which is overwritten afterwards; memory holds about 8 MiB of them.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    /// <exception cref="CryptographicException">A share does not open.</exception>
    public async Task<StoredBatch> ReadAsync(
        int taskKey, BatchRange range, Action<ReadOnlyMemory<byte>> merge, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(range);
        ArgumentNullException.ThrowIfNull(merge);
        // What is pending comes first: a job that finishes meanwhile is then seen as pending, aggregated or both.
        BatchSummary summary = await SummarizeAsync(taskKey, range, cancellationToken);
        StoredBatch stored = new(range, [], summary.PendingReports, summary.IsCollected);
        BatchBucketShard? last = null;
        int length = FirstPageLength;
        while (true)
        {
            List<BatchBucketShard> page = await ReadPageAsync(taskKey, range, last, length, cancellationToken);
            foreach (BatchBucketShard shard in page)
            {
                stored.Add(shard);
                merge(shard.AggregateShare);
                CryptographicOperations.ZeroMemory(shard.AggregateShare);
            }

            if (page.Count < length)
            {
                return stored;
            }

            last = page[^1];
            length = Math.Clamp(PageBytes / Math.Max(1, last.AggregateShare.Length), 1, LongestPageLength);
        }
    }

    /// <summary>Whether a report of the batch was aggregated with another aggregation parameter than this one.</summary>
    public Task<bool> HasOtherAggParamAsync(
        int taskKey, BatchRange range, byte[] aggParam, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(range);
        return _runner.ReadAsync("BatchStore.HasOtherAggParam", async (transaction, token) =>
        {
            await using NpgsqlBatch batch = transaction.Batch();
            batch.AddHasOtherAggParam(taskKey, range, aggParam);
            return (bool)(await batch.ExecuteScalarAsync(token))!;
        }, cancellationToken);
    }

    /// <summary>Reads how far a batch is, without its shards: cheap enough to ask often.</summary>
    public Task<BatchSummary> SummarizeAsync(int taskKey, BatchRange range, CancellationToken cancellationToken) =>
        _runner.ReadAsync("BatchStore.Summarize", async (transaction, token) =>
        {
            await using NpgsqlBatch batch = transaction.Batch();
            batch.AddPending(taskKey, range);
            batch.AddIsCollected(taskKey, range);
            batch.AddCount(taskKey, range);
            await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(token);
            long pending = (await reader.ReadRowsAsync(row => row.GetInt64(0), token))[0];
            bool isCollected = (await reader.ReadNextAsync(row => row.GetBoolean(0), token))[0];
            long count = (await reader.ReadNextAsync(row => row.GetInt64(0), token))[0];
            return new BatchSummary(count, pending, isCollected);
        }, cancellationToken);

    private Task<List<BatchBucketShard>> ReadPageAsync(
        int taskKey, BatchRange range, BatchBucketShard? after, int length, CancellationToken cancellationToken) =>
        _runner.ReadAsync("BatchStore.ReadPage", async (transaction, token) =>
        {
            await using NpgsqlBatch batch = transaction.Batch();
            batch.AddReadShards(taskKey, range, after, length);
            await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(token);
            return await reader.ReadRowsAsync(row => BatchBucketShards.Read(row, taskKey, _encryption), token);
        }, cancellationToken);
}
