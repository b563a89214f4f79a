using System.CommandLine;
using System.Text.Json;
using Janus.Cli.Files;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Cli.Commands;

/// <summary><c>janus task …</c>: the tasks this aggregator takes part in.</summary>
internal static class TaskCommand
{
    public static Command Create(IProcessHost host) => new("task", "The tasks this aggregator takes part in")
    {
        TaskAddCommand.Create(host),
        CreateList(host),
        CreateShow(host),
        TaskStatusCommand.Create(host),
        TaskCheckCommand.Create(host),
        TaskSetCommand.Create(host),
        TaskTokenCommand.Create(host, CredentialOwner.TaskArgument),
        TaskCertificateCommand.Create(host, CredentialOwner.TaskArgument),
        TaskDeleteCommand.Create(host),
    };

    private static Command CreateList(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Option<bool> json = JsonOption();
        Command command = new("list", "List the tasks, without their secrets") { json };
        configuration.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration.Read(result), migrate: false, cancellationToken);
            IReadOnlyList<DapTask> tasks = await datastore.Stores.GetRequiredService<TaskStore>().ListAsync(cancellationToken);
            IReadOnlyList<TaskDescription> descriptions = [.. tasks.Select(TaskDescription.Of)];
            TextWriter output = result.InvocationConfiguration.Output;
            if (result.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(descriptions, CliJsonContext.Default.IReadOnlyListTaskDescription));
            }
            else if (descriptions.Count == 0)
            {
                await output.WriteLineAsync("no tasks ('janus task add' adds one)");
            }
            else
            {
                WriteTable(output, descriptions);
            }

            return 0;
        });
        return command.WithNotes("'janus task show TASK-ID' shows the rest of a task, and --json of all of them.").WithExamples("janus task list", "janus task list --json");
    }

    private static Command CreateShow(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Option<bool> json = JsonOption();
        Argument<TaskId> taskId = TaskIdArgument.Create();
        Command command = new("show", "Show one task, without its secrets") { taskId, json };
        configuration.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using TaskAccess access = await TaskAccess.OpenAsync(host, configuration.Read(result), result.GetValue(taskId), cancellationToken);
            TaskCounts counts = await access.Get<TaskStatusStore>().CountAsync(access.Task.Key, cancellationToken);
            TaskDescription description = TaskDescription.Of(access.Task) with { Reports = TaskCountsDescription.Of(counts, access.Task.Role) };
            TextWriter output = result.InvocationConfiguration.Output;
            if (result.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(description, CliJsonContext.Default.TaskDescription));
            }
            else
            {
                WriteDetails(output, description);
            }

            return 0;
        });
        return command.WithExamples("janus task show A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1s", "janus task show --json A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1s");
    }

    private static Option<bool> JsonOption() => new("--json") { Description = "Print JSON, for programs." };

    // The rest is in 'task show', and in the JSON.
    private static void WriteTable(TextWriter output, IEnumerable<TaskDescription> tasks) => Terminal.WriteList(
        output,
        ["task", "role", "VDAF", "min batch"],
        [.. tasks.Select(task => (string[])[task.TaskId, task.Role, task.Vdaf, $"{task.MinBatchSize}"])]);

    private static void WriteDetails(TextWriter output, TaskDescription task)
    {
        (string Name, string? Value)[] lines =
        [
            ("task", task.TaskId),
            ("role", task.Role),
            ("task info", task.TaskInfo),
            ("leader", task.Leader),
            ("helper", task.Helper),
            ("VDAF", task.Vdaf),
            ("batch mode", task.BatchMode),
            ("min batch size", $"{task.MinBatchSize}"),
            ("target batch size", task.TargetBatchSize?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ("batch time window", task.BatchTimeWindow is { } window ? $"{window}s" : null),
            ("asynchronous", task.Asynchronous is { } later ? (later ? "yes" : "no") : null),
            ("report expiry age", task.ReportExpiryAge is { } age ? $"{age}s" : "never"),
            ("differential privacy", task.DifferentialPrivacy ?? "none"),
            ("taskprov peer", task.TaskprovPeer?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ("time precision", $"{task.TimePrecision}s"),
            ("task interval", task.TaskInterval),
            ("collector HPKE config", task.CollectorHpkeConfig),
            ("task configuration", task.TaskConfiguration),
            ("  fingerprint", task.TaskConfigurationFingerprint),
            ("verify key fingerprint", task.VerifyKeyFingerprint),
            ("added", task.CreatedAt),
            .. task.Reports?.Lines().Select(line => ($"reports {line.Name}", (string?)line.Value)) ?? [],
        ];
        foreach ((string name, string? value) in lines.Where(line => line.Value is not null))
        {
            output.WriteLine($"{name,-25} {value}");
        }
    }
}
