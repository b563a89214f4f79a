using System.CommandLine;
using Janus.Cli.Files;
using Janus.Codec;
using Janus.Datastore;

namespace Janus.Cli.Commands;

/// <summary><c>janus datastore-key …</c>: the keys of the encrypted columns.</summary>
internal static class DatastoreKeyCommand
{
    public static Command Create(IProcessHost host) => new("datastore-key", "Keys that encrypt the secret columns of the database")
    {
        CreateGenerate(),
        DatastoreKeyStatusCommand.Create(host),
        ReEncryptCommand.Create(host),
    };

    private static Command CreateGenerate()
    {
        Option<string?> output = new("--output", "-o") { HelpName = "PATH", Description = "Write it to a new file for its owner only, instead of printing it." };
        Option<string?> append = new("--append") { HelpName = "PATH", Description = "Add it behind the keys of this file, which decrypts with it then: the first step of replacing a key." };
        Command generate = new("generate", "Make a new random key, base64url, for Database.DatastoreKeys or the file of DatastoreKeysFile") { output, append };
        generate.Validators.Add(result =>
        {
            if (result.GetResult(output) is not null && result.GetResult(append) is not null)
            {
                result.AddError("--output or --append expected, not both");
            }
        });
        generate.SetAction(async (result, cancellationToken) =>
        {
            TextWriter console = result.InvocationConfiguration.Output;
            if (result.GetValue(append) is { } keys)
            {
                byte id = await AppendAsync(keys, cancellationToken);
                await console.WriteLineAsync($"key {DatastoreKeyStatusCommand.Hex(id)} added to {keys}");
            }
            else if (result.GetValue(output) is { } path)
            {
                string key = DatastoreKeys.Generate();
                await SecretFile.WriteNewAsync(path, key, cancellationToken);
                await console.WriteLineAsync($"key {DatastoreKeyStatusCommand.Hex(DatastoreKeys.Parse([key]).Ids[0])} written to {path}");
            }
            else
            {
                await console.WriteLineAsync(DatastoreKeys.Generate());
            }

            return 0;
        });
        return generate.WithExamples(
            "janus datastore-key generate --output datastore-keys",
            "janus datastore-key generate --append datastore-keys",
            "janus datastore-key generate");
    }

    // Two keys of one file must not have the same ID.
    private static async Task<byte> AppendAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            string content = await File.ReadAllTextAsync(path, cancellationToken);
            IReadOnlyList<byte> taken = DatastoreKeys.ParseFile(content).Ids;
            if (taken.Count > byte.MaxValue)
            {
                throw new CliException($"{path}: all {taken.Count} key IDs are taken; remove keys that are out of use");
            }

            string key;
            byte id;
            do
            {
                key = DatastoreKeys.Generate();
                id = DatastoreKeys.Parse([key]).Ids[0];
            }
            while (taken.Contains(id));
            await File.AppendAllTextAsync(path, $"{(content.EndsWith('\n') ? "" : Environment.NewLine)}{key}{Environment.NewLine}", cancellationToken);
            SecretFile.WarnIfReadable(path);
            return id;
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliException($"{path}: no such file; --output makes one", failure);
        }
        catch (FormatException failure)
        {
            throw new CliException($"{path}: {Quote.MessageOf(failure)}", failure);
        }
    }
}
