using System.CommandLine;
using System.Text.Json;
using Janus.Cli.Files;
using Janus.Cli.Values;
using Janus.Datastore;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Cli.Commands;

/// <summary><c>janus hpke-key list</c>: an aggregator's HPKE keys and where they stand.</summary>
internal static class HpkeKeyListCommand
{
    public static Command Create(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Option<bool> json = new("--json") { Description = "Print JSON, for programs." };
        Command command = new("list", "List this aggregator's HPKE keys with their states, without their private part") { json };
        configuration.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration.Read(result), migrate: false, cancellationToken);
            IReadOnlyList<StoredHpkeKey> keys = await datastore.Stores.GetRequiredService<HpkeKeyStore>().ListAsync(cancellationToken);
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            HashSet<byte> announced = [.. HpkeKeyStatus.Announced(keys, key => key.Status).Select(key => key.Config.Id.Value)];
            IReadOnlyList<HpkeKeyDescription> descriptions =
                [.. keys.Select(key => HpkeKeyDescription.Of(key, announced.Contains(key.Config.Id.Value), datastore.HpkeRotation, now))];
            TextWriter output = result.InvocationConfiguration.Output;
            if (result.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(descriptions, CliJsonContext.Default.IReadOnlyListHpkeKeyDescription));
            }
            else if (descriptions.Count == 0)
            {
                await output.WriteLineAsync("no HPKE keys (an aggregator makes one when it starts without)");
            }
            else
            {
                WriteTable(output, descriptions);
            }

            return 0;
        });
        return command
            .WithNotes("pending: only decrypts; active: announced to Clients (the newest of each ciphersuite); expired: still decrypts; then deleted.\n" +
                "for: how long it has been so; due: when that changes, if the role key-rotator runs. --json has the HPKE configurations and all times.")
            .WithExamples("janus hpke-key list", "janus hpke-key list --json");
    }

    // The rest is in the JSON.
    private static void WriteTable(TextWriter output, IEnumerable<HpkeKeyDescription> keys) => Terminal.WriteList(
        output,
        ["ID", "state", "for", "due", "suite"],
        [.. keys.Select(key => (string[])
        [
            $"{key.Id}",
            key.State == "active" && !key.Announced ? "active (not announced)" : key.State,
            DurationText.Round(TimeSpan.FromSeconds(key.StateAgeSeconds)),
            InstantText.ToTheMinute(key.DueAt),
            key.Suite,
        ])]);
}
