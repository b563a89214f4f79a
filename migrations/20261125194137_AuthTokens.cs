using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Janus.Migrations
{
    /// <inheritdoc />
    public partial class AuthTokens : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
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
                        name: "fk_auth_tokens_tasks_task_key",
                        column: x => x.task_key,
                        principalTable: "tasks",
                        principalColumn: "task_key",
                        onDelete: ReferentialAction.Cascade);
                });

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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
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

            migrationBuilder.DropTable(
                name: "auth_tokens");

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
