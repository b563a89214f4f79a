using Npgsql;

namespace Janus.Datastore;

/// <summary>What has been aggregated of a batch, for both roles: DAP §4.5.4 (batch-buckets).</summary>
public sealed class BatchStore
{
    private readonly TransactionRunner _runner;
    private readonly ColumnEncryption _encryption;

    internal BatchStore(TransactionRunner runner, ColumnEncryption encryption)
    {
        _runner = runner;
        _encryption = encryption;
    }

    /// <summary>Pending reports are counted up to this many.</summary>
    public static long PendingLimit => 10_000;

    /// <summary>Reads a batch with all its shards. What it says may be outdated at once; the writes check it again.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A shard does not open.</exception>
    public Task<StoredBatch> ReadAsync(int taskKey, BatchRange range, CancellationToken cancellationToken) =>
        _runner.ReadAsync("BatchStore.Read", async (transaction, token) =>
        {
            // What is pending comes first: a job that finishes meanwhile is then seen as pending, aggregated or both.
            await using NpgsqlBatch batch = transaction.Batch();
            batch.AddPending(taskKey, range);
            batch.AddIsCollected(taskKey, range);
            batch.AddReadShards(taskKey, range);
            await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(token);
            long pending = (await reader.ReadRowsAsync(row => row.GetInt64(0), token))[0];
            bool isCollected = (await reader.ReadNextAsync(row => row.GetBoolean(0), token))[0];
            List<BatchBucketShard> shards = await reader.ReadNextAsync(
                row => BatchBucketShards.Read(row, taskKey, _encryption), token);
            return new StoredBatch(range, shards, pending, isCollected);
        }, cancellationToken);

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
}
