using System.CommandLine;
using Janus.Dap;
using Janus.Datastore;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Cli.Commands;

/// <summary><c>janus datastore-key re-encrypt</c>: brings every sealed value under the first key.</summary>
internal static class ReEncryptCommand
{
    public static Command Create(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Command command = new("re-encrypt", "Encrypt every secret value under the first datastore key, while aggregators work");
        configuration.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration.Read(result), migrate: false, cancellationToken);
            ReEncryption reEncryption = datastore.Stores.GetRequiredService<ReEncryption>();
            TextWriter output = result.InvocationConfiguration.Output;
            ReEncryptionResult done = await ReEncryptionOutput.ShowAsync(
                output, TimeProvider.System, progress => reEncryption.RunAsync(progress, cancellationToken));
            ThrowIfIncomplete(done);
            await output.WriteLineAsync(Text(done));
            return 0;
        });
        return command
            .WithNotes(
                "Every process must have the new key first before this begins: docs/keys.md has the steps. It may be interrupted and begun again, run\n" +
                "beside aggregators, and run twice at once. On a terminal it shows a bar, elsewhere a line of JSON for every second and at the end.")
            .WithExamples("janus datastore-key re-encrypt", "janus datastore-key re-encrypt --config-file appsettings.yaml");
    }

    private static string Text(ReEncryptionResult done)
    {
        string rest = done.OtherKeyIds.Count == 0
            ? "no other key is configured"
            : $"{Plural.Noun(done.OtherKeyIds.Count, "key")} {Join(done.OtherKeyIds)} may be removed now, once every process has key {Hex(done.KeyId)} first";
        return $"{Plural.Of(done.Replaced, "value")} encrypted again; every value in the database is under key {Hex(done.KeyId)}; {rest}";
    }

    private static void ThrowIfIncomplete(ReEncryptionResult done)
    {
        if (done.IsComplete)
        {
            return;
        }

        string left = string.Join(", ", done.Remaining.Select(count => $"{count.Rows} of {count.Column} under key {Hex(count.KeyId)}"));
        byte[] unknown = [.. done.Remaining.Select(count => count.KeyId).Distinct().Where(id => !done.OtherKeyIds.Contains(id))];
        string advice = unknown.Length > 0
            ? $"key {Join(unknown)} is not configured: add it behind the others and run this again; if it is lost, so are these values"
            : done.Unopened.Count > 0
                ? $"these could not be decrypted, although their key is configured: {string.Join(", ", done.Unopened.Keys)}; they were damaged, or sealed under a removed key with the same ID"
                : "a process still encrypts under an old key, or holds these rows: give every process the new key first, and run this again";
        throw new CliException($"not every value is under key {Hex(done.KeyId)}, so no key may be removed: {left}; {advice}");
    }

    private static string Join(IEnumerable<byte> ids) => string.Join(", ", ids.Select(Hex));

    private static string Hex(byte id) => DatastoreKeyStatusCommand.Hex(id);
}
