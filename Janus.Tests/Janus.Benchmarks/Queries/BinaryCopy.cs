using Npgsql;
using NpgsqlTypes;

namespace Janus.Benchmarks.Queries;

/// <summary>Bulk writes of rows.</summary>
internal static class BinaryCopy
{
    /// <summary>Writes rows into a table and returns how many; a value is null or of its column's type.</summary>
    public static async Task<ulong> CopyAsync(
        this NpgsqlConnection connection,
        string table,
        (string Name, NpgsqlDbType Type)[] columns,
        IEnumerable<object?[]> rows,
        CancellationToken cancellationToken)
    {
        string names = string.Join(", ", columns.Select(column => column.Name));
        await using NpgsqlBinaryImporter importer = await connection.BeginBinaryImportAsync(
            $"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        foreach (object?[] row in rows)
        {
            await importer.StartRowAsync(cancellationToken);
            for (int i = 0; i < columns.Length; i++)
            {
                if (row[i] is { } value)
                {
                    await importer.WriteAsync(value, columns[i].Type, cancellationToken);
                }
                else
                {
                    await importer.WriteNullAsync(cancellationToken);
                }
            }
        }

        return await importer.CompleteAsync(cancellationToken);
    }
}
