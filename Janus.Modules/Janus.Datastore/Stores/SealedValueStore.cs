using Npgsql;
using NpgsqlTypes;

namespace Janus.Datastore;

/// <summary>Reads and replaces the values of encrypted columns, whatever they mean.</summary>
public sealed class SealedValueStore
{
    private const int MaximumRows = 500;
    private const long MaximumBytes = 8 << 20;

    private readonly TransactionRunner _runner;

    internal SealedValueStore(TransactionRunner runner) => _runner = runner;

    /// <summary>How many values there are under each key.</summary>
    internal Task<List<SealedValueCount>> CountAsync(EncryptedColumn column, CancellationToken cancellationToken) => _runner.ReadAsync(
        "SealedValueStore.Count",
        async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(CountSql(column));
            command.CommandTimeout = 0;
            return await command.ReadAllAsync(row => new SealedValueCount(column.ToString(), row.Bytes(0)[0], row.GetInt64(1)), token);
        },
        cancellationToken);

    /// <summary>The next values that are not under a key, in the order of the row keys: some hundreds, or some megabytes.</summary>
    internal Task<List<SealedValue>> TakeAsync(
        EncryptedColumn column, object[]? after, byte keyId, CancellationToken cancellationToken) => _runner.ReadAsync(
        "SealedValueStore.Take",
        async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(TakeSql(column));
            // Over what is done already, an index has to be read for long.
            command.CommandTimeout = 0;
            int width = column.RowKey.Count;
            for (int i = 0; i < width; i++)
            {
                command.With(after is null ? LeastOf(column.RowKey[i].Type) : after[i], TypeOf(column.RowKey[i].Type));
            }

            command.With([keyId]).With(MaximumRows).With(MaximumBytes);
            return await command.ReadAllAsync(
                row => new SealedValue([.. Enumerable.Range(0, width).Select(row.GetValue)], row.Bytes(width), row.Bytes(width + 1)), token);
        },
        cancellationToken);

    /// <summary>Puts other values in the place of those that are still there, except in rows that somebody holds.</summary>
    /// <returns>The number of values replaced.</returns>
    internal Task<int> ReplaceAsync(
        EncryptedColumn column, IReadOnlyList<(SealedValue Old, byte[] New)> values, CancellationToken cancellationToken) => values.Count == 0
        ? Task.FromResult(0)
        : _runner.RunAsync(
            "SealedValueStore.Replace",
            async (transaction, token) =>
            {
                await using NpgsqlCommand command = transaction.Command(ReplaceSql(column));
                for (int i = 0; i < column.RowKey.Count; i++)
                {
                    command.With(ArrayOf(column.RowKey[i].Type, [.. values.Select(value => value.Old.Key[i])]), NpgsqlDbType.Array | TypeOf(column.RowKey[i].Type));
                }

                command.With(values.Select(value => value.Old.Value[..ColumnEncryption.LengthOfHeader]).ToArray(), CommandExtensions.ByteaArray);
                command.With(values.Select(value => value.New).ToArray(), CommandExtensions.ByteaArray);
                return await command.ExecuteNonQueryAsync(token);
            },
            cancellationToken);

    private static string CountSql(EncryptedColumn column) => $"""
        -- SealedValueStore.Count
        SELECT substring({column.Column} FROM 1 FOR 1) AS key_id, count(*) FROM {column.Table} WHERE {column.Column} IS NOT NULL
        GROUP BY key_id ORDER BY key_id
        """;

    private static string TakeSql(EncryptedColumn column)
    {
        string keys = Join(column, key => key.Name);
        int width = column.RowKey.Count;
        return $"""
            -- SealedValueStore.Take
            SELECT {keys}, {Join(column, BytesOf, " || ")} AS row_key, sealed FROM
                (SELECT {keys}, sealed, sum(octet_length(sealed)) OVER (ORDER BY {keys}) - octet_length(sealed) AS bytes_before FROM
                    (SELECT {keys}, {column.Column} AS sealed FROM {column.Table}
                    WHERE ({keys}) > ({Parameters(1, width)})
                        AND {column.Column} IS NOT NULL AND substring({column.Column} FROM 1 FOR 1) <> ${width + 1}
                    ORDER BY {keys} LIMIT ${width + 2}) AS few) AS measured
            WHERE bytes_before < ${width + 3}
            ORDER BY {keys}
            """;
    }

    private static string ReplaceSql(EncryptedColumn column)
    {
        string keys = Join(column, key => key.Name);
        string same = Join(column, key => $"t.{key.Name} = n.{key.Name}", " AND ");
        int width = column.RowKey.Count;
        string header = $"substring(t.{column.Column} FROM 1 FOR {ColumnEncryption.LengthOfHeader}) = n.header";
        return $"""
            -- SealedValueStore.Replace
            WITH new AS (SELECT {keys}, header, sealed FROM unnest({Parameters(1, width + 2)}) AS u ({keys}, header, sealed)),
            held AS (SELECT {Join(column, key => $"t.{key.Name}")} FROM {column.Table} AS t JOIN new AS n ON {same} AND {header}
                FOR NO KEY UPDATE OF t SKIP LOCKED)
            UPDATE {column.Table} AS t SET {column.Column} = n.sealed FROM new AS n JOIN held USING ({keys}) WHERE {same} AND {header}
            """;
    }

    private static string Join(EncryptedColumn column, Func<RowKeyColumn, string> part, string separator = ", ") =>
        string.Join(separator, column.RowKey.Select(part));

    private static string Parameters(int first, int count) => string.Join(", ", Enumerable.Range(first, count).Select(number => $"${number}"));

    // As RowKey makes it.
    private static string BytesOf(RowKeyColumn key) => key.Type switch
    {
        RowKeyType.Octet => $"substring(int2send({key.Name}) FROM 2)",
        RowKeyType.Integer => $"int4send({key.Name})",
        RowKeyType.Uuid => $"uuid_send({key.Name})",
        _ => key.Name,
    };

    private static NpgsqlDbType TypeOf(RowKeyType type) => type switch
    {
        RowKeyType.Octet => NpgsqlDbType.Smallint,
        RowKeyType.Integer => NpgsqlDbType.Integer,
        RowKeyType.Uuid => NpgsqlDbType.Uuid,
        _ => NpgsqlDbType.Bytea,
    };

    // Less than any that a row has.
    private static object LeastOf(RowKeyType type) => type switch
    {
        RowKeyType.Octet => short.MinValue,
        RowKeyType.Integer => int.MinValue,
        RowKeyType.Uuid => Guid.Empty,
        _ => Array.Empty<byte>(),
    };

    private static Array ArrayOf(RowKeyType type, object[] values) => type switch
    {
        RowKeyType.Octet => values.Cast<short>().ToArray(),
        RowKeyType.Integer => values.Cast<int>().ToArray(),
        RowKeyType.Uuid => values.Cast<Guid>().ToArray(),
        _ => values.Cast<byte[]>().ToArray(),
    };
}
