using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Janus.Migrations
{
    /// <inheritdoc />
    public partial class QueryIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_unaggregated_reports_task_key_report_time",
                table: "unaggregated_reports");

            migrationBuilder.CreateIndex(
                name: "ix_unaggregated_reports_assigned_time",
                table: "unaggregated_reports",
                columns: new[] { "task_key", "report_time" },
                filter: "aggregation_job_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_unaggregated_reports_unassigned_time",
                table: "unaggregated_reports",
                columns: new[] { "task_key", "report_time", "report_id" },
                filter: "aggregation_job_id IS NULL");

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

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_unaggregated_reports_assigned_time",
                table: "unaggregated_reports");

            migrationBuilder.DropIndex(
                name: "ix_unaggregated_reports_unassigned_time",
                table: "unaggregated_reports");

            migrationBuilder.DropIndex(
                name: "ix_tasks_aggregator_token",
                table: "tasks");

            migrationBuilder.DropIndex(
                name: "ix_tasks_collector_token",
                table: "tasks");

            migrationBuilder.CreateIndex(
                name: "ix_unaggregated_reports_task_key_report_time",
                table: "unaggregated_reports",
                columns: new[] { "task_key", "report_time" });
        }
    }
}
