using Janus.Datastore.Entities;
using Microsoft.EntityFrameworkCore;

namespace Janus.Datastore;

/// <summary>The schema, for migrations and for plain reads and writes.</summary>
internal sealed class JanusDbContext(DbContextOptions<JanusDbContext> options) : DbContext(options)
{
    /// <summary>The assembly that holds the migrations.</summary>
    public const string MigrationsAssembly = "migrations";

    public DbSet<TaskEntity> Tasks => Set<TaskEntity>();

    public DbSet<AuthTokenEntity> AuthTokens => Set<AuthTokenEntity>();

    public DbSet<TaskprovPeerEntity> TaskprovPeers => Set<TaskprovPeerEntity>();

    public DbSet<TaskprovVerifyKeyInitEntity> TaskprovVerifyKeyInits => Set<TaskprovVerifyKeyInitEntity>();

    public DbSet<HpkeKeyEntity> HpkeKeys => Set<HpkeKeyEntity>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(JanusDbContext).Assembly);
}
