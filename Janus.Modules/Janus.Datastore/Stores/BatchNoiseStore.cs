using System.Security.Cryptography;
using Npgsql;

namespace Janus.Datastore;

/// <summary>
/// The noise that an Aggregator has added to its aggregate share of a batch: DAP §8.5 (dp). It is stored in the transaction
/// that marks the batch collected, and stays when the batch is released again, so that a batch never gets noise twice.
/// </summary>
public sealed class BatchNoiseStore
{
    private const string FindSql = """
        -- BatchNoiseStore.Find
        SELECT noise FROM batch_noise
        WHERE task_key = $1 AND first_bucket = $2 AND last_bucket = $3 AND agg_param_hash = $4
        """;

    private const string InsertSql = """
        -- BatchNoiseStore.Insert
        INSERT INTO batch_noise (task_key, first_bucket, last_bucket, agg_param_hash, noise, drawn_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
        """;

    private readonly TransactionRunner _runner;
    private readonly ColumnEncryption _encryption;

    internal BatchNoiseStore(TransactionRunner runner, ColumnEncryption encryption)
    {
        _runner = runner;
        _encryption = encryption;
    }

    /// <summary>The noise of a batch and an aggregation parameter, if it has been drawn.</summary>
    /// <exception cref="CryptographicException">The noise does not open.</exception>
    public Task<BatchNoise?> FindAsync(int taskKey, BatchRange range, byte[] aggParam, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(range);
        ArgumentNullException.ThrowIfNull(aggParam);
        byte[] hash = SHA256.HashData(aggParam);
        return _runner.ReadAsync("BatchNoiseStore.Find", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(FindSql)
                .With(taskKey).With(range.FirstBucket).With(range.LastBucket).With(hash);
            return await command.ExecuteScalarAsync(token) is byte[] noise
                ? new BatchNoise(taskKey, range, aggParam, _encryption.Open(EncryptedColumn.BatchNoise, RowKey.Of(taskKey, range, hash), noise))
                : null;
        }, cancellationToken);
    }

    /// <summary>Stores noise that has been drawn, within the transaction that uses it. False if the batch has noise already.</summary>
    internal static async Task<bool> TryInsertAsync(
        DatastoreTransaction transaction, ColumnEncryption encryption, BatchNoise noise, DateTimeOffset now, CancellationToken cancellationToken)
    {
        byte[] hash = SHA256.HashData(noise.AggParam);
        byte[] sealedNoise = encryption.Seal(EncryptedColumn.BatchNoise, RowKey.Of(noise.TaskKey, noise.Range, hash), noise.Share);
        await using NpgsqlCommand command = transaction.Command(InsertSql)
            .With(noise.TaskKey).With(noise.Range.FirstBucket).With(noise.Range.LastBucket).With(hash).With(sealedNoise).With(now);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
