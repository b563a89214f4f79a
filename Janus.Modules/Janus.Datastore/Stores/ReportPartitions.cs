using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;

namespace Janus.Datastore;

/// <summary>
/// The partitions of <c>report_ids</c>, one for each <see cref="ReportWeek"/>. They are made before the first report of
/// their week is written, and ahead of time by the garbage collector, which drops them when all of a week has expired.
/// </summary>
internal sealed class ReportPartitions
{
    /// <summary>The partitioned table.</summary>
    public const string Table = "report_ids";

    private const string Prefix = $"{Table}_w";

    private const string ListSql = """
        -- ReportPartitions.List
        SELECT c.relname::text FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'report_ids'::regclass
        """;

    private readonly TransactionRunner _runner;
    private readonly ConcurrentDictionary<int, bool> _known = [];

    public ReportPartitions(TransactionRunner runner) => _runner = runner;

    /// <summary>Whether a write failed because a partition is gone that this process takes for known.</summary>
    public static bool IsMissing(PostgresException exception) =>
        exception is { SqlState: PostgresErrorCodes.CheckViolation, TableName: Table };

    /// <summary>The name of a week's partition.</summary>
    public static string NameOf(int week) => Prefix + week.ToString(CultureInfo.InvariantCulture);

    /// <summary>Makes the partitions of these weeks that are missing, whoever else does so at the same time.</summary>
    public async Task EnsureAsync(IEnumerable<int> weeks, CancellationToken cancellationToken)
    {
        int[] wanted = [.. weeks.Distinct().Where(week => !_known.ContainsKey(week)).Order()];
        if (wanted.Length == 0)
        {
            return;
        }

        HashSet<int> existing = [.. await ListAsync(cancellationToken)];
        foreach (int week in wanted)
        {
            if (!existing.Contains(week))
            {
                await CreateAsync(week, cancellationToken);
            }

            _known.TryAdd(week, true);
        }
    }

    /// <summary>Lets every partition be looked for again.</summary>
    public void Forget() => _known.Clear();

    /// <summary>The weeks that have a partition.</summary>
    public Task<IReadOnlyList<int>> ListAsync(CancellationToken cancellationToken) =>
        _runner.ReadAsync("ReportPartitions.List", ListAsync, cancellationToken);

    /// <summary>The weeks that have a partition.</summary>
    public static async Task<IReadOnlyList<int>> ListAsync(DatastoreTransaction transaction, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = transaction.Command(ListSql);
        List<string> names = await command.ReadAllAsync(row => row.GetString(0), cancellationToken);
        return [.. names
            .Select(name => name.StartsWith(Prefix, StringComparison.Ordinal)
                && int.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int week) ? week : -1)
            .Where(week => week >= 0)
            .Order()];
    }

    // A table is made first and attached then: that, unlike making it as a partition, stops neither readers nor writers.
    private Task<bool> CreateAsync(int week, CancellationToken cancellationToken) =>
        _runner.RunAsync("ReportPartitions.Create", async (transaction, token) =>
        {
            await using (NpgsqlBatch batch = transaction.Batch())
            {
                batch.AddPartitioning();
                await batch.ExecuteNonQueryAsync(token);
            }

            if ((await ListAsync(transaction, token)).Contains(week))
            {
                return false;
            }

#pragma warning disable CA2100 // a number is all that varies
            await using NpgsqlCommand create = transaction.Command(
                $"-- ReportPartitions.Create\nCREATE TABLE {NameOf(week)} (LIKE report_ids INCLUDING ALL)");
            await create.ExecuteNonQueryAsync(token);
            await using NpgsqlCommand attach = transaction.Command(
                $"-- ReportPartitions.Attach\nALTER TABLE report_ids ATTACH PARTITION {NameOf(week)} FOR VALUES IN ({week})");
            await attach.ExecuteNonQueryAsync(token);
#pragma warning restore CA2100
            return true;
        }, cancellationToken);
}
