using System.CommandLine;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Cli.Commands;

/// <summary><c>janus hpke-key set-state</c>: for emergencies.</summary>
internal static class HpkeKeySetStateCommand
{
    private const string Deleted = "deleted";

    private static readonly Dictionary<string, HpkeKeyState?> States = new()
    {
        ["active"] = HpkeKeyState.Active,
        ["expired"] = HpkeKeyState.Expired,
        [Deleted] = null,
    };

    public static Command Create(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Argument<byte> id = new("ID") { Description = "The configuration ID, from 'janus hpke-key list'." };
        Argument<string> state = new("STATE") { Description = "active: announced at once; expired: announced no more, still decrypts; deleted: gone for good." };
        state.AcceptOnlyFromAmong([.. States.Keys]);
        Option<bool> force = new("--force") { Description = "Delete a key although reports on their way are encrypted to it: they will be refused." };
        Command command = new("set-state", "Change the state of an HPKE key at once, such as when it is compromised") { id, state, force };
        configuration.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            HpkeConfigId chosen = new(result.GetValue(id));
            await using IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration.Read(result), migrate: false, cancellationToken);
            HpkeKeyStore store = datastore.Stores.GetRequiredService<HpkeKeyStore>();
            HpkeKeyState? to = States[result.GetRequiredValue(state)];
            (HpkeKeyRefusal refusal, HpkeKeyChanges changes) = await store.SetStateAsync(
                chosen, to, result.GetValue(force), datastore.HpkeRotation, TimeProvider.System.GetUtcNow(), cancellationToken);
            ThrowIfRefused(refusal, chosen, result.GetRequiredValue(state));
            await HpkeKeyTexts.WriteAsync(result.InvocationConfiguration.Output, changes);
            await result.InvocationConfiguration.Output.WriteLineAsync(Consequence(to, datastore.HpkeRotation));
            return 0;
        });
        return command
            .WithNotes("A ciphersuite whose active key is taken away gets another at once. docs/keys.md tells what to do with a compromised key.")
            .WithExamples("janus hpke-key set-state 3 expired", "janus hpke-key set-state 3 deleted --force", "janus hpke-key set-state 4 active");
    }

    private static void ThrowIfRefused(HpkeKeyRefusal refusal, HpkeConfigId id, string state)
    {
        string? message = refusal switch
        {
            HpkeKeyRefusal.Unknown => $"there is no HPKE key {id}; 'janus hpke-key list' shows those there are",
            HpkeKeyRefusal.SameState => $"HPKE key {id} is {state} already",
            HpkeKeyRefusal.InUse =>
                $"HPKE key {id} is not deleted: Clients may have cached it, and reports that wait to be aggregated may need it. Deleted now, " +
                $"uploads under it are answered outdated_config (Clients then fetch the new one and try again), and a Helper refuses the reports under " +
                $"it that it has not seen: those are lost. Set it to expired instead, and it is deleted when nobody needs it; or repeat with --force",
            _ => null,
        };
        if (message is not null)
        {
            throw new CliException(message);
        }
    }

    private static string Consequence(HpkeKeyState? state, HpkeRotationPolicy policy) => state switch
    {
        HpkeKeyState.Active => "it is announced within seconds; processes that have lost touch with the database refuse reports under it until they are back",
        HpkeKeyState.Expired => $"it is announced no more within seconds, but Clients that have cached it still use it, and it still decrypts: for {policy.ExpiredDuration}, unless it is deleted before",
        _ => "its private key is gone from the database, and from every process within seconds; backups of the database still have it",
    };
}
