using Janus.Datastore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace Janus.Migrations;

/// <summary>Lets <c>dotnet ef</c> see the model; no database is needed to add a migration.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<JanusDbContext>
{
    public JanusDbContext CreateDbContext(string[] args)
    {
        string connectionString = Environment.GetEnvironmentVariable("JANUS_DATABASE") ?? "Host=localhost;Database=janus";
        DbContextOptionsBuilder<JanusDbContext> builder = new();
        DatastoreServices.Configure(builder, NpgsqlDataSource.Create(connectionString));
        return new JanusDbContext(builder.Options);
    }
}
