using System.CommandLine;
using System.Text.Json;
using Janus.Cli.Files;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Cli.Commands;

/// <summary><c>janus task check</c>: whether both Aggregators of a task fit together.</summary>
internal static class TaskCheckCommand
{
    private const string Notes =
        """
        Asks the other aggregator with the task's own credentials, and changes nothing there: whether it is reachable, has
        usable HPKE keys and the same clock, knows the task, accepts our token, and has the same task configuration and
        verify key. A helper that is not Janus tells less. A helper has no credential for the leader, so from its side only
        some of it can be seen: run the command at the leader. The exit code is 1 when a check has failed.
        """;

    public static Command Create(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Argument<TaskId> taskId = TaskIdArgument.Create();
        Option<bool> json = new("--json") { Description = "Print JSON, for programs." };
        Command command = new("check", "Ask the other aggregator whether both fit together: keys, token, configuration, clock") { taskId, json };
        configuration.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using TaskAccess access = await TaskAccess.OpenAsync(host, configuration.Read(result), result.GetValue(taskId), cancellationToken);
            PeerCheckSubject subject = SubjectOf(access.Task, TimeProvider.System.GetUtcNow());
            using HttpClient client = access.Datastore.CreatePeerClient();
            IReadOnlyList<PeerFinding> findings = await new PeerCheck(client, TimeProvider.System).RunAsync(subject, cancellationToken);
            TaskCheckDescription description = TaskCheckDescription.Of(subject, findings);
            TextWriter output = result.InvocationConfiguration.Output;
            if (result.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(description, CliJsonContext.Default.TaskCheckDescription));
            }
            else
            {
                Write(output, description);
            }

            return description.Ok ? 0 : 1;
        });
        return command.WithNotes(Notes).WithExamples(
            "janus task check A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1s", "janus task check --json A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1s");
    }

    /// <summary>The task as the peer is asked about it.</summary>
    internal static PeerCheckSubject SubjectOf(DapTask task, DateTimeOffset now) => new()
    {
        TaskId = task.Id,
        Role = task.Role,
        Configuration = task.Configuration,
        VerifyKey = task.VerifyKey,
        VerificationKeyId = task.VerificationKeyId,
        Token = task.TokenToPresentAt(now)?.Token,
        IsAdvertised = task.TaskprovPeerKey is not null,
    };

    private static void Write(TextWriter output, TaskCheckDescription description)
    {
        foreach (TaskCheckDescription.Finding finding in description.Checks)
        {
            output.WriteLine($"{finding.Outcome,-8} {finding.Check}: {finding.Found}");
            if (finding.Remedy is { } remedy)
            {
                output.WriteLine($"{"",-8} -> {remedy}");
            }
        }
    }
}
