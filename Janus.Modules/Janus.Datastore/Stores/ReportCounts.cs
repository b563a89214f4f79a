using Npgsql;
using NpgsqlTypes;

namespace Janus.Datastore;

/// <summary>Adding to <c>report_counts</c>, within the transactions that change what is counted.</summary>
/// <remarks>
/// Each number is the sum of <see cref="Shards"/> rows, and a transaction adds to one of them at random: transactions seldom
/// wait for each other, and a restart or another replica makes no difference.
/// </remarks>
internal static class ReportCounts
{
    /// <summary>The rows of each number.</summary>
    public const int Shards = 16;

    private const NpgsqlDbType SmallintArray = NpgsqlDbType.Array | NpgsqlDbType.Smallint;

    private const string AddSql = """
        -- ReportCounts.Add
        INSERT INTO report_counts AS c (task_key, stage, reason, shard, reports)
        SELECT t.task_key, t.stage, t.reason, $5, t.reports
        FROM unnest($1::int[], $2::smallint[], $3::smallint[], $4::bigint[]) AS t (task_key, stage, reason, reports)
        ORDER BY t.task_key, t.stage, t.reason -- one order for everyone, so that two cannot deadlock
        ON CONFLICT (task_key, stage, reason, shard) DO UPDATE SET reports = c.reports + excluded.reports
        """;

    /// <summary>
    /// Adds to counts, each of which is named once. It goes behind everything but what wakes others, so that the rows
    /// are locked for a moment only.
    /// </summary>
    public static void AddReportCounts(this NpgsqlBatch batch, IEnumerable<ReportCount> counts)
    {
        ReportCount[] all = [.. counts.Where(count => count.Reports > 0)];
        if (all.Length == 0)
        {
            return;
        }

        batch.Add(AddSql)
            .With(all.Select(count => count.TaskKey).ToArray(), CommandExtensions.IntArray)
            .With(all.Select(count => (short)count.Stage).ToArray(), SmallintArray)
            .With(all.Select(count => (short)(count.Reason ?? 0)).ToArray(), SmallintArray)
            .With(all.Select(count => count.Reports).ToArray(), CommandExtensions.BigintArray)
            .With((short)Random.Shared.Next(Shards), NpgsqlDbType.Smallint);
    }
}
