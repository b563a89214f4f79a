using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Janus.Migrations
{
    /// <inheritdoc />
    public partial class LeasesByTask : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_collection_jobs_due",
                table: "collection_jobs");

            migrationBuilder.DropIndex(
                name: "ix_aggregation_jobs_helper_in_progress",
                table: "aggregation_jobs");

            migrationBuilder.DropIndex(
                name: "ix_aggregation_jobs_leader_in_progress",
                table: "aggregation_jobs");

            migrationBuilder.DropIndex(
                name: "ix_aggregate_shares_in_progress",
                table: "aggregate_shares");

            migrationBuilder.CreateIndex(
                name: "ix_collection_jobs_due",
                table: "collection_jobs",
                columns: new[] { "task_key", "next_attempt_at" },
                filter: "state IN (1, 2)");

            migrationBuilder.CreateIndex(
                name: "ix_aggregation_jobs_helper_in_progress",
                table: "aggregation_jobs",
                columns: new[] { "task_key", "lease_expiry" },
                filter: "state = 1 AND request_hash IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_aggregation_jobs_leader_in_progress",
                table: "aggregation_jobs",
                columns: new[] { "task_key", "lease_expiry" },
                filter: "state IN (1, 6) AND request_hash IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_aggregate_shares_in_progress",
                table: "aggregate_shares",
                columns: new[] { "task_key", "lease_expiry" },
                filter: "state = 1");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_collection_jobs_due",
                table: "collection_jobs");

            migrationBuilder.DropIndex(
                name: "ix_aggregation_jobs_helper_in_progress",
                table: "aggregation_jobs");

            migrationBuilder.DropIndex(
                name: "ix_aggregation_jobs_leader_in_progress",
                table: "aggregation_jobs");

            migrationBuilder.DropIndex(
                name: "ix_aggregate_shares_in_progress",
                table: "aggregate_shares");

            migrationBuilder.CreateIndex(
                name: "ix_collection_jobs_due",
                table: "collection_jobs",
                column: "next_attempt_at",
                filter: "state IN (1, 2)");

            migrationBuilder.CreateIndex(
                name: "ix_aggregation_jobs_helper_in_progress",
                table: "aggregation_jobs",
                column: "lease_expiry",
                filter: "state = 1 AND request_hash IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_aggregation_jobs_leader_in_progress",
                table: "aggregation_jobs",
                column: "lease_expiry",
                filter: "state IN (1, 6) AND request_hash IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_aggregate_shares_in_progress",
                table: "aggregate_shares",
                column: "lease_expiry",
                filter: "state = 1");
        }
    }
}
