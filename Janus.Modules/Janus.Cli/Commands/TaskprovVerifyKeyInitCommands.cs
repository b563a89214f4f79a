using System.Buffers.Text;
using System.CommandLine;
using Janus.Cli.Files;
using Janus.Datastore;
using Janus.Provisioning;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Cli.Commands;

/// <summary><c>janus taskprov peer add-verify-key-init</c> and <c>remove-verify-key-init</c>: the secrets that verification keys are derived from.</summary>
internal static class TaskprovVerifyKeyInitCommands
{
    private const string AddNotes =
        """
        The Leader derives the verification keys of new tasks from the secret that was added last, and names it to the Helper. So
        add it at the Helper first, and at the Leader when the Helper has it; remove the old one when no task is to be opted
        into with it any more. Tasks that are here keep the key that they have.
        """;

    public static Command CreateAdd(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Argument<string> peer = TaskprovPeerCommand.PeerArgument();
        Option<string?> secretFile = TaskOptions.SecretFileOption("--verify-key-init-file", "the secret of 32 bytes in base64url, which the peer's operator has made");
        Option<byte?> id = new("--verification-key-id") { HelpName = "0-255", Description = "Names the secret, on both sides the same; a free one unless given." };
        Option<string?> output = new("--output", "-o") { HelpName = "PATH", Description = "Where a new secret is written for the peer's operator." };
        Command command = new("add-verify-key-init", "Add a secret that verification keys of new tasks are derived from: a new one, or the one of a file") { peer, secretFile, id, output };
        configuration.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(secretFile) is null == result.GetResult(output) is null)
            {
                result.AddError("either --verify-key-init-file (for the peer's secret) or --output (for a new one) expected");
            }
        });
        command.SetProvisioningAction(async (result, cancellationToken) =>
        {
            await using IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration.Read(result), migrate: false, cancellationToken);
            TaskprovPeerStore store = datastore.Stores.GetRequiredService<TaskprovPeerStore>();
            TaskprovPeer found = await TaskprovPeerCommand.FindAsync(store, result.GetValue(peer)!, cancellationToken);
            byte[]? secret = await TaskOptions.KeyAsync(result.GetValue(secretFile), cancellationToken);
            TaskprovVerifyKeyInit init = TaskprovPeerChanges.MakeVerifyKeyInit(found, result.GetValue(id), secret, TimeProvider.System.GetUtcNow());
            if (result.GetValue(output) is { } path)
            {
                await SecretFile.WriteNewAsync(path, Base64Url.EncodeToString(init.Secret), cancellationToken);
            }

            if (!await store.AddVerifyKeyInitAsync(found.Key, init, cancellationToken))
            {
                throw new CliException($"peer {found.Key} has got a secret with the ID {init.Id} meanwhile; this one was not added");
            }

            await result.InvocationConfiguration.Output.WriteLineAsync($"secret {init.Id} of peer {found.Key} added");
            return 0;
        });
        return command.WithNotes(AddNotes).WithExamples(
            "janus taskprov peer add-verify-key-init 1 --output secret.txt     # at the Helper",
            "janus taskprov peer add-verify-key-init 1 --verify-key-init-file secret.txt --verification-key-id 1     # then at the Leader");
    }

    public static Command CreateRemove(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Argument<string> peer = TaskprovPeerCommand.PeerArgument();
        Argument<byte> id = new("ID") { Description = "The secret's verification key ID." };
        Command command = new("remove-verify-key-init", "Remove a secret; tasks that are here keep their keys") { peer, id };
        configuration.AddTo(command);
        command.SetProvisioningAction(async (result, cancellationToken) =>
        {
            await using IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration.Read(result), migrate: false, cancellationToken);
            TaskprovPeerStore store = datastore.Stores.GetRequiredService<TaskprovPeerStore>();
            TaskprovPeer found = await TaskprovPeerCommand.FindAsync(store, result.GetValue(peer)!, cancellationToken);
            byte removed = result.GetValue(id);
            TaskprovPeerChanges.RequireAnotherVerifyKeyInit(found, removed);
            if (!await store.RemoveVerifyKeyInitAsync(found.Key, removed, cancellationToken))
            {
                throw new CliException($"peer {found.Key} has no secret with the ID {removed}");
            }

            await result.InvocationConfiguration.Output.WriteLineAsync($"secret {removed} of peer {found.Key} removed");
            return 0;
        });
        return command.WithExamples("janus taskprov peer remove-verify-key-init 1 0");
    }
}
