using Janus.Messages;
using Npgsql;

namespace Janus.Datastore;

/// <summary>Reading and writing <c>batch_bucket_shards</c>, for both roles.</summary>
internal static class BatchBucketShards
{
    private const string InsertSql = """
        -- BatchBucketShards.Insert
        INSERT INTO batch_bucket_shards
            (task_key, bucket, aggregation_job_id, aggregate_share, report_count, checksum, min_time, max_time)
        SELECT $1, s.* FROM unnest($2::bytea[], $3::uuid[], $4::bytea[], $5::bigint[], $6::bytea[], $7::bigint[], $8::bigint[]) AS s
        """;

    private const string ReadSql = """
        -- BatchBucketShards.Read
        SELECT bucket, aggregation_job_id, aggregate_share, report_count, checksum, min_time, max_time
        FROM batch_bucket_shards
        WHERE task_key = $1 AND bucket <= $2 AND (bucket, aggregation_job_id) > ($3, $4)
        ORDER BY bucket, aggregation_job_id LIMIT $5
        """;

    private const string ReadFirstSql = """
        -- BatchBucketShards.ReadFirst
        SELECT bucket, aggregation_job_id, aggregate_share, report_count, checksum, min_time, max_time
        FROM batch_bucket_shards
        WHERE task_key = $1 AND bucket BETWEEN $3 AND $2
        ORDER BY bucket, aggregation_job_id LIMIT $4
        """;

    /// <summary>Encrypts the aggregate shares; done before the transaction.</summary>
    public static byte[][] Seal(this ColumnEncryption encryption, int taskKey, IReadOnlyList<BatchBucketShard> shards) =>
        [.. shards.Select(shard => encryption.Seal(
            EncryptedColumn.ShardAggregateShare,
            RowKey.Of(taskKey, shard.Bucket, Uuid.Of(shard.JobId)),
            shard.AggregateShare))];

    public static void AddInsertShards(
        this NpgsqlBatch batch, int taskKey, IReadOnlyList<BatchBucketShard> shards, byte[][] sealedShares)
    {
        if (shards.Count == 0)
        {
            return;
        }

        batch.Add(InsertSql)
            .With(taskKey)
            .With(shards.Select(shard => shard.Bucket).ToArray(), CommandExtensions.ByteaArray)
            .With(shards.Select(shard => Uuid.Of(shard.JobId)).ToArray(), CommandExtensions.UuidArray)
            .With(sealedShares, CommandExtensions.ByteaArray)
            .With(shards.Select(shard => shard.ReportCount).ToArray(), CommandExtensions.BigintArray)
            .With(shards.Select(shard => shard.Checksum).ToArray(), CommandExtensions.ByteaArray)
            .With(shards.Select(shard => checked((long)shard.MinTime)).ToArray(), CommandExtensions.BigintArray)
            .With(shards.Select(shard => checked((long)shard.MaxTime)).ToArray(), CommandExtensions.BigintArray);
    }

    /// <summary>The shards of a batch in their order, from the one behind <paramref name="after"/> on.</summary>
    public static void AddReadShards(this NpgsqlBatch batch, int taskKey, BatchRange range, BatchBucketShard? after, int most)
    {
        if (after is null)
        {
            batch.Add(ReadFirstSql).With(taskKey).With(range.LastBucket).With(range.FirstBucket).With(most);
        }
        else
        {
            batch.Add(ReadSql).With(taskKey).With(range.LastBucket).With(after.Bucket).With(Uuid.Of(after.JobId)).With(most);
        }
    }

    public static BatchBucketShard Read(NpgsqlDataReader row, int taskKey, ColumnEncryption encryption)
    {
        byte[] bucket = row.Bytes(0);
        Guid jobId = row.GetGuid(1);
        return new BatchBucketShard
        {
            Bucket = bucket,
            JobId = Uuid.To<AggregationJobId>(jobId),
            AggregateShare = encryption.Open(
                EncryptedColumn.ShardAggregateShare, RowKey.Of(taskKey, bucket, jobId), row.Bytes(2)),
            ReportCount = row.GetInt64(3),
            Checksum = row.Bytes(4),
            MinTime = (ulong)row.GetInt64(5),
            MaxTime = (ulong)row.GetInt64(6),
        };
    }
}
