using System.CommandLine;
using Janus.Cli.Values;
using Janus.Dap;
using Janus.Datastore;
using Janus.Hpke;
using Janus.Messages;
using Janus.Provisioning;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Cli.Commands;

/// <summary><c>janus hpke-key …</c>: an aggregator's HPKE keys in its datastore, and a Collector's in a file.</summary>
internal static class HpkeKeyCommand
{
    public static Command Create(IProcessHost host) => new("hpke-key", "HPKE keys: those of this aggregator, and a Collector's")
    {
        CreateAdd(host),
        HpkeKeyListCommand.Create(host),
        HpkeKeyRotateCommand.Create(host),
        HpkeKeySetStateCommand.Create(host),
        CreateGenerate(),
    };

    private static Command CreateAdd(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        SuiteOptions suite = new();
        Command command = new("add", "Make a new HPKE key for the reports of Clients; it is pending at first, and running processes take it up by themselves");
        suite.AddTo(command);
        configuration.AddTo(command);
        command.SetProvisioningAction(async (result, cancellationToken) =>
        {
            HpkeSuite chosen = suite.Suite(result);
            await using IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration.Read(result), migrate: false, cancellationToken);
            HpkeKeyStore store = datastore.Stores.GetRequiredService<HpkeKeyStore>();
            HpkeConfigId? id = suite.Id(result) is { } given ? new HpkeConfigId(given) : null;
            HpkeKeyChanges changes = await store.MakeAsync(chosen, id, TimeProvider.System.GetUtcNow(), cancellationToken);
            HpkeKeyTransition made = changes.Transitions.SingleOrDefault() ?? throw new CliException(id is null
                ? "all 256 configuration IDs are taken; delete expired keys with 'janus hpke-key set-state ID deleted'"
                : $"an HPKE key with the configuration ID {id} exists already; choose another ID, or none");
            await result.InvocationConfiguration.Output.WriteLineAsync($"HPKE key {made.Id} added ({chosen}), {Prospect(datastore.HpkeRotation, chosen)}");
            return 0;
        });
        return command.WithExamples("janus hpke-key add", "janus hpke-key add --kem p256 --kdf sha256 --aead aes128gcm --id 7");
    }

    private static Command CreateGenerate()
    {
        SuiteOptions suite = new();
        Option<string> output = new("--output", "-o") { HelpName = "PATH", Description = "The key file, which must not exist yet: JSON with hpke_config and private_key in base64url. Keep it secret.", Required = true };
        Command command = new("generate", "Make a Collector's HPKE key file, and print its public part for 'task add --collector-hpke-config'") { output };
        suite.AddTo(command);
        command.SetProvisioningAction(async (result, cancellationToken) =>
        {
            HpkeSuite chosen = suite.Suite(result);
            using HpkeKeyPair pair = HpkeKeyPair.Generate(chosen.Kem);
            HpkeConfig config = HpkeConfigs.Create(new HpkeConfigId(suite.Id(result) ?? 1), chosen, pair);
            await CollectorKeyFile.WriteNewAsync(result.GetRequiredValue(output), config, pair, cancellationToken);
            await result.InvocationConfiguration.Output.WriteLineAsync(CollectorKeyFile.Encode(config));
            return 0;
        });
        return command.WithExamples("janus hpke-key generate --output collector-key.json");
    }

    private static string Prospect(HpkeRotationPolicy policy, HpkeSuite suite) => policy.Suites.Contains(suite)
        ? $"pending: the role key-rotator announces it after {policy.PendingDuration} (or now: janus hpke-key set-state ID active)"
        : "pending; its ciphersuite is not among Aggregator.KeyRotation.Ciphersuites, so the role key-rotator will let it expire: add the ciphersuite there";

    /// <summary>The options that choose algorithms and ID of a new key.</summary>
    private sealed class SuiteOptions
    {
        private readonly Option<HpkeKemId?> _kem = TextOption.Choice("--kem", "The key encapsulation mechanism; x25519 unless given.", HpkeSuiteText.Kems);
        private readonly Option<HpkeKdfId?> _kdf = TextOption.Choice("--kdf", "The key derivation function; sha256 unless given.", HpkeSuiteText.Kdfs);
        private readonly Option<HpkeAeadId?> _aead = TextOption.Choice("--aead", "The encryption algorithm; aes128gcm unless given.", HpkeSuiteText.Aeads);
        private readonly Option<byte?> _id = new("--id") { HelpName = "0-255", Description = "The configuration ID; a free one unless given." };

        public void AddTo(Command command)
        {
            foreach (Option option in new Option[] { _kem, _kdf, _aead, _id })
            {
                command.Options.Add(option);
            }
        }

        public byte? Id(ParseResult result) => result.GetValue(_id);

        public HpkeSuite Suite(ParseResult result) => HpkeSuites.Choose(result.GetValue(_kem), result.GetValue(_kdf), result.GetValue(_aead));
    }
}
