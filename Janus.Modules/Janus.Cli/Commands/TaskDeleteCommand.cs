using System.CommandLine;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Cli.Commands;

/// <summary><c>janus task delete</c>: ends this aggregator's part in a task.</summary>
internal static class TaskDeleteCommand
{
    private const string Notes =
        """
        A deleted task is unknown at once to all processes: reports and requests for it are refused, its jobs stop, and its
        results cannot be collected any more. What it has in the database (reports, aggregate shares, keys and tokens) is
        removed in the background by the role garbage-collector, and cannot be had back. The other aggregator does not
        hear of it: delete the task there, too.
        """;

    public static Command Create(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Argument<TaskId> taskId = TaskIdArgument.Create();
        Option<bool> yes = new("--yes", "-y") { Description = "Do not ask." };
        Command command = new("delete", "Delete a task and everything that it has here") { taskId, yes };
        configuration.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            TaskId id = result.GetValue(taskId);
            TextWriter output = result.InvocationConfiguration.Output;
            await using IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration.Read(result), migrate: false, cancellationToken);
            TaskStore tasks = datastore.Stores.GetRequiredService<TaskStore>();
            if (await tasks.FindAsync(id, cancellationToken) is null)
            {
                throw new CliException($"there is no task {id}");
            }

            if (!result.GetValue(yes) && !await ConfirmAsync(id, output, cancellationToken))
            {
                throw new CliException("nothing was deleted: 'yes' expected (or --yes)");
            }

            if (!await tasks.DeleteAsync(id, TimeProvider.System.GetUtcNow(), cancellationToken))
            {
                throw new CliException($"there is no task {id} any more");
            }

            await output.WriteLineAsync($"task {id} deleted; from a minute on, the role garbage-collector removes what it has (or 'janus gc run')");
            return 0;
        });
        return command.WithNotes(Notes).WithExamples(
            "janus task delete A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1s", "janus task delete --yes A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1s");
    }

    private static async Task<bool> ConfirmAsync(TaskId id, TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteAsync($"Delete task {id} with its reports, batches and keys for good? Type yes: ");
        return await Console.In.ReadLineAsync(cancellationToken) is { } answer && answer.Trim() == "yes";
    }
}
