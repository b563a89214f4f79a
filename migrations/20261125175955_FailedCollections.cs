using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Janus.Migrations
{
    /// <inheritdoc />
    public partial class FailedCollections : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_leader_selected_batches_open",
                table: "leader_selected_batches");

            migrationBuilder.AddColumn<int>(
                name: "failed_collections",
                table: "leader_selected_batches",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "claimed_at",
                table: "collection_jobs",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_leader_selected_batches_open",
                table: "leader_selected_batches",
                columns: new[] { "task_key", "failed_collections", "assigned_count", "created_at" },
                descending: new[] { false, false, true, false },
                filter: "collection_job_id IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_leader_selected_batches_open",
                table: "leader_selected_batches");

            migrationBuilder.DropColumn(
                name: "failed_collections",
                table: "leader_selected_batches");

            migrationBuilder.DropColumn(
                name: "claimed_at",
                table: "collection_jobs");

            migrationBuilder.CreateIndex(
                name: "ix_leader_selected_batches_open",
                table: "leader_selected_batches",
                columns: new[] { "task_key", "assigned_count", "created_at" },
                descending: new[] { false, true, false },
                filter: "collection_job_id IS NULL");
        }
    }
}
