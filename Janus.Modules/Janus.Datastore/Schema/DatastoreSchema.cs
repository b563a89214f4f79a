using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Janus.Datastore;

/// <summary>The version of the database's schema: the migrations that were applied to it.</summary>
public sealed class DatastoreSchema
{
    private readonly IDbContextFactory<JanusDbContext> _contexts;
    private readonly DirectSource _direct;
    private readonly ReportPartitions _partitions;
    private readonly TimeProvider _time;

    internal DatastoreSchema(
        IDbContextFactory<JanusDbContext> contexts, DirectSource direct, ReportPartitions partitions, TimeProvider time)
    {
        _contexts = contexts;
        _direct = direct;
        _partitions = partitions;
        _time = time;
    }

    /// <summary>Compares the applied migrations with the known ones.</summary>
    /// <exception cref="SchemaMismatchException">A known migration is missing, or an applied one is unknown.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        await using JanusDbContext context = await _contexts.CreateDbContextAsync(cancellationToken);
        string[] known = [.. context.Database.GetMigrations()];
        string[] applied = [.. await context.Database.GetAppliedMigrationsAsync(cancellationToken)];
        if (applied.Except(known).FirstOrDefault() is { } unknown)
        {
            throw new SchemaMismatchException(
                $"the database was migrated by a newer Janus: it has the migration {unknown}, which this one does not know; run the newer program");
        }

        if (known.Except(applied).FirstOrDefault() is { } missing)
        {
            throw new SchemaMismatchException($"the database lacks the migration {missing}: run janus migrate");
        }
    }

    /// <summary>Applies the missing migrations, makes the present week's partition, and returns their names; of several replicas, one does it and the others wait.</summary>
    public async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken)
    {
        // A lock of the session, on a connection of its own: migrations have transactions of their own.
        await using NpgsqlConnection connection = await _direct.Source.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, "SELECT pg_advisory_lock($1)", cancellationToken);
        try
        {
            await using JanusDbContext context = _direct.CreateContext();
            context.Database.SetCommandTimeout(0); // what a migration reads and writes may be large
            string[] pending = [.. await context.Database.GetPendingMigrationsAsync(cancellationToken)];
            await context.Database.MigrateAsync(cancellationToken);
            await _partitions.EnsureAsync([ReportWeek.Of(_time.GetUtcNow())], cancellationToken);
            return pending;
        }
        finally
        {
            await ExecuteAsync(connection, "SELECT pg_advisory_unlock($1)", CancellationToken.None);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new($"-- DatastoreSchema.Migrate\n{sql}", connection);
        command.With(AdvisoryLocks.Migration);
        command.CommandTimeout = 0; // as long as another replica migrates
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
