using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Janus.Migrations
{
    /// <inheritdoc />
    public partial class SettledJobs : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_aggregation_jobs_batch_in_progress",
                table: "aggregation_jobs");

            migrationBuilder.DropIndex(
                name: "ix_aggregation_jobs_leader_in_progress",
                table: "aggregation_jobs");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "closed_at",
                table: "collection_jobs",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_aggregation_jobs_batch_in_progress",
                table: "aggregation_jobs",
                columns: new[] { "task_key", "batch_id" },
                filter: "state IN (1, 6) AND batch_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_aggregation_jobs_leader_in_progress",
                table: "aggregation_jobs",
                column: "lease_expiry",
                filter: "state IN (1, 6) AND request_hash IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_aggregation_jobs_batch_in_progress",
                table: "aggregation_jobs");

            migrationBuilder.DropIndex(
                name: "ix_aggregation_jobs_leader_in_progress",
                table: "aggregation_jobs");

            migrationBuilder.DropColumn(
                name: "closed_at",
                table: "collection_jobs");

            migrationBuilder.CreateIndex(
                name: "ix_aggregation_jobs_batch_in_progress",
                table: "aggregation_jobs",
                columns: new[] { "task_key", "batch_id" },
                filter: "state = 1 AND batch_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_aggregation_jobs_leader_in_progress",
                table: "aggregation_jobs",
                column: "lease_expiry",
                filter: "state = 1 AND request_hash IS NULL");
        }
    }
}
