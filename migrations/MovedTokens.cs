using Microsoft.EntityFrameworkCore.Migrations;

namespace Janus.Migrations;

/// <summary>Moves the tokens of tasks into the table of credentials, and back.</summary>
internal static class MovedTokens
{
    /// <summary>Runs when <c>auth_tokens</c> exists and the columns of <c>tasks</c> still do.</summary>
    /// <remarks>A sealed token is bound to the task ID, which becomes the ID of its row.</remarks>
    public static void Up(MigrationBuilder migration) => migration.Sql("""
        INSERT INTO auth_tokens (token_id, task_key, label, purpose, kind, token, hash, created_at)
        SELECT task_id, task_key, 'first-to-helper', 1, 1, aggregator_token, NULL, created_at
        FROM tasks WHERE aggregator_token IS NOT NULL
        UNION ALL
        SELECT uuid_send(gen_random_uuid()), task_key, 'first-from-leader', 2, 1, NULL, aggregator_token_hash, created_at
        FROM tasks WHERE aggregator_token_hash IS NOT NULL
        UNION ALL
        SELECT uuid_send(gen_random_uuid()), task_key, 'first-from-collector', 3, 1, NULL, collector_token_hash, created_at
        FROM tasks WHERE collector_token_hash IS NOT NULL
        """);

    /// <summary>Runs when the columns of <c>tasks</c> exist again and <c>auth_tokens</c> still does.</summary>
    /// <remarks>
    /// The columns take one token each. Where that would lose what a task cannot do without, nothing is changed: a token to
    /// present that came later is bound to its own row, and nobody could ask for a pinned certificate any more. Of tokens that
    /// are accepted, one that is valid now is kept: what has expired must not come back for ever.
    /// </remarks>
    public static void Down(MigrationBuilder migration) => migration.Sql("""
        DO $$
        BEGIN
            IF EXISTS (SELECT FROM auth_tokens WHERE kind <> 1) THEN
                RAISE EXCEPTION 'certificates are pinned, and the older schema knows none: remove them first';
            END IF;
            IF EXISTS (
                SELECT FROM auth_tokens AS a JOIN tasks AS t USING (task_key)
                WHERE a.purpose = 1 AND NOT EXISTS (
                    SELECT FROM auth_tokens AS f
                    WHERE f.token_id = t.task_id AND coalesce(f.not_before <= now(), true) AND coalesce(f.not_after > now(), true))) THEN
                RAISE EXCEPTION 'the first token to present of a task has been removed or is not valid now, and the older schema can hold no other';
            END IF;
        END $$;
        UPDATE tasks AS t SET
            aggregator_token = (SELECT a.token FROM auth_tokens AS a WHERE a.token_id = t.task_id),
            aggregator_token_hash = (
                SELECT a.hash FROM auth_tokens AS a WHERE a.task_key = t.task_key AND a.purpose = 2
                    AND coalesce(a.not_before <= now(), true) AND coalesce(a.not_after > now(), true)
                ORDER BY a.not_after IS NULL DESC, a.created_at DESC LIMIT 1),
            collector_token_hash = (
                SELECT a.hash FROM auth_tokens AS a WHERE a.task_key = t.task_key AND a.purpose = 3
                    AND coalesce(a.not_before <= now(), true) AND coalesce(a.not_after > now(), true)
                ORDER BY a.not_after IS NULL DESC, a.created_at DESC LIMIT 1);
        """);
}
