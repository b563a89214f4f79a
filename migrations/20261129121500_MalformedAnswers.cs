using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Janus.Migrations
{
    /// <inheritdoc />
    public partial class MalformedAnswers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "malformed_answers",
                table: "aggregation_jobs",
                type: "integer",
                nullable: false,
                defaultValue: 0);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "malformed_answers",
                table: "aggregation_jobs");
        }
    }
}
