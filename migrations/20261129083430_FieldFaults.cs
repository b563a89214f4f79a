using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Janus.Migrations
{
    /// <inheritdoc />
    public partial class FieldFaults : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "peer_contacts",
                columns: table => new
                {
                    task_key = table.Column<int>(type: "integer", nullable: false),
                    contact_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    error_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    error = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_peer_contacts", x => x.task_key);
                })
                .Annotation("Npgsql:StorageParameter:fillfactor", 50);

            migrationBuilder.CreateTable(
                name: "report_counts",
                columns: table => new
                {
                    task_key = table.Column<int>(type: "integer", nullable: false),
                    stage = table.Column<short>(type: "smallint", nullable: false),
                    reason = table.Column<short>(type: "smallint", nullable: false),
                    shard = table.Column<short>(type: "smallint", nullable: false),
                    reports = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_report_counts", x => new { x.task_key, x.stage, x.reason, x.shard });
                })
                .Annotation("Npgsql:StorageParameter:fillfactor", 50);

            // By hand: what is there already is counted, so that the numbers of a task fit together from the start.
            migrationBuilder.Sql(CountsOfOlderSchema.Up);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "peer_contacts");

            migrationBuilder.DropTable(
                name: "report_counts");
        }
    }
}
