using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Janus.Cli.Files;
using Janus.Datastore;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Cli.Commands;

/// <summary><c>janus datastore-key status</c>: what each key encrypts.</summary>
internal static class DatastoreKeyStatusCommand
{
    public static Command Create(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Option<bool> json = new("--json") { Description = "Print JSON, for programs." };
        Command command = new("status", "Show the configured keys by their IDs, and how many values of each column are under each") { json };
        configuration.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration.Read(result), migrate: false, cancellationToken);
            ReEncryption reEncryption = datastore.Stores.GetRequiredService<ReEncryption>();
            DatastoreKeyStatus status = Describe(reEncryption.KeyIds, await reEncryption.CountAsync(cancellationToken));
            TextWriter output = result.InvocationConfiguration.Output;
            if (result.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(status, CliJsonContext.Default.DatastoreKeyStatus));
            }
            else
            {
                Write(output, status);
            }

            return 0;
        });
        return command.WithExamples("janus datastore-key status", "janus datastore-key status --json");
    }

    /// <summary>A key ID as it is written everywhere.</summary>
    public static string Hex(byte keyId) => keyId.ToString("x2", CultureInfo.InvariantCulture);

    private static DatastoreKeyStatus Describe(IReadOnlyList<byte> keys, IReadOnlyList<SealedValueCount> counts) => new(
        Hex(keys[0]),
        [.. keys.Skip(1).Select(Hex)],
        [.. counts.Select(count => new DatastoreKeyColumn(count.Column, Hex(count.KeyId), keys.Contains(count.KeyId), count.Rows))],
        counts.All(count => count.KeyId == keys[0]));

    private static void Write(TextWriter output, DatastoreKeyStatus status)
    {
        output.WriteLine($"key {status.EncryptingKey} encrypts; {(status.OtherKeys.Count == 0 ? "there is no other" : $"{string.Join(", ", status.OtherKeys)} decrypt only")}");
        Terminal.WriteList(
            output,
            ["column", "key", "values", ""],
            [.. status.Columns.Select(column => (string[])
            [
                column.Column,
                column.Key,
                column.Values.ToString("N0", CultureInfo.InvariantCulture),
                !column.Configured ? "key not configured" : column.Key == status.EncryptingKey ? "" : "to be re-encrypted",
            ])]);
        output.WriteLine(status.Complete
            ? "every value is under the first key"
            : "'janus datastore-key re-encrypt' brings every value under the first key");
    }
}
