using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Janus.Migrations
{
    /// <inheritdoc />
    public partial class HpkeKeyStates : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "activated_at",
                table: "hpke_keys",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "expired_at",
                table: "hpke_keys",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "state",
                table: "hpke_keys",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "hpke_config_ids",
                columns: table => new
                {
                    config_id = table.Column<short>(type: "smallint", nullable: false),
                    last_used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_hpke_config_ids", x => x.config_id);
                });

            // By hand: the keys there are have been announced since they were made.
            migrationBuilder.Sql("""
                UPDATE hpke_keys SET state = 1, activated_at = created_at;
                INSERT INTO hpke_config_ids (config_id, last_used_at) SELECT config_id, created_at FROM hpke_keys;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "hpke_config_ids");

            migrationBuilder.DropColumn(
                name: "activated_at",
                table: "hpke_keys");

            migrationBuilder.DropColumn(
                name: "expired_at",
                table: "hpke_keys");

            migrationBuilder.DropColumn(
                name: "state",
                table: "hpke_keys");
        }
    }
}
