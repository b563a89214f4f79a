using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Janus.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "aggregate_shares",
                columns: table => new
                {
                    task_key = table.Column<int>(type: "integer", nullable: false),
                    aggregate_share_id = table.Column<Guid>(type: "uuid", nullable: false),
                    request_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    first_bucket = table.Column<byte[]>(type: "bytea", nullable: false),
                    last_bucket = table.Column<byte[]>(type: "bytea", nullable: false),
                    report_count = table.Column<long>(type: "bigint", nullable: false),
                    checksum = table.Column<byte[]>(type: "bytea", nullable: false),
                    response = table.Column<byte[]>(type: "bytea", nullable: false),
                    deleted = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_aggregate_shares", x => new { x.task_key, x.aggregate_share_id });
                });

            migrationBuilder.CreateTable(
                name: "aggregation_jobs",
                columns: table => new
                {
                    task_key = table.Column<int>(type: "integer", nullable: false),
                    aggregation_job_id = table.Column<Guid>(type: "uuid", nullable: false),
                    state = table.Column<short>(type: "smallint", nullable: false),
                    agg_param = table.Column<byte[]>(type: "bytea", nullable: false),
                    batch_id = table.Column<byte[]>(type: "bytea", nullable: true),
                    step = table.Column<int>(type: "integer", nullable: false),
                    report_count = table.Column<int>(type: "integer", nullable: false),
                    min_time = table.Column<long>(type: "bigint", nullable: false),
                    max_time = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    request_hash = table.Column<byte[]>(type: "bytea", nullable: true),
                    response = table.Column<byte[]>(type: "bytea", nullable: true),
                    helper_location = table.Column<string>(type: "text", nullable: true),
                    lease_expiry = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    lease_token = table.Column<Guid>(type: "uuid", nullable: true),
                    lease_attempts = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_aggregation_jobs", x => new { x.task_key, x.aggregation_job_id });
                });

            migrationBuilder.CreateTable(
                name: "batch_bucket_shards",
                columns: table => new
                {
                    task_key = table.Column<int>(type: "integer", nullable: false),
                    bucket = table.Column<byte[]>(type: "bytea", nullable: false),
                    aggregation_job_id = table.Column<Guid>(type: "uuid", nullable: false),
                    aggregate_share = table.Column<byte[]>(type: "bytea", nullable: false),
                    report_count = table.Column<long>(type: "bigint", nullable: false),
                    checksum = table.Column<byte[]>(type: "bytea", nullable: false),
                    min_time = table.Column<long>(type: "bigint", nullable: false),
                    max_time = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_batch_bucket_shards", x => new { x.task_key, x.bucket, x.aggregation_job_id });
                });

            migrationBuilder.CreateTable(
                name: "collected_batches",
                columns: table => new
                {
                    task_key = table.Column<int>(type: "integer", nullable: false),
                    first_bucket = table.Column<byte[]>(type: "bytea", nullable: false),
                    last_bucket = table.Column<byte[]>(type: "bytea", nullable: false),
                    collected_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_collected_batches", x => new { x.task_key, x.first_bucket });
                });

            migrationBuilder.CreateTable(
                name: "collection_jobs",
                columns: table => new
                {
                    task_key = table.Column<int>(type: "integer", nullable: false),
                    collection_job_id = table.Column<Guid>(type: "uuid", nullable: false),
                    request = table.Column<byte[]>(type: "bytea", nullable: false),
                    request_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    state = table.Column<short>(type: "smallint", nullable: false),
                    first_bucket = table.Column<byte[]>(type: "bytea", nullable: true),
                    last_bucket = table.Column<byte[]>(type: "bytea", nullable: true),
                    leader_aggregate_share = table.Column<byte[]>(type: "bytea", nullable: true),
                    report_count = table.Column<long>(type: "bigint", nullable: true),
                    checksum = table.Column<byte[]>(type: "bytea", nullable: true),
                    interval_start = table.Column<long>(type: "bigint", nullable: true),
                    interval_duration = table.Column<long>(type: "bigint", nullable: true),
                    response = table.Column<byte[]>(type: "bytea", nullable: true),
                    problem_type = table.Column<string>(type: "text", nullable: true),
                    problem_detail = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    helper_location = table.Column<string>(type: "text", nullable: true),
                    lease_expiry = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    lease_token = table.Column<Guid>(type: "uuid", nullable: true),
                    lease_attempts = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_collection_jobs", x => new { x.task_key, x.collection_job_id });
                });

            migrationBuilder.CreateTable(
                name: "hpke_keys",
                columns: table => new
                {
                    config_id = table.Column<short>(type: "smallint", nullable: false),
                    kem_id = table.Column<int>(type: "integer", nullable: false),
                    kdf_id = table.Column<int>(type: "integer", nullable: false),
                    aead_id = table.Column<int>(type: "integer", nullable: false),
                    public_key = table.Column<byte[]>(type: "bytea", nullable: false),
                    private_key = table.Column<byte[]>(type: "bytea", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_hpke_keys", x => x.config_id);
                });

            migrationBuilder.CreateTable(
                name: "leader_selected_batches",
                columns: table => new
                {
                    task_key = table.Column<int>(type: "integer", nullable: false),
                    batch_id = table.Column<byte[]>(type: "bytea", nullable: false),
                    time_window = table.Column<long>(type: "bigint", nullable: true),
                    assigned_count = table.Column<long>(type: "bigint", nullable: false),
                    collection_job_id = table.Column<Guid>(type: "uuid", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_leader_selected_batches", x => new { x.task_key, x.batch_id });
                });

            migrationBuilder.CreateTable(
                name: "report_ids",
                columns: table => new
                {
                    task_key = table.Column<int>(type: "integer", nullable: false),
                    report_id = table.Column<Guid>(type: "uuid", nullable: false),
                    report_time = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_report_ids", x => new { x.task_key, x.report_id });
                });

            migrationBuilder.CreateTable(
                name: "tasks",
                columns: table => new
                {
                    task_key = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    task_id = table.Column<byte[]>(type: "bytea", nullable: false),
                    role = table.Column<short>(type: "smallint", nullable: false),
                    task_configuration = table.Column<byte[]>(type: "bytea", nullable: false),
                    verify_key = table.Column<byte[]>(type: "bytea", nullable: false),
                    verification_key_id = table.Column<short>(type: "smallint", nullable: false),
                    collector_hpke_config = table.Column<byte[]>(type: "bytea", nullable: false),
                    aggregator_token = table.Column<byte[]>(type: "bytea", nullable: true),
                    aggregator_token_hash = table.Column<byte[]>(type: "bytea", nullable: true),
                    collector_token_hash = table.Column<byte[]>(type: "bytea", nullable: true),
                    target_batch_size = table.Column<long>(type: "bigint", nullable: true),
                    batch_time_window = table.Column<long>(type: "bigint", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_tasks", x => x.task_key);
                });

            migrationBuilder.CreateTable(
                name: "unaggregated_reports",
                columns: table => new
                {
                    task_key = table.Column<int>(type: "integer", nullable: false),
                    report_id = table.Column<Guid>(type: "uuid", nullable: false),
                    report_time = table.Column<long>(type: "bigint", nullable: false),
                    received_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    public_share = table.Column<byte[]>(type: "bytea", nullable: false),
                    leader_input_share = table.Column<byte[]>(type: "bytea", nullable: false),
                    helper_encrypted_input_share = table.Column<byte[]>(type: "bytea", nullable: false),
                    aggregation_job_id = table.Column<Guid>(type: "uuid", nullable: true),
                    ord = table.Column<int>(type: "integer", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_unaggregated_reports", x => new { x.task_key, x.report_id });
                });

            migrationBuilder.CreateIndex(
                name: "ix_aggregate_shares_task_key_request_hash",
                table: "aggregate_shares",
                columns: new[] { "task_key", "request_hash" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_aggregation_jobs_batch_in_progress",
                table: "aggregation_jobs",
                columns: new[] { "task_key", "batch_id" },
                filter: "state = 1 AND batch_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_aggregation_jobs_in_progress",
                table: "aggregation_jobs",
                column: "lease_expiry",
                filter: "state = 1");

            migrationBuilder.CreateIndex(
                name: "ix_aggregation_jobs_request",
                table: "aggregation_jobs",
                columns: new[] { "task_key", "request_hash" },
                unique: true,
                filter: "request_hash IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_collection_jobs_due",
                table: "collection_jobs",
                column: "next_attempt_at",
                filter: "state IN (1, 2)");

            migrationBuilder.CreateIndex(
                name: "ix_collection_jobs_request",
                table: "collection_jobs",
                columns: new[] { "task_key", "request_hash" },
                unique: true,
                filter: "state IN (1, 2, 3)");

            migrationBuilder.CreateIndex(
                name: "ix_collection_jobs_waiting",
                table: "collection_jobs",
                columns: new[] { "task_key", "collection_job_id" },
                filter: "state = 1");

            migrationBuilder.CreateIndex(
                name: "ix_leader_selected_batches_open",
                table: "leader_selected_batches",
                columns: new[] { "task_key", "assigned_count", "created_at" },
                descending: new[] { false, true, false },
                filter: "collection_job_id IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_leader_selected_batches_window",
                table: "leader_selected_batches",
                columns: new[] { "task_key", "time_window", "assigned_count" },
                filter: "collection_job_id IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_task_id",
                table: "tasks",
                column: "task_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_unaggregated_reports_assigned",
                table: "unaggregated_reports",
                columns: new[] { "task_key", "aggregation_job_id", "ord" },
                filter: "aggregation_job_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_unaggregated_reports_task_key_report_time",
                table: "unaggregated_reports",
                columns: new[] { "task_key", "report_time" });

            migrationBuilder.CreateIndex(
                name: "ix_unaggregated_reports_unassigned",
                table: "unaggregated_reports",
                columns: new[] { "task_key", "received_at", "report_id" },
                filter: "aggregation_job_id IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "aggregate_shares");

            migrationBuilder.DropTable(
                name: "aggregation_jobs");

            migrationBuilder.DropTable(
                name: "batch_bucket_shards");

            migrationBuilder.DropTable(
                name: "collected_batches");

            migrationBuilder.DropTable(
                name: "collection_jobs");

            migrationBuilder.DropTable(
                name: "hpke_keys");

            migrationBuilder.DropTable(
                name: "leader_selected_batches");

            migrationBuilder.DropTable(
                name: "report_ids");

            migrationBuilder.DropTable(
                name: "tasks");

            migrationBuilder.DropTable(
                name: "unaggregated_reports");
        }
    }
}
