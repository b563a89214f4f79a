using System.Text;
using Npgsql;

namespace Janus.Testing;

/// <summary>What is in a database, in a form that two moments can be compared by.</summary>
public static class DatabaseFingerprint
{
    /// <summary>
    /// One line for each table: its name, how many rows it has, and a hash of all of them. What is counted for operators is left
    /// out: it is written some seconds later.
    /// </summary>
    public static async Task<string> TakeAsync(TestDatabase database)
    {
        ArgumentNullException.ThrowIfNull(database);
        await using NpgsqlConnection connection = new(database.ConnectionString);
        await connection.OpenAsync();
        List<string> tables = [];
        await using (NpgsqlCommand list = new(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('report_counts', 'peer_contacts') ORDER BY tablename", connection))
        await using (NpgsqlDataReader reader = await list.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                tables.Add(reader.GetString(0));
            }
        }

        StringBuilder lines = new();
        foreach (string table in tables)
        {
#pragma warning disable CA2100 // names of our own tables
            await using NpgsqlCommand hash = new(
                $"SELECT count(*) || ' rows, ' || coalesce(md5(string_agg(row.hash, '' ORDER BY row.hash)), '-') FROM (SELECT md5(t::text) AS hash FROM \"{table}\" AS t) AS row",
                connection);
#pragma warning restore CA2100
            lines.Append(table).Append(": ").Append(await hash.ExecuteScalarAsync()).Append('\n');
        }

        return lines.ToString();
    }
}
