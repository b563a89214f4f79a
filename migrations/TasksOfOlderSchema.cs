using Microsoft.EntityFrameworkCore.Migrations;

namespace Janus.Migrations;

/// <summary>Sees to it that an older schema gets no tasks that it does not know how to treat.</summary>
internal static class TasksOfOlderSchema
{
    /// <summary>Runs when <c>tasks</c> still tells which tasks are deleted and which were advertised.</summary>
    /// <remarks>
    /// The older schema has neither mark. A deleted task of which nothing is left goes for good; one that still has rows would
    /// be served again, one with noise would be collected without it, and an advertised one has the tokens of its peer, who is
    /// unknown there: nothing is changed then.
    /// </remarks>
    public static void Down(MigrationBuilder migration) => migration.Sql("""
        DELETE FROM tasks AS t WHERE t.deleted_at IS NOT NULL
            AND NOT EXISTS (SELECT FROM unaggregated_reports AS r WHERE r.task_key = t.task_key)
            AND NOT EXISTS (SELECT FROM batch_bucket_shards AS r WHERE r.task_key = t.task_key)
            AND NOT EXISTS (SELECT FROM aggregation_jobs AS r WHERE r.task_key = t.task_key)
            AND NOT EXISTS (SELECT FROM leader_selected_batches AS r WHERE r.task_key = t.task_key)
            AND NOT EXISTS (SELECT FROM collected_batches AS r WHERE r.task_key = t.task_key)
            AND NOT EXISTS (SELECT FROM batch_noise AS r WHERE r.task_key = t.task_key)
            AND NOT EXISTS (SELECT FROM collection_jobs AS r WHERE r.task_key = t.task_key)
            AND NOT EXISTS (SELECT FROM aggregate_shares AS r WHERE r.task_key = t.task_key)
            AND NOT EXISTS (SELECT FROM report_ids AS r WHERE r.task_key = t.task_key);
        DO $$
        BEGIN
            IF EXISTS (SELECT FROM tasks WHERE deleted_at IS NOT NULL) THEN
                RAISE EXCEPTION 'deleted tasks still have rows, and the older schema would serve them again: run ''janus gc run'' first, a minute after the deletion';
            END IF;
            IF EXISTS (SELECT FROM tasks WHERE differential_privacy IS NOT NULL) OR EXISTS (SELECT FROM batch_noise) THEN
                RAISE EXCEPTION 'there are tasks with noise, and the older schema would give their aggregates without it: delete these tasks first';
            END IF;
            IF EXISTS (SELECT FROM tasks WHERE taskprov_peer_key IS NOT NULL) THEN
                RAISE EXCEPTION 'there are tasks that were advertised, and the older schema knows no peers, who have their tokens: delete these tasks first';
            END IF;
        END $$;
        """);
}
