using System.Security.Cryptography;
using Janus.Messages;
using Npgsql;

namespace Janus.Datastore;

/// <summary>What has been aggregated of a batch, for both roles: DAP §4.5.4.3 (batch-buckets).</summary>
public sealed class BatchStore
{
    private const int FirstPageLength = 16;
    private const int LongestPageLength = 10_000;
    private const int PageBytes = 8 << 20;

    private static readonly string DeletedShardsSql = $"""
        -- BatchStore.DeletedShards
        SELECT s.aggregation_job_id, s.report_count, s.checksum FROM batch_bucket_shards AS s
        JOIN aggregation_jobs AS j ON j.task_key = s.task_key AND j.aggregation_job_id = s.aggregation_job_id
        WHERE s.task_key = $1 AND s.bucket BETWEEN $2 AND $3 AND j.state = {AggregationJobState.Deleted:d}
        """;

    private const string WithdrawSql = """
        -- BatchStore.Withdraw
        DELETE FROM batch_bucket_shards
        WHERE task_key = $1 AND bucket BETWEEN $2 AND $3 AND aggregation_job_id = ANY ($4::uuid[])
        """;

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
        BatchSummary summary = await SummarizeAsync(taskKey, range, firstLiveTime: 0, cancellationToken);
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
    /// <param name="taskKey">The task's key.</param>
    /// <param name="range">The batch.</param>
    /// <param name="firstLiveTime">Reports before it are not pending any more: <see cref="ReportExpiry"/>.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public Task<BatchSummary> SummarizeAsync(
        int taskKey, BatchRange range, ulong firstLiveTime, CancellationToken cancellationToken) =>
        _runner.ReadAsync("BatchStore.Summarize", async (transaction, token) =>
        {
            await using NpgsqlBatch batch = transaction.Batch();
            batch.AddPending(taskKey, range, firstLiveTime);
            batch.AddIsCollected(taskKey, range);
            batch.AddCount(taskKey, range);
            await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(token);
            long pending = (await reader.ReadRowsAsync(row => row.GetInt64(0), token))[0];
            bool isCollected = (await reader.ReadNextAsync(row => row.GetBoolean(0), token))[0];
            long count = (await reader.ReadNextAsync(row => row.GetInt64(0), token))[0];
            return new BatchSummary(count, pending, isCollected);
        }, cancellationToken);

    /// <summary>
    /// Settles a Helper's batch with a Leader that counts it otherwise: when the Leader's count and checksum are those of
    /// the batch without the jobs that the Leader has deleted, then it has abandoned them, and their aggregate shares are
    /// withdrawn from the batch. Their report IDs stay known as replayed. True when the batch is to be read again.
    /// </summary>
    /// <remarks>
    /// A DELETE alone does not tell whether a Leader abandons a job or, having committed it too, only tidies up. DAP §4.5.5
    /// (aggregation-job-abandonment-and-deletion) has reports of an abandoned job not be considered collected. Collected
    /// batches are never changed: whoever marks them holds the same lock.
    /// </remarks>
    /// <param name="taskKey">The task's key.</param>
    /// <param name="read">The batch as it was read.</param>
    /// <param name="reportCount">The Leader's number of reports in it.</param>
    /// <param name="checksum">The Leader's checksum of it.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public Task<bool> TryWithdrawDeletedAsync(
        int taskKey, StoredBatch read, ulong reportCount, BatchChecksum checksum, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(read);
        byte[] fingerprint = read.Fingerprint();
        return _runner.RunAsync("BatchStore.Withdraw", async (transaction, token) =>
        {
            bool isCollected;
            bool hasChanged;
            List<(Guid JobId, long ReportCount, byte[] Checksum)> deleted;
            await using (NpgsqlBatch batch = transaction.Batch())
            {
                batch.AddExclusiveFence(taskKey);
                batch.AddIsCollected(taskKey, read.Range);
                batch.AddFingerprint(taskKey, read.Range);
                batch.Add(DeletedShardsSql).With(taskKey).With(read.Range.FirstBucket).With(read.Range.LastBucket);
                await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(token);
                isCollected = (await reader.ReadNextAsync(row => row.GetBoolean(0), token))[0];
                hasChanged = !(await reader.ReadNextAsync(row => row.Bytes(0), token))[0].AsSpan().SequenceEqual(fingerprint);
                deleted = await reader.ReadNextAsync(row => (row.GetGuid(0), row.GetInt64(1), row.Bytes(2)), token);
            }

            if (isCollected || hasChanged)
            {
                return true;
            }

            BatchChecksum rest = deleted.Aggregate(
                BatchChecksum.FromBytes(read.Checksum), (sum, shard) => sum.Combine(BatchChecksum.FromBytes(shard.Checksum)));
            if (deleted.Count == 0
                || (ulong)(read.ReportCount - deleted.Sum(shard => shard.ReportCount)) != reportCount
                || !rest.Equals(checksum))
            {
                return false;
            }

            // Those jobs and no others: one that was deleted since then is counted.
            Guid[] jobs = [.. deleted.Select(shard => shard.JobId).Distinct()];
            await using NpgsqlCommand withdraw = transaction.Command(WithdrawSql)
                .With(taskKey).With(read.Range.FirstBucket).With(read.Range.LastBucket).With(jobs, CommandExtensions.UuidArray);
            await withdraw.ExecuteNonQueryAsync(token);
            return true;
        }, cancellationToken);
    }

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
