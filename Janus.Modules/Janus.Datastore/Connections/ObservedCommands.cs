using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Janus.Datastore;

/// <summary>Tells <see cref="DatabaseState"/> how the statements of EF Core fare; <see cref="TransactionRunner"/> does so for the others.</summary>
internal sealed class ObservedCommands(DatabaseState state, PoolerDetection detection) : DbCommandInterceptor, IDbConnectionInterceptor
{
    private const string Activity = "a read of the configuration";

    public async ValueTask<InterceptionResult> ConnectionOpeningAsync(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        await detection.RequireOwnSessionsAsync(cancellationToken);
        return result;
    }

    public Task ConnectionFailedAsync(DbConnection connection, ConnectionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        state.Failed(eventData.Exception, Activity);
        return Task.CompletedTask;
    }

    public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        state.Failed(eventData.Exception, Activity);
        return Task.CompletedTask;
    }

    public override ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default)
    {
        state.Succeeded();
        return new ValueTask<DbDataReader>(result);
    }
}
