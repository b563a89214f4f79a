using Janus.Datastore;
using Janus.Provisioning;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Cli.Commands;

/// <summary>The credentials of one task, or of one peer, in the datastore, for one command.</summary>
/// <param name="Datastore">The datastore, which is closed with this.</param>
/// <param name="Credentials">The credentials.</param>
internal sealed record CredentialAccess(IDatastoreAccess Datastore, OwnerCredentials Credentials) : IAsyncDisposable
{
    /// <summary>Where they are stored.</summary>
    public AuthTokenStore Store => Datastore.Stores.GetRequiredService<AuthTokenStore>();

    /// <summary>Opens the datastore and finds the owner.</summary>
    /// <exception cref="CliException">There is no such task or peer.</exception>
    public static async Task<CredentialAccess> OpenAsync(
        IProcessHost host, ConfigurationArguments configuration, CredentialOwner owner, CancellationToken cancellationToken)
    {
        IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration, migrate: false, cancellationToken);
        try
        {
            return new CredentialAccess(datastore, await FindAsync(datastore, owner, cancellationToken));
        }
        catch
        {
            await datastore.DisposeAsync();
            throw;
        }
    }

    private static async Task<OwnerCredentials> FindAsync(IDatastoreAccess datastore, CredentialOwner owner, CancellationToken cancellationToken)
    {
        if (owner.Peer is { } name)
        {
            return OwnerCredentials.Of(await TaskprovPeerCommand.FindAsync(datastore.Stores.GetRequiredService<TaskprovPeerStore>(), name, cancellationToken));
        }

        DapTask task = await datastore.Stores.GetRequiredService<TaskStore>().FindAsync(owner.TaskId, cancellationToken)
            ?? throw new CliException($"there is no task {owner.TaskId}");
        try
        {
            return OwnerCredentials.Of(task);
        }
        catch (ProvisioningException refusal)
        {
            throw new CliException($"{ProvisioningCommand.Describe(refusal)}: 'janus taskprov peer token … {task.TaskprovPeerKey}'", refusal);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Datastore.DisposeAsync();
}
