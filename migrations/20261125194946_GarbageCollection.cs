using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Janus.Migrations
{
    /// <inheritdoc />
    public partial class GarbageCollection : Migration
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

            migrationBuilder.AddColumn<long>(
                name: "report_expiry_age",
                table: "tasks",
                type: "bigint",
                nullable: true);

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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            // By hand: report_ids is one table again.
            migrationBuilder.Sql(ReportIdPartitions.Down);

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
                name: "report_expiry_age",
                table: "tasks");

        }
    }
}
