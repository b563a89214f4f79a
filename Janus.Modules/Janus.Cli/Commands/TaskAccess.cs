using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Cli.Commands;

/// <summary>One task of the datastore, for one command.</summary>
/// <param name="Datastore">The datastore, which is closed with this.</param>
/// <param name="Task">The task.</param>
internal sealed record TaskAccess(IDatastoreAccess Datastore, DapTask Task) : IAsyncDisposable
{
    /// <summary>Opens the datastore and finds the task.</summary>
    /// <exception cref="CliException">There is no such task.</exception>
    public static async Task<TaskAccess> OpenAsync(IProcessHost host, ConfigurationArguments configuration, TaskId id, CancellationToken cancellationToken)
    {
        IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration, migrate: false, cancellationToken);
        try
        {
            DapTask task = await datastore.Stores.GetRequiredService<TaskStore>().FindAsync(id, cancellationToken)
                ?? throw new CliException($"there is no task {id}");
            return new TaskAccess(datastore, task);
        }
        catch
        {
            await datastore.DisposeAsync();
            throw;
        }
    }

    /// <summary>A service of the datastore.</summary>
    public T Get<T>()
        where T : notnull => Datastore.Stores.GetRequiredService<T>();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Datastore.DisposeAsync();
}
