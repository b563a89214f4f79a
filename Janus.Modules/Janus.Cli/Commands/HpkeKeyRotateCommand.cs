using System.CommandLine;
using Janus.Cli.Values;
using Janus.Codec;
using Janus.Datastore;
using Janus.Hpke;
using Janus.Provisioning;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Cli.Commands;

/// <summary><c>janus hpke-key rotate</c>: begins a rotation before its time.</summary>
internal static class HpkeKeyRotateCommand
{
    public static Command Create(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Option<string[]> suites = new("--ciphersuite")
        {
            HelpName = "KEM/KDF/AEAD",
            Description = "A ciphersuite to rotate, repeatable; every configured one unless given.",
        };
        suites.Validators.Add(result =>
        {
            foreach (string text in result.Tokens.Select(token => token.Value).Where(text => !HpkeRotationPolicy.TryParseSuite(text, out _)))
            {
                result.AddError($"--ciphersuite: KEM/KDF/AEAD such as X25519HkdfSha256/HkdfSha256/Aes128Gcm expected, {Quote.Of(text)} given");
            }
        });
        Command command = new("rotate", "Begin to rotate HPKE keys now: a successor is made, and takes over when every process knows it") { suites };
        configuration.AddTo(command);
        command.SetProvisioningAction(async (result, cancellationToken) =>
        {
            await using IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration.Read(result), migrate: false, cancellationToken);
            HpkeRotationPolicy policy = datastore.HpkeRotation;
            HpkeSuite[] given = [.. (result.GetValue(suites) ?? []).Select(text => HpkeRotationPolicy.TryParseSuite(text, out HpkeSuite? suite) ? suite.Value : default)];
            IReadOnlyCollection<HpkeSuite> chosen = HpkeSuites.ChooseForRotation(given, policy);
            HpkeKeyStore store = datastore.Stores.GetRequiredService<HpkeKeyStore>();
            HpkeKeyChanges changes = await store.BeginRotationAsync(policy, chosen, TimeProvider.System.GetUtcNow(), cancellationToken);
            await HpkeKeyTexts.WriteAsync(result.InvocationConfiguration.Output, changes);
            IReadOnlyList<StoredHpkeKey> keys = await store.ListAsync(cancellationToken);
            foreach (HpkeKeyStatus key in keys.Select(key => key.Status).Where(key => key.State == HpkeKeyState.Pending && chosen.Contains(key.Suite)))
            {
                await result.InvocationConfiguration.Output.WriteLineAsync(
                    $"HPKE key {key.Id} is announced from {InstantText.Format(policy.NextChangeOf(key))} on, by a process with the role key-rotator; the key before it then expires");
            }

            return 0;
        });
        return command
            .WithNotes("Nothing is refused meanwhile. If the present key is compromised, use 'janus hpke-key set-state ID expired' instead, which takes effect at once.")
            .WithExamples("janus hpke-key rotate", "janus hpke-key rotate --ciphersuite X25519HkdfSha256/HkdfSha256/Aes128Gcm");
    }
}
