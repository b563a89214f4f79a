using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Janus.Migrations
{
    /// <inheritdoc />
    public partial class Taskprov : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "taskprov_peer_key",
                table: "tasks",
                type: "integer",
                nullable: true);

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
                    accepts_new_tasks = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_taskprov_peers", x => x.peer_key);
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
                name: "fk_auth_tokens_taskprov_peers_taskprov_peer_key",
                table: "auth_tokens",
                column: "taskprov_peer_key",
                principalTable: "taskprov_peers",
                principalColumn: "peer_key",
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "fk_tasks_taskprov_peers_taskprov_peer_key",
                table: "tasks",
                column: "taskprov_peer_key",
                principalTable: "taskprov_peers",
                principalColumn: "peer_key",
                onDelete: ReferentialAction.Restrict);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_auth_tokens_taskprov_peers_taskprov_peer_key",
                table: "auth_tokens");

            migrationBuilder.DropForeignKey(
                name: "fk_tasks_taskprov_peers_taskprov_peer_key",
                table: "tasks");

            migrationBuilder.DropTable(
                name: "taskprov_verify_key_inits");

            migrationBuilder.DropTable(
                name: "taskprov_peers");

            migrationBuilder.DropIndex(
                name: "ix_tasks_taskprov_peer",
                table: "tasks");

            migrationBuilder.DropColumn(
                name: "taskprov_peer_key",
                table: "tasks");
        }
    }
}
