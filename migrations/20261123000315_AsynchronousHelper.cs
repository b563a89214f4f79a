using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Janus.Migrations
{
    /// <inheritdoc />
    public partial class AsynchronousHelper : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_aggregation_jobs_in_progress",
                table: "aggregation_jobs");

            migrationBuilder.DropIndex(
                name: "ix_aggregation_jobs_request",
                table: "aggregation_jobs");

            migrationBuilder.AddColumn<bool>(
                name: "asynchronous",
                table: "tasks",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<int>(
                name: "refusals",
                table: "unaggregated_reports",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<byte[]>(
                name: "agg_param",
                table: "leader_selected_batches",
                type: "bytea",
                nullable: false,
                defaultValue: new byte[0]);

            migrationBuilder.AddColumn<byte[]>(
                name: "agg_param",
                table: "collection_jobs",
                type: "bytea",
                nullable: false,
                defaultValue: new byte[0]);

            migrationBuilder.AddColumn<int>(
                name: "refusals",
                table: "aggregation_jobs",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<byte[]>(
                name: "request",
                table: "aggregation_jobs",
                type: "bytea",
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "step_request_hash",
                table: "aggregation_jobs",
                type: "bytea",
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "verification",
                table: "aggregation_jobs",
                type: "bytea",
                nullable: true);

            migrationBuilder.AlterColumn<byte[]>(
                name: "response",
                table: "aggregate_shares",
                type: "bytea",
                nullable: true,
                oldClrType: typeof(byte[]),
                oldType: "bytea");

            migrationBuilder.AddColumn<int>(
                name: "lease_attempts",
                table: "aggregate_shares",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "lease_expiry",
                table: "aggregate_shares",
                type: "timestamp with time zone",
                nullable: false,
                defaultValue: new DateTimeOffset(new DateTime(1, 1, 1, 0, 0, 0, 0, DateTimeKind.Unspecified), new TimeSpan(0, 0, 0, 0, 0)));

            migrationBuilder.AddColumn<Guid>(
                name: "lease_token",
                table: "aggregate_shares",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "problem_detail",
                table: "aggregate_shares",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "problem_type",
                table: "aggregate_shares",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "request",
                table: "aggregate_shares",
                type: "bytea",
                nullable: true);

            migrationBuilder.AddColumn<short>(
                name: "state",
                table: "aggregate_shares",
                type: "smallint",
                nullable: false,
                defaultValue: (short)2);

            // Shares that were there were finished, or deleted.
            migrationBuilder.Sql("UPDATE aggregate_shares SET state = 4 WHERE deleted");

            migrationBuilder.DropColumn(
                name: "deleted",
                table: "aggregate_shares");

            migrationBuilder.CreateIndex(
                name: "ix_aggregation_jobs_helper_in_progress",
                table: "aggregation_jobs",
                column: "lease_expiry",
                filter: "state = 1 AND request_hash IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_aggregation_jobs_leader_in_progress",
                table: "aggregation_jobs",
                column: "lease_expiry",
                filter: "state = 1 AND request_hash IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_aggregate_shares_in_progress",
                table: "aggregate_shares",
                column: "lease_expiry",
                filter: "state = 1");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_aggregation_jobs_helper_in_progress",
                table: "aggregation_jobs");

            migrationBuilder.DropIndex(
                name: "ix_aggregation_jobs_leader_in_progress",
                table: "aggregation_jobs");

            migrationBuilder.DropIndex(
                name: "ix_aggregate_shares_in_progress",
                table: "aggregate_shares");

            migrationBuilder.DropColumn(
                name: "asynchronous",
                table: "tasks");

            migrationBuilder.DropColumn(
                name: "refusals",
                table: "unaggregated_reports");

            migrationBuilder.DropColumn(
                name: "agg_param",
                table: "leader_selected_batches");

            migrationBuilder.DropColumn(
                name: "agg_param",
                table: "collection_jobs");

            migrationBuilder.DropColumn(
                name: "refusals",
                table: "aggregation_jobs");

            migrationBuilder.DropColumn(
                name: "request",
                table: "aggregation_jobs");

            migrationBuilder.DropColumn(
                name: "step_request_hash",
                table: "aggregation_jobs");

            migrationBuilder.DropColumn(
                name: "verification",
                table: "aggregation_jobs");

            migrationBuilder.DropColumn(
                name: "lease_attempts",
                table: "aggregate_shares");

            migrationBuilder.DropColumn(
                name: "lease_expiry",
                table: "aggregate_shares");

            migrationBuilder.DropColumn(
                name: "lease_token",
                table: "aggregate_shares");

            migrationBuilder.DropColumn(
                name: "problem_detail",
                table: "aggregate_shares");

            migrationBuilder.DropColumn(
                name: "problem_type",
                table: "aggregate_shares");

            migrationBuilder.DropColumn(
                name: "request",
                table: "aggregate_shares");

            migrationBuilder.AddColumn<bool>(
                name: "deleted",
                table: "aggregate_shares",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.Sql("UPDATE aggregate_shares SET deleted = true WHERE state = 4");

            migrationBuilder.DropColumn(
                name: "state",
                table: "aggregate_shares");

            migrationBuilder.AlterColumn<byte[]>(
                name: "response",
                table: "aggregate_shares",
                type: "bytea",
                nullable: false,
                defaultValue: new byte[0],
                oldClrType: typeof(byte[]),
                oldType: "bytea",
                oldNullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_aggregation_jobs_request",
                table: "aggregation_jobs",
                columns: new[] { "task_key", "request_hash" },
                unique: true,
                filter: "request_hash IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_aggregation_jobs_in_progress",
                table: "aggregation_jobs",
                column: "lease_expiry",
                filter: "state = 1");
        }
    }
}
