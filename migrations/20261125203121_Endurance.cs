using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Janus.Migrations
{
    /// <inheritdoc />
    public partial class Endurance : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // By hand: report_ids becomes partitioned.
            migrationBuilder.Sql(ReportIdPartitions.Up);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "deleted_at",
                table: "tasks",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "differential_privacy",
                table: "tasks",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "report_expiry_age",
                table: "tasks",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "taskprov_peer_key",
                table: "tasks",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "activated_at",
                table: "hpke_keys",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "expired_at",
                table: "hpke_keys",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "state",
                table: "hpke_keys",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "batch_noise",
                columns: table => new
                {
                    task_key = table.Column<int>(type: "integer", nullable: false),
                    first_bucket = table.Column<byte[]>(type: "bytea", nullable: false),
                    last_bucket = table.Column<byte[]>(type: "bytea", nullable: false),
                    agg_param_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    noise = table.Column<byte[]>(type: "bytea", nullable: false),
                    drawn_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_batch_noise", x => new { x.task_key, x.first_bucket, x.last_bucket, x.agg_param_hash });
                });

            migrationBuilder.CreateTable(
                name: "hpke_config_ids",
                columns: table => new
                {
                    config_id = table.Column<short>(type: "smallint", nullable: false),
                    last_used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_hpke_config_ids", x => x.config_id);
                });

            migrationBuilder.CreateTable(
                name: "taskprov_peers",
                columns: table => new
                {
                    peer_key = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    endpoint = table.Column<string>(type: "text", nullable: false),
                    peer_role = table.Column<short>(type: "smallint", nullable: false),
                    collector_hpke_config = table.Column<byte[]>(type: "bytea", nullable: false),
                    target_batch_size = table.Column<long>(type: "bigint", nullable: true),
                    batch_time_window_seconds = table.Column<long>(type: "bigint", nullable: true),
                    asynchronous = table.Column<bool>(type: "boolean", nullable: false),
                    report_expiry_age_seconds = table.Column<long>(type: "bigint", nullable: true),
                    differential_privacy = table.Column<string>(type: "text", nullable: true),
                    accepts_new_tasks = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_taskprov_peers", x => x.peer_key);
                });

            migrationBuilder.CreateTable(
                name: "auth_tokens",
                columns: table => new
                {
                    token_id = table.Column<byte[]>(type: "bytea", nullable: false),
                    task_key = table.Column<int>(type: "integer", nullable: true),
                    taskprov_peer_key = table.Column<int>(type: "integer", nullable: true),
                    label = table.Column<string>(type: "text", nullable: false),
                    purpose = table.Column<short>(type: "smallint", nullable: false),
                    kind = table.Column<short>(type: "smallint", nullable: false),
                    token = table.Column<byte[]>(type: "bytea", nullable: true),
                    hash = table.Column<byte[]>(type: "bytea", nullable: true),
                    not_before = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    not_after = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_auth_tokens", x => x.token_id);
                    table.CheckConstraint("ck_auth_tokens_owner", "num_nonnulls(task_key, taskprov_peer_key) = 1");
                    table.CheckConstraint("ck_auth_tokens_purpose", "purpose BETWEEN 1 AND 3 AND kind BETWEEN 1 AND 2");
                    table.CheckConstraint("ck_auth_tokens_secret", "CASE WHEN purpose = 1 THEN kind = 1 AND token IS NOT NULL AND hash IS NULL ELSE token IS NULL AND hash IS NOT NULL AND octet_length(hash) = 32 END");
                    table.CheckConstraint("ck_auth_tokens_validity", "not_before < not_after");
                    table.ForeignKey(
                        name: "fk_auth_tokens_taskprov_peers_taskprov_peer_key",
                        column: x => x.taskprov_peer_key,
                        principalTable: "taskprov_peers",
                        principalColumn: "peer_key",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_auth_tokens_tasks_task_key",
                        column: x => x.task_key,
                        principalTable: "tasks",
                        principalColumn: "task_key",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "taskprov_verify_key_inits",
                columns: table => new
                {
                    init_id = table.Column<byte[]>(type: "bytea", nullable: false),
                    peer_key = table.Column<int>(type: "integer", nullable: false),
                    verification_key_id = table.Column<short>(type: "smallint", nullable: false),
                    verify_key_init = table.Column<byte[]>(type: "bytea", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_taskprov_verify_key_inits", x => x.init_id);
                    table.ForeignKey(
                        name: "fk_taskprov_verify_key_inits_taskprov_peers_peer_key",
                        column: x => x.peer_key,
                        principalTable: "taskprov_peers",
                        principalColumn: "peer_key",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_tasks_taskprov_peer",
                table: "tasks",
                columns: new[] { "taskprov_peer_key", "created_at" },
                filter: "taskprov_peer_key IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_leader_selected_batches_age",
                table: "leader_selected_batches",
                columns: new[] { "task_key", "created_at" });

            migrationBuilder.CreateIndex(
                name: "ix_collection_jobs_age",
                table: "collection_jobs",
                columns: new[] { "task_key", "created_at" });

            migrationBuilder.CreateIndex(
                name: "ix_collected_batches_age",
                table: "collected_batches",
                columns: new[] { "task_key", "collected_at" });

            migrationBuilder.CreateIndex(
                name: "ix_batch_bucket_shards_age",
                table: "batch_bucket_shards",
                columns: new[] { "task_key", "max_time" },
                filter: "octet_length(bucket) = 32");

            migrationBuilder.CreateIndex(
                name: "ix_aggregation_jobs_age",
                table: "aggregation_jobs",
                columns: new[] { "task_key", "max_time" },
                filter: "state NOT IN (1, 6)");

            migrationBuilder.CreateIndex(
                name: "ix_aggregate_shares_age",
                table: "aggregate_shares",
                columns: new[] { "task_key", "created_at" });

            migrationBuilder.CreateIndex(
                name: "ix_aggregate_shares_unanswered",
                table: "aggregate_shares",
                column: "created_at",
                filter: "response IS NULL AND state IN (3, 4)");

            migrationBuilder.CreateIndex(
                name: "ix_auth_tokens_hash",
                table: "auth_tokens",
                column: "hash",
                filter: "hash IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_auth_tokens_task",
                table: "auth_tokens",
                columns: new[] { "task_key", "label" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_auth_tokens_taskprov_peer",
                table: "auth_tokens",
                columns: new[] { "taskprov_peer_key", "label" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_batch_noise_age",
                table: "batch_noise",
                columns: new[] { "task_key", "drawn_at" });

            migrationBuilder.CreateIndex(
                name: "ix_taskprov_peers_endpoint_peer_role",
                table: "taskprov_peers",
                columns: new[] { "endpoint", "peer_role" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_taskprov_verify_key_inits_peer_key_verification_key_id",
                table: "taskprov_verify_key_inits",
                columns: new[] { "peer_key", "verification_key_id" },
                unique: true);

            migrationBuilder.AddForeignKey(
                name: "fk_tasks_taskprov_peers_taskprov_peer_key",
                table: "tasks",
                column: "taskprov_peer_key",
                principalTable: "taskprov_peers",
                principalColumn: "peer_key",
                onDelete: ReferentialAction.Restrict);

            // By hand: tokens move before their columns go.
            MovedTokens.Up(migrationBuilder);

            migrationBuilder.DropIndex(
                name: "ix_tasks_aggregator_token",
                table: "tasks");

            migrationBuilder.DropIndex(
                name: "ix_tasks_collector_token",
                table: "tasks");

            migrationBuilder.DropColumn(
                name: "aggregator_token",
                table: "tasks");

            migrationBuilder.DropColumn(
                name: "aggregator_token_hash",
                table: "tasks");

            migrationBuilder.DropColumn(
                name: "collector_token_hash",
                table: "tasks");

            // By hand: the keys there are have been announced since they were made.
            migrationBuilder.Sql("""
                UPDATE hpke_keys SET state = 1, activated_at = created_at;
                INSERT INTO hpke_config_ids (config_id, last_used_at) SELECT config_id, created_at FROM hpke_keys;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            // By hand: report_ids is one table again, and tokens move back before their table goes.
            migrationBuilder.Sql(ReportIdPartitions.Down);

            migrationBuilder.AddColumn<byte[]>(
                name: "aggregator_token",
                table: "tasks",
                type: "bytea",
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "aggregator_token_hash",
                table: "tasks",
                type: "bytea",
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "collector_token_hash",
                table: "tasks",
                type: "bytea",
                nullable: true);

            MovedTokens.Down(migrationBuilder);

            migrationBuilder.DropForeignKey(
                name: "fk_tasks_taskprov_peers_taskprov_peer_key",
                table: "tasks");

            migrationBuilder.DropTable(
                name: "auth_tokens");

            migrationBuilder.DropTable(
                name: "batch_noise");

            migrationBuilder.DropTable(
                name: "hpke_config_ids");

            migrationBuilder.DropTable(
                name: "taskprov_verify_key_inits");

            migrationBuilder.DropTable(
                name: "taskprov_peers");

            migrationBuilder.DropIndex(
                name: "ix_tasks_taskprov_peer",
                table: "tasks");

            migrationBuilder.DropIndex(
                name: "ix_leader_selected_batches_age",
                table: "leader_selected_batches");

            migrationBuilder.DropIndex(
                name: "ix_collection_jobs_age",
                table: "collection_jobs");

            migrationBuilder.DropIndex(
                name: "ix_collected_batches_age",
                table: "collected_batches");

            migrationBuilder.DropIndex(
                name: "ix_batch_bucket_shards_age",
                table: "batch_bucket_shards");

            migrationBuilder.DropIndex(
                name: "ix_aggregation_jobs_age",
                table: "aggregation_jobs");

            migrationBuilder.DropIndex(
                name: "ix_aggregate_shares_age",
                table: "aggregate_shares");

            migrationBuilder.DropIndex(
                name: "ix_aggregate_shares_unanswered",
                table: "aggregate_shares");

            migrationBuilder.DropColumn(
                name: "deleted_at",
                table: "tasks");

            migrationBuilder.DropColumn(
                name: "differential_privacy",
                table: "tasks");

            migrationBuilder.DropColumn(
                name: "report_expiry_age",
                table: "tasks");

            migrationBuilder.DropColumn(
                name: "taskprov_peer_key",
                table: "tasks");

            migrationBuilder.DropColumn(
                name: "activated_at",
                table: "hpke_keys");

            migrationBuilder.DropColumn(
                name: "expired_at",
                table: "hpke_keys");

            migrationBuilder.DropColumn(
                name: "state",
                table: "hpke_keys");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_aggregator_token",
                table: "tasks",
                column: "aggregator_token_hash",
                filter: "aggregator_token_hash IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_collector_token",
                table: "tasks",
                column: "collector_token_hash",
                filter: "collector_token_hash IS NOT NULL");
        }
    }
}
