using System.CommandLine;
using Janus.Cli.Files;
using Janus.Dap;
using Janus.Messages;
using Janus.Provisioning;

namespace Janus.Cli.Commands;

/// <summary><c>janus taskprov advertise</c>: what an Author does, the files of a new task for Clients and the Collector.</summary>
internal static class TaskprovAdvertiseCommand
{
    private const string Notes =
        """
        Nobody adds the task: Clients send its configuration along with their reports, and the Leader along with its requests to
        the Helper. Each aggregator decides by its own policy (section Aggregator.Taskprov) whether it takes part, so ask both
        operators what they allow. Written to the folder --output:
          client.json     (public) for every Client: janus upload --task-file client.json 42
          collector.json  (secret) with --collector-file only, for the Collector:
                          janus collect --task-file collector.json --key collector-key.json
        """;

    public static Command Create()
    {
        TaskOptions task = new();
        Option<string?> collectorFile = new("--collector-file")
        {
            HelpName = "PATH",
            Description = "The collector.json that 'janus taskprov peer add' has written; needed to write the Collector's file.",
        };
        Option<string> output = new("--output", "-o") { HelpName = "FOLDER", Description = "Where the files are written.", Required = true };
        Command command = new("advertise", "Author a task: write the files for its Clients and its Collector");
        task.AddPublicTo(command);
        command.Options.Add(collectorFile);
        command.Options.Add(output);
        command.SetProvisioningAction(async (result, cancellationToken) =>
        {
            TaskprovAgreement? agreement = result.GetValue(collectorFile) is { } path
                ? await TaskprovPeerFile.ReadAsync(path, [Role.Collector], cancellationToken)
                : null;
            AdvertisedTask made = AdvertisedTask.Make(task.ReadPublic(result), agreement);
            result.Warn(made.Warnings);
            await WriteAsync(result, result.GetRequiredValue(output), made.Collector is { } collector ? [made.Client, collector] : [made.Client], cancellationToken);
            return 0;
        });
        return command.WithNotes(Notes).WithExamples(
            "janus taskprov advertise --leader https://leader.example/ --helper https://helper.example/ --vdaf sum:1000 --min-batch-size 100 "
                + "--task-start 2026-02-01 --task-duration 30d --collector-file peers/collector.json --output ages");
    }

    private static async Task WriteAsync(ParseResult result, string folder, TaskParameters[] files, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> written = await RecipientFiles.WriteAsync(
            folder,
            [.. files.Select(file => file.Recipient)],
            (path, recipient) => TaskFile.WriteNewAsync(path, files.Single(file => file.Recipient == recipient), cancellationToken));
        TextWriter console = result.InvocationConfiguration.Output;
        await console.WriteLineAsync($"task {files[0].Id}");
        foreach (string path in written)
        {
            await console.WriteLineAsync($"wrote {path}");
        }

        await console.WriteLineAsync($"{TaskprovHeader.Name}: {TaskprovHeader.Format(files[0].Configuration)}");
    }
}
