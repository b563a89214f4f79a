namespace Janus.Migrations
{
    /// <summary>
    /// The SQL, written by hand, that partitions <c>report_ids</c> by the week of the report time, and undoes it. Rows are
    /// kept both ways. EF Core knows the columns and the key, but not that the table is partitioned: in a migration made
    /// anew, these replace its operations on <c>report_ids</c>.
    /// </summary>
    internal static class ReportIdPartitions
    {
        // The time precision stands in the task configuration behind task_info<1..2^8-1> and two URLs<1..2^16-1>.
        // Weeks since 2025-01-01T00:00Z, as Janus.Datastore's ReportWeek computes them.
        public const string Up = """
            ALTER TABLE report_ids RENAME TO report_ids_before;
            ALTER TABLE report_ids_before RENAME CONSTRAINT pk_report_ids TO pk_report_ids_before;
            CREATE TABLE report_ids (
                task_key integer NOT NULL,
                report_id uuid NOT NULL,
                report_time bigint NOT NULL,
                report_week integer NOT NULL,
                CONSTRAINT pk_report_ids PRIMARY KEY (task_key, report_id, report_week)
            ) PARTITION BY LIST (report_week);

            CREATE TEMPORARY TABLE task_precisions ON COMMIT DROP AS
            WITH info AS (
                SELECT task_key, task_configuration AS c, 1 + get_byte(task_configuration, 0) AS leader FROM tasks
            ), leader AS (
                SELECT task_key, c, leader + 2 + get_byte(c, leader) * 256 + get_byte(c, leader + 1) AS helper FROM info
            ), helper AS (
                SELECT task_key, c, helper + 2 + get_byte(c, helper) * 256 + get_byte(c, helper + 1) AS place FROM leader
            )
            SELECT task_key, ('x' || encode(substr(c, place + 1, 8), 'hex'))::bit(64)::bigint AS seconds FROM helper;

            CREATE TEMPORARY TABLE report_weeks ON COMMIT DROP AS
            SELECT DISTINCT p.task_key, i.report_time,
                LEAST(2147483647, GREATEST(0, div(i.report_time::numeric * p.seconds - 1735689600, 604800)))::integer AS week
            FROM (SELECT DISTINCT task_key, report_time FROM report_ids_before) AS i JOIN task_precisions AS p USING (task_key);

            DO $$
            DECLARE
                week integer;
            BEGIN
                FOR week IN SELECT DISTINCT w.week FROM report_weeks AS w UNION SELECT 0 LOOP
                    EXECUTE format('CREATE TABLE report_ids_w%s PARTITION OF report_ids FOR VALUES IN (%s)', week, week);
                END LOOP;
            END $$;

            INSERT INTO report_ids (task_key, report_id, report_time, report_week)
            SELECT i.task_key, i.report_id, i.report_time, coalesce(w.week, 0)
            FROM report_ids_before AS i LEFT JOIN report_weeks AS w USING (task_key, report_time);
            DROP TABLE report_ids_before;
            """;

        public const string Down = """
            ALTER TABLE report_ids RENAME TO report_ids_partitioned;
            ALTER TABLE report_ids_partitioned RENAME CONSTRAINT pk_report_ids TO pk_report_ids_partitioned;
            CREATE TABLE report_ids (
                task_key integer NOT NULL,
                report_id uuid NOT NULL,
                report_time bigint NOT NULL,
                CONSTRAINT pk_report_ids PRIMARY KEY (task_key, report_id)
            );
            INSERT INTO report_ids (task_key, report_id, report_time)
            SELECT task_key, report_id, min(report_time) FROM report_ids_partitioned GROUP BY task_key, report_id;
            DROP TABLE report_ids_partitioned;
            """;
    }
}
