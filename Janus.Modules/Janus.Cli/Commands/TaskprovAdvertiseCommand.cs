using System.Buffers.Text;
using System.CommandLine;
using System.Security.Cryptography;
using Janus.Cli.Files;
using Janus.Dap;
using Janus.Messages;

namespace Janus.Cli.Commands;

/// <summary><c>janus taskprov advertise</c>: what an Author does, the files of a new task for Clients and the Collector.</summary>
internal static class TaskprovAdvertiseCommand
{
    private const int EntropyLength = 16;

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
        command.SetAction(async (result, cancellationToken) =>
        {
            // Random bytes keep others from guessing the ID of a task: Taskprov, security considerations.
            string entropy = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(EntropyLength));
            (TaskConfiguration configuration, MeasurementEncoding measurement) = task.ReadPublic(result, entropy);
            EndpointChecks.RequireTwoAggregators(configuration);
            SumChecks.RequireRoom(configuration, noise: null, result.InvocationConfiguration.Error);
            TaskprovAgreement? agreement = result.GetValue(collectorFile) is { } path
                ? await TaskprovPeerFile.ReadAsync(path, [Role.Collector], cancellationToken)
                : null;
            TaskParameters client = new()
            {
                Recipient = Role.Client,
                Id = TaskprovDerivation.TaskIdOf(configuration),
                Configuration = configuration,
                Measurement = measurement,
                IsAdvertised = true,
            };
            List<TaskParameters> files = [client];
            if (agreement is not null)
            {
                RequireSamePair(configuration, agreement);
                files.Add(client with
                {
                    Recipient = Role.Collector,
                    CollectorHpkeConfig = agreement.CollectorHpkeConfig,
                    CollectorToken = agreement.CollectorToken,
                });
            }

            await WriteAsync(result, result.GetRequiredValue(output), files, cancellationToken);
            return 0;
        });
        return command.WithNotes(Notes).WithExamples(
            "janus taskprov advertise --leader https://leader.example/ --helper https://helper.example/ --vdaf sum:1000 --min-batch-size 100 "
                + "--task-start 2026-02-01 --task-duration 30d --collector-file peers/collector.json --output ages");
    }

    private static void RequireSamePair(TaskConfiguration configuration, TaskprovAgreement agreement)
    {
        foreach ((Url task, Url agreed) in new[]
        {
            (configuration.LeaderAggregatorEndpoint, agreement.Leader),
            (configuration.HelperAggregatorEndpoint, agreement.Helper),
        })
        {
            if (TaskprovEndpoints.Normalize(task.ToString()) != TaskprovEndpoints.Normalize(agreed.ToString()))
            {
                throw new CliException($"--collector-file: is for {agreed}, the task is at {task}");
            }
        }
    }

    private static async Task WriteAsync(ParseResult result, string folder, List<TaskParameters> files, CancellationToken cancellationToken)
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
