using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Janus.Migrations
{
    /// <inheritdoc />
    public partial class DifferentialPrivacy : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "differential_privacy",
                table: "tasks",
                type: "text",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "batch_noise",
                columns: table => new
                {
                    task_key = table.Column<int>(type: "integer", nullable: false),
                    first_bucket = table.Column<byte[]>(type: "bytea", nullable: false),
                    last_bucket = table.Column<byte[]>(type: "bytea", nullable: false),
                    agg_param_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    noise = table.Column<byte[]>(type: "bytea", nullable: false),
                    drawn_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_batch_noise", x => new { x.task_key, x.first_bucket, x.last_bucket, x.agg_param_hash });
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "batch_noise");

            migrationBuilder.DropColumn(
                name: "differential_privacy",
                table: "tasks");
        }
    }
}
