namespace Janus.Migrations
{
    /// <summary>The SQL, written by hand, that begins the counts of reports with those that are there.</summary>
    internal static class CountsOfOlderSchema
    {
        // Stages: 1 received, by a Leader (role 2), and 3 aggregated. What was rejected before is not known.
        public const string Up = """
            INSERT INTO report_counts (task_key, stage, reason, shard, reports)
            SELECT t.task_key, 3, 0, 0, sum(s.report_count) FROM tasks AS t
            JOIN batch_bucket_shards AS s ON s.task_key = t.task_key GROUP BY t.task_key HAVING sum(s.report_count) > 0;

            INSERT INTO report_counts (task_key, stage, reason, shard, reports)
            SELECT task_key, 1, 0, 0, sum(reports) FROM (
                SELECT c.task_key, c.reports FROM report_counts AS c JOIN tasks AS t ON t.task_key = c.task_key AND t.role = 2
                UNION ALL
                SELECT r.task_key, count(*) FROM unaggregated_reports AS r JOIN tasks AS t ON t.task_key = r.task_key GROUP BY r.task_key) AS known
            GROUP BY task_key;
            """;
    }
}
